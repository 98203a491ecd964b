@testable import Rules

/// The findings of an example in the example school.
func findings(on example: RuleExample) -> [Finding] {
    RuleBook.judge(example.row, facts: example.facts(from: ExamplePupil.facts(divisions: TestDivisions()))).findings
}

func submissionFindings(on example: RuleExample) -> [Finding] {
    let facts = example.facts(from: ExamplePupil.facts(divisions: TestDivisions()))
    return RuleBook.judgeSubmission(of: RuleBook.judge(example.row, facts: facts).record, facts: facts)
}

/// The codes found when some cells of the example pupil are changed, without the reader's notices.
func codes(
    _ changes: [StudentField: String], facts: @escaping @Sendable (inout Facts) -> Void = { _ in }
) -> Set<String> {
    Set(findings(on: RuleExample(changes, facts: facts)).map(\.rule))
}

/// The messages found when some cells of the example pupil are changed.
func messages(_ changes: [StudentField: String]) -> [String] { findings(on: RuleExample(changes)).map(\.message) }
