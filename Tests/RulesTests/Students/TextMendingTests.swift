import Testing
@testable import Rules

@Suite struct TextMendingTests {
    @Test func trimmingKeepsWhatIsInside() {
        #expect(TextMending.trimmed("\u{3000} 麓山路 36号\u{FEFF}\n") == "麓山路 36号")
        #expect(TextMending.trimmed("　") == "")
    }

    @Test func halfWidthChangesAsciiFormsOnly() {
        #expect(TextMending.halfWidth("（０７３１）ａ，　。") == "(0731)a, 。")
    }

    @Test func upperCaseChangesAsciiLettersOnly() {
        #expect(TextMending.upperCased("12x字é") == "12X字é")
    }
}
