import Testing
@testable import Rules

@Suite struct ClassRulesTests {
    @Test(arguments: [
        ("201510", "Q15-class-code"), ("一年级1班", "Q15-class-code"), ("2015100", "Q15-class-code"),
        ("2015401", "Q15-stage-digit"), ("2015109", "Q51-class-unknown"), ("", "Q15-required-classCode"),
    ])
    func aClassCodeIsSevenDigitsOfAnExistingClass(code: String, rule: String) {
        #expect(codes([.classCode: code]) == [rule])
    }

    @Test func theRefusalsAreWordedAsUsersKnowThem() {
        #expect(messages([.classCode: "2015109"]).first?.hasPrefix("本校不存在该班号") == true)
        let notOffered = RuleExample { $0.school?.stages = [.senior] }
        #expect(findings(on: notOffered).first?.message.hasPrefix("学校类型不采集该学段") == true)
    }

    @Test func anAttachedClassOfASchoolOfAnotherKindIsTakenIn() {
        let attached: @Sendable (inout Facts) -> Void = {
            $0.school?.stages = [.senior]
            $0.classes?["2015101"]?.isAttached = true
        }
        #expect(codes([:], facts: attached) == [])
    }

    @Test(arguments: ["201509", "2015年9月", "2015-9", "2015/09/01", "20150901", "２０１５０９"])
    func theEntryMonthIsReadInManyShapes(text: String) {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        let judgement = RuleBook.judge(RuleExample([.entryMonth: text]).row, facts: facts)
        #expect(judgement.record[.entryMonth] == "201509")
        #expect(judgement.isAccepted)
    }

    @Test func theEntryMonthIsNotInTheFutureAndOfTheClassesYear() {
        #expect(codes([.entryMonth: "201604"]) == ["Q27-entry-month-future"])
        #expect(codes([.entryMonth: "201409"]) == ["Q27-entry-month-of-class"])
        #expect(codes([.entryMonth: "201500"]) == ["Q27-entry-month"])
    }

    @Test func aRowOfAnotherSchoolIsRefused() {
        #expect(codes([.schoolCode: "3443010033"]) == ["M-IMP-own-school"])
        #expect(codes([.schoolCode: "9943010025"]) == ["Q2-school-code"])
    }
}
