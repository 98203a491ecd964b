import Testing
@testable import Rules

@Suite struct GuardianRulesTests {
    private let withoutID: [StudentField: String] = [.idType: "其他", .idNumber: "", .noIDProof: "证明|20150905|档案室"]
    private let wrong = "430104198003120079"

    @Test func aPupilWithANumberNeedsNoneOfTheGuardians() {
        #expect(codes([
            .guardian1IDType: "其他", .guardian1IDNumber: "", .guardian2IDType: "", .guardian2IDNumber: "",
        ]) == [])
    }

    @Test func aPupilWithoutANumberNeedsOneOfAGuardian() {
        let none: [StudentField: String] = [
            .guardian1IDType: "其他", .guardian1IDNumber: "", .guardian2IDType: "其他", .guardian2IDNumber: "",
        ]
        #expect(codes(withoutID.merging(none) { $1 }) == ["Q39-guardian-number-required"])
    }

    @Test func aWrongNumberOfAGuardianWarnsUnlessItIsTheOnlyAnchor() {
        #expect(codes([.guardian1IDNumber: wrong]) == ["Q39-guardian-number-1"])
        #expect(codes(withoutID.merging([.guardian1IDNumber: wrong]) { $1 }) == ["Q39-guardian-number-1"])
        let onlyOne: [StudentField: String] = [.guardian1IDNumber: wrong, .guardian2IDType: "其他", .guardian2IDNumber: ""]
        #expect(codes(withoutID.merging(onlyOne) { $1 }) == ["Q39-guardian-number-needed-1"])
    }

    @Test func aGuardiansWrongNumberIsNoProblemOfThePupil() {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        #expect(RuleBook.judge(RuleExample([.guardian1IDNumber: wrong]).row, facts: facts).problemKinds.isEmpty)
    }

    @Test func anAuntNeedsANote() {
        #expect(codes([.guardian2Relation: "其他"]) == ["Q41-relation-note-2"])
        #expect(codes([.guardian2Relation: "其他", .guardian2RelationNote: "姑妈"]) == [])
    }

    @Test func oneOfTheTwoIsAGuardian() {
        #expect(codes([.guardian1IsGuardian: "否", .guardian2IsGuardian: "否"]) == ["Q39-no-guardian"])
    }

    @Test func aSoldiersPapersStandUnderOtherAndMustBeOnFileBeforeSubmission() {
        let soldier = RuleExample([.guardian1IDType: "其他", .guardian1IDNumber: "军字第0012345号"])
        #expect(findings(on: soldier).map(\.rule) == ["Q40-proof-pending"])
        #expect(submissionFindings(on: soldier).map(\.rule) == ["Q40-proof-before-submission"])
    }
}
