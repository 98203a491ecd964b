/// What kinds of character a text contains, found in one pass, so that mending and judging look only where something is.
struct TextTraits: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    /// Any white space, inside or at the ends: ASCII, no-break, ideographic, general punctuation.
    static let space = TextTraits(rawValue: 1 << 0)
    /// Characters that take no room: zero-width space and joiners, byte order mark, variation selectors.
    static let zeroWidth = TextTraits(rawValue: 1 << 1)
    /// Full-width forms of ASCII.
    static let fullWidth = TextTraits(rawValue: 1 << 2)
    /// Look-alikes of the middle dot `·` of minority and foreign names.
    static let dot = TextTraits(rawValue: 1 << 3)
    /// Control characters other than white space, and bidirectional overrides.
    static let control = TextTraits(rawValue: 1 << 4)
    /// Private use: drawn by one machine's fonts only.
    static let privateUse = TextTraits(rawValue: 1 << 5)
    /// U+FFFD: a character was lost on the way.
    static let replacement = TextTraits(rawValue: 1 << 6)
    static let questionMark = TextTraits(rawValue: 1 << 7)
    /// Kangxi and CJK radicals that look like ordinary characters.
    static let radical = TextTraits(rawValue: 1 << 8)
    /// Scalars that canonical composition may change.
    static let composable = TextTraits(rawValue: 1 << 9)
    static let lineBreak = TextTraits(rawValue: 1 << 10)
    /// Set by the reader: the text is not in its column's list.
    static let notAnOption = TextTraits(rawValue: 1 << 11)

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(_ text: String) {
        // Most cells are digits or common Chinese characters, told by their bytes; only the others are decoded.
        self = TextTraits.isCommon(text) ? [] : TextTraits.ofScalars(text)
    }

    /// Printable ASCII but `?` and `.`, and U+5000 to U+9FFF, which is where a first byte of E5 to E9 leads.
    private static func isCommon(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x3F, 0x2E: false
            case 0x21...0x7E, 0x80...0xBF, 0xE5...0xE9: true
            default: false
            }
        }
    }

    private static func ofScalars(_ text: String) -> TextTraits {
        var found: TextTraits = []
        for scalar in text.unicodeScalars {
            let value = scalar.value
            if value >= 0x4E00, value <= 0x9FFF { continue }
            if value < 0x7F, value > 0x20 {
                if value == 0x3F { found.insert(.questionMark) }
                if value == 0x2E { found.insert(.dot) }
            } else {
                found.formUnion(TextTraits.rare(value))
            }
        }
        return found
    }

    private static func rare(_ value: UInt32) -> TextTraits {
        if isSpace(value) { return value == 0x0A || value == 0x0D || value == 0x09 ? [.space, .lineBreak] : .space }
        if isZeroWidth(value) { return .zeroWidth }
        if isDot(value) { return value >= 0xFF00 ? [.dot, .fullWidth] : .dot }
        switch value {
        case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: return .control
        case 0xE000...0xF8FF, 0xF_0000...0x10_FFFF: return .privateUse
        case 0xFFFD: return .replacement
        case 0xFF1F: return [.questionMark, .fullWidth]
        case 0xFF01...0xFF5E: return .fullWidth
        case 0x2E80...0x2FD5: return .radical
        case 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x1E00...0x1FFF, 0x2126, 0x212A, 0x212B, 0xC0...0x24F,
             0x1100...0x11FF, 0x3099...0x309A, 0xF900...0xFAFF, 0x2_F800...0x2_FA1F: return .composable
        default: return []
        }
    }

    static func isSpace(_ value: UInt32) -> Bool {
        switch value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0x3164: true
        default: false
        }
    }

    static func isZeroWidth(_ value: UInt32) -> Bool {
        switch value {
        case 0x200B...0x200F, 0x2060, 0xFEFF, 0xAD, 0x180E, 0xFE00...0xFE0F, 0xE_0100...0xE_01EF: true
        default: false
        }
    }

    static func isDot(_ value: UInt32) -> Bool {
        switch value {
        case 0x2E, 0x2022, 0x2027, 0x2219, 0x22C5, 0x25CF, 0x30FB, 0xFF0E, 0xFF65: true
        default: false
        }
    }
}
