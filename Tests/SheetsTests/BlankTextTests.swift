import Testing
@testable import Sheets

@Suite struct BlankTextTests {
    @Test("white space of any kind is blank", arguments: ["", " ", "\t\r\n", "\u{3000}", "\u{A0} ", "\u{FEFF}", "\u{2003}\u{200B}", "\u{1680}"])
    func blank(_ text: String) { #expect(BlankText.isBlank(text)) }

    @Test("anything else is not", arguments: ["0", " a", "张", "\u{3001}", "é", "\u{3000}张", "𠮷", "-"])
    func filled(_ text: String) { #expect(!BlankText.isBlank(text)) }

    @Test("no white space of Unicode is missed")
    func all() {
        for value in UInt32(0)...0xFFFF {
            guard let scalar = Unicode.Scalar(value), scalar.properties.isWhitespace else { continue }
            #expect(BlankText.isBlank(String(scalar)), "U+\(String(value, radix: 16))")
        }
    }
}
