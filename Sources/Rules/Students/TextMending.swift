import Foundation

/// Pure repairs of a cell's text. Each returns the text itself when there is nothing to repair.
enum TextMending {
    /// White space and zero-width characters at both ends away.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { return text }
        guard isBlank(first.value) || isBlank(last.value) else { return text }
        var start = scalars.startIndex
        var end = scalars.endIndex
        while start < end, isBlank(scalars[start].value) { start = scalars.index(after: start) }
        while start < end, isBlank(scalars[scalars.index(before: end)].value) { end = scalars.index(before: end) }
        return String(scalars[start..<end])
    }

    /// All white space and zero-width characters away.
    static func withoutSpaces(_ text: String) -> String {
        rebuilt(text) { isBlank($0.value) ? nil : $0 }
    }

    static func withoutZeroWidth(_ text: String) -> String {
        rebuilt(text) { TextTraits.isZeroWidth($0.value) ? nil : $0 }
    }

    /// Line breaks and tabs become one space each.
    static func onOneLine(_ text: String) -> String {
        rebuilt(text) { (0x09...0x0D).contains($0.value) ? " " : $0 }
    }

    /// Every look-alike of the middle dot becomes `·` (U+00B7).
    static func withMiddleDots(_ text: String) -> String {
        rebuilt(text) { TextTraits.isDot($0.value) ? "\u{B7}" : $0 }
    }

    /// Full-width forms of ASCII become ASCII, the ideographic space a space. For numbers, dates and codes, never for names.
    static func halfWidth(_ text: String) -> String {
        rebuilt(text) { scalar in
            switch scalar.value {
            case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0)
            case 0x3000: " "
            default: scalar
            }
        }
    }

    /// Unicode canonical composition (NFC); compatibility forms are left alone, so no two names fall together by it.
    static func composed(_ text: String) -> String { text.precomposedStringWithCanonicalMapping }

    /// ASCII letters to upper case, nothing else.
    static func upperCased(_ text: String) -> String {
        guard text.utf8.contains(where: { (97...122).contains($0) }) else { return text }
        return rebuilt(text) { (97...122).contains($0.value) ? Unicode.Scalar($0.value - 32) : $0 }
    }

    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
    }

    private static func isBlank(_ value: UInt32) -> Bool {
        TextTraits.isSpace(value) || TextTraits.isZeroWidth(value)
    }

    private static func rebuilt(_ text: String, _ change: (Unicode.Scalar) -> Unicode.Scalar?) -> String {
        var result = String.UnicodeScalarView()
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if let kept = change(scalar) { result.append(kept) }
        }
        return String(result)
    }
}
