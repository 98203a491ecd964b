import Testing
@testable import Rules

@Suite struct RecordRulesTests {
    @Test func aRecordOfCodesIsJudgedAsTheRowItCameFrom() {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        let record = RuleBook.judge(ExamplePupil.row, facts: facts).record
        let again = RecordRules.judge(record: record, facts: facts)
        #expect(again.record == record)
        #expect(again.findings == [])
    }

    @Test(arguments: RuleBook.all.filter { $0.severity == .error }.map(\.code))
    func anErrorOfARowIsOneOfItsRecordUnlessTheCellItselfWasSpoiled(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        let facts = rule.failing.facts(from: ExamplePupil.facts(divisions: TestDivisions()))
        let record = RuleBook.judge(rule.failing.row, facts: facts).record
        let again = RecordRules.judge(record: record, facts: facts).findings.map(\.rule)
        // A record no longer knows that a number came from a numeric cell: there the number itself is found wrong.
        if code.contains("not-text") { #expect(!again.isEmpty) } else { #expect(again == [code]) }
    }

    @Test func anEditIsJudgedByTheSameRules() {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        var record = RuleBook.judge(ExamplePupil.row, facts: facts).record
        record[.phone] = "无"
        #expect(RecordRules.judge(record: record, facts: facts).findings.map(\.rule) == ["M-IMP-phone-phone"])
    }
}
