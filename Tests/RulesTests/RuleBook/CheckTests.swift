import Testing
@testable import Rules

@Suite struct CheckTests {
    private func rule(_ code: String, _ severity: Finding.Severity, fails: Bool = true) -> Rule {
        Rule(code, .name, severity, "错", remedy: "改", failing: RuleExample(), fails: { _ in fails ? RuleFailure() : nil })
    }

    private func found(_ check: Check) -> [String] {
        let facts = ExamplePupil.facts(divisions: TestDivisions())
        let subject = Subject(row: ExamplePupil.row, read: RowReader.mend(ExamplePupil.row), facts: facts)
        var findings: [Finding] = []
        check.judge(subject, into: &findings)
        return findings.map(\.rule)
    }

    @Test func aSequenceStopsAtWhatBlocksAndGoesOnAfterAWarning() {
        let warning = rule("Q1-a", .warning), error = rule("Q1-b", .error), problem = rule("Q1-c", .problem)
        #expect(found([warning, error, problem].sequence) == ["Q1-a", "Q1-b"])
        #expect(found([problem, error].sequence) == ["Q1-c"])
        #expect(found([rule("Q1-d", .error, fails: false), error].sequence) == ["Q1-b"])
    }

    @Test func rulesSideBySideAllSpeakAndBlockWhatFollows() {
        let error = rule("Q1-b", .error), problem = rule("Q1-c", .problem), late = rule("Q1-d", .error)
        #expect(found(.sequence([[error, problem].together, .rule(late)])) == ["Q1-b", "Q1-c"])
    }

    @Test func whatIsAskedOnConditionIsSilentWithoutItAndBlocksWithIt() {
        let error = rule("Q1-b", .error), late = rule("Q1-d", .error)
        #expect(found(.sequence([.when({ _ in false }, .rule(error)), .rule(late)])) == ["Q1-d"])
        #expect(found(.sequence([.when({ _ in true }, .rule(error)), .rule(late)])) == ["Q1-b"])
    }
}
