/// What counts as nothing in a cell.
enum BlankText {
    /// White space of any kind: ideographic, no-break and zero-width spaces included.
    static func isBlank(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return true }
        switch first {
        // Only these first bytes can begin white space; ASCII letters and Chinese characters are told at once.
        case 0...0x20, 0xC2, 0xE1...0xE3, 0xEF:
            return text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0 == "\u{FEFF}" || $0 == "\u{200B}" }
        default: return false
        }
    }
}
