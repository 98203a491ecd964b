import Testing
@testable import Rules

@Suite struct QuestionCoverageTests {
    /// §1.1 to §1.4 of the requirements, and Q1…Q53 without a gap.
    private let asked = (1...53).map { "Q\($0)" }
        + ["Q59", "Q92", "Q99", "Q102", "Q104", "Q106", "Q107", "Q112", "M-CLS", "M-学制", "M-IMP"]

    @Test func everyQuestionIsListedOnce() {
        let listed = QuestionCoverage.all.map(\.question)
        #expect(Set(listed).count == listed.count)
        #expect(Set(asked).subtracting(listed).sorted() == [])
    }

    @Test func everyQuestionHasRulesOrSaysWhereItIsKept() {
        for entry in QuestionCoverage.all { #expect(!entry.rules.isEmpty || !entry.elsewhere.isEmpty, "\(entry.question)") }
    }

    @Test func everyRuleNamedExists() {
        let known = Set((RuleBook.all + RuleBook.submission).map(\.code) + FileRules.all.map(\.code))
        for entry in QuestionCoverage.all { #expect(Set(entry.rules).subtracting(known) == [], "\(entry.question)") }
    }

    @Test func everyRuleBelongsToAListedQuestion() {
        let covered = Set(QuestionCoverage.all.flatMap(\.rules))
        let codes = (RuleBook.all + RuleBook.submission).map(\.code) + FileRules.all.map(\.code)
        #expect(codes.filter { !covered.contains($0) } == [])
    }
}
