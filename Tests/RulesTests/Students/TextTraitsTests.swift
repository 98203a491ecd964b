import Testing
@testable import Rules

@Suite struct TextTraitsTests {
    @Test func plainChineseHasNone() {
        #expect(TextTraits("湖南省长沙市") == [])
    }

    @Test(arguments: [
        (" ", TextTraits.space), ("\u{3000}", .space), ("\u{200B}", .zeroWidth), ("\u{FE00}", .zeroWidth), ("Ａ", .fullWidth),
        ("•", .dot), ("\u{7F}", .control), ("\u{202E}", .control), ("\u{E000}", .privateUse), ("\u{F8FF}", .privateUse),
        ("\u{100000}", .privateUse), ("\u{FFFD}", .replacement), ("?", .questionMark), ("⼭", .radical),
        ("\u{301}", .composable), ("\u{F900}", .composable),
    ])
    func eachKindIsFound(text: String, trait: TextTraits) {
        #expect(TextTraits("字" + text + "字").contains(trait))
    }

    /// The quick look at bytes must not pass over what the slow one finds.
    @Test func eachOneOfTheFirstPlaneIsFoundAmongCommonCharacters() {
        let overlooked = (UInt32(0)...0xFFFF).compactMap { Unicode.Scalar($0) }.filter { scalar in
            // A letter with an accent is never common, so this text is looked at slowly.
            let slow = TextTraits("\u{E1}\(scalar)").subtracting(.composable)
            return TextTraits("字\(scalar)1").subtracting(.composable) != slow
        }
        #expect(overlooked == [])
    }

    @Test(arguments: ["㐀", "\u{20000}", "\u{2A6DF}", "\u{2B81D}", "\u{30000}", "\u{323AF}", "鿼"])
    func extensionCharactersAreOrdinary(text: String) {
        #expect(TextTraits(text) == [])
    }
}
