import Features
import Rules
import Testing

@Suite struct HelpAnswerTests {
    @Test func everyQuestionOfTheFAQHasOneAnswer() {
        let ids = HelpChapter.all.flatMap(\.answers).map(\.id)
        #expect(ids == (1...112).map { "Q\($0)" })
        #expect(HelpChapter.all.flatMap(\.answers).allSatisfy { !$0.title.isEmpty && $0.text.count > 3 })
    }

    @Test func everyRuleAndSwitchThatNamesAQuestionLeadsToItsAnswer() {
        let asked = (RuleBook.all + RuleBook.submission).map(\.question) + PolicyCatalogue.all.map(\.question)
        let unanswered = asked.filter { $0.hasPrefix("Q") && HelpChapter.answer($0) == nil }
        #expect(unanswered.isEmpty)
        #expect(asked.contains("Q50") || asked.contains("Q51"))
    }
}
