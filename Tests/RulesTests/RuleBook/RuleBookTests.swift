import Testing
@testable import Rules

/// Findings of an example, by code.
private func codes(_ example: RuleExample, submission: Bool = false) -> Set<String> {
    let facts = example.facts(from: ExamplePupil.facts(divisions: TestDivisions()))
    let judgement = RuleBook.judge(example.row, facts: facts)
    let findings = submission ? RuleBook.judgeSubmission(of: judgement.record, facts: facts) : judgement.findings
    return Set(findings.map(\.rule))
}

@Suite struct RuleBookTests {
    @Test func theExamplePupilPassesEveryRule() {
        let judgement = RuleBook.judge(ExamplePupil.row, facts: ExamplePupil.facts(divisions: TestDivisions()))
        #expect(judgement.findings.map(\.message) == [])
        #expect(judgement.isAccepted)
    }

    @Test(arguments: RuleBook.all.map(\.code))
    func aRuleIsPassedByItsPassingExample(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        #expect(codes(rule.passing) == [], "\(code)")
    }

    @Test(arguments: RuleBook.all.map(\.code))
    func aRuleAloneIsFailedByItsFailingExample(code: String) throws {
        let rule = try #require(RuleBook.rule(code))
        #expect(codes(rule.failing) == [code], "\(code)")
    }
}
