/// What counts as nothing in a cell.
enum BlankText {
    /// White space of any kind: ideographic, no-break and zero-width spaces included.
    static func isBlank(_ text: String) -> Bool {
        guard mayBeBlank(text.utf8) else { return false }
        return text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0 == "\u{FEFF}" || $0 == "\u{200B}" }
    }

    /// Only some first bytes can begin white space; ASCII letters and Chinese characters are told at once.
    static func mayBeBlank(_ bytes: some Sequence<UInt8>) -> Bool {
        guard let first = bytes.first(where: { _ in true }) else { return true }
        switch first {
        case 0...0x20, 0xC2, 0xE1...0xE3, 0xEF: return true
        default: return false
        }
    }
}
