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
        switch code {
        // A record no longer knows what kind of cell a value came from: such a row was never taken in.
        case "M-IMP-broken-cell": #expect(again == [])
        case let code where code.contains("not-text"): #expect(!again.isEmpty)
        default: #expect(again == [code])
        }
    }

    @Test func aMessageQuotesTextsAndNotCodes() throws {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        var record = RuleBook.judge(ExamplePupil.row, facts: facts).record
        record[.entryWay] = "22"
        let finding = try #require(RecordRules.judge(record: record, facts: facts).findings.first)
        #expect(finding.message == "入学方式“体育特招”不适用于小学")
    }

    @Test func anEditIsJudgedByTheSameRules() {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        var record = RuleBook.judge(ExamplePupil.row, facts: facts).record
        record[.phone] = "无"
        #expect(RecordRules.judge(record: record, facts: facts).findings.map(\.rule) == ["M-IMP-phone-phone"])
    }
}
