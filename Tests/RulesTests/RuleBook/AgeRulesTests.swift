import Testing
@testable import Rules

@Suite struct AgeRulesTests {
    /// A pupil without resident ID number, so that only the birth date speaks.
    private func born(_ day: String, _ facts: @escaping @Sendable (inout Facts) -> Void = { _ in }) -> Set<String> {
        codes([.birthDate: day, .idType: "其他", .idNumber: "", .noIDProof: "证明|20150905|档案室"], facts: facts)
    }

    @Test func whoIsSixOnTheLastOfAugustIsOldEnough() {
        #expect(born("20090831") == [])
        #expect(born("20090901") == ["Q53-under-age"])
    }

    @Test func aPupilOfFiveIsTakenInWithAWarning() {
        let found = findings(on: RuleExample([.birthDate: "20100301", .idNumber: "430104201003010071"]))
        #expect(found.filter { $0.rule.hasPrefix("Q53") }.map(\.severity) == [.warning])
        #expect(found.first { $0.rule == "Q53-under-age" }?.message.contains("不具备入学资格") == true)
    }

    @Test func theProvinceMayBlockAndMoveTheDay() {
        #expect(born("20090901") { $0.policies.underAgeBlocks = true } == ["Q104-under-age"])
        #expect(born("20091001") { $0.policies.underAgeCutoff = "1231" } == [])
        #expect(born("20090901") {
            $0.policies.underAgeBlocks = true
            $0.policies.underAgeCutoff = "0901"
        } == [])
    }

    @Test func theSwitchIsAboutNewPupilsOnly() {
        let lastYears: [StudentField: String] = [
            .classCode: "2014101", .entryMonth: "201409", .birthDate: "20081001", .idType: "其他", .idNumber: "",
            .noIDProof: "证明|20150905|档案室",
        ]
        let found = codes(lastYears) {
            $0.policies.underAgeBlocks = true
            $0.classes?["2014101"] = ClassFacts()
        }
        #expect(found == ["Q53-under-age"])
    }

    @Test func aSpecialSchoolTakesOlderPupils() {
        #expect(born("20010512") == ["Q53-over-age"])
        #expect(born("20010512") { $0.school?.kind = "511" } == [])
    }

    @Test(arguments: ["20090230", "90512", "2009", "09-5-12", "生日", "39945"])
    func whatIsNoDateIsAnError(text: String) {
        #expect(born(text) == ["M-IMP-birth-date"])
    }
}
