/// What a spreadsheet does to a long number that was not typed as text: the last digits turn to zeros, or the cell shows
/// `4.40524E+17`. The number is lost, so such a cell is an error and never a wrong check digit.
enum ExcelDamage {
    /// A spreadsheet keeps 15 digits.
    static let safeDigits = 15

    static func isDamaged(_ cell: RawCell?, text: String) -> Bool {
        if cell?.kind == .number, text.utf8.count > safeDigits { return true }
        return isScientific(text)
    }

    /// What a spoiled number looks like when the column was made text afterwards. A sound number may end so, a wrong one tells.
    static func endsInZeros(_ text: String) -> Bool { text.hasSuffix("000") }

    /// `1.2E+17`: digits, at most one point, an exponent with sign.
    static func isScientific(_ text: String) -> Bool {
        guard let mark = text.utf8.firstIndex(where: { $0 == 69 || $0 == 101 }) else { return false }
        let head = text[..<mark]
        let tail = text[text.utf8.index(after: mark)...]
        guard let sign = tail.utf8.first, sign == 43, TextMending.isDigits(tail.dropFirst()) else { return false }
        return !head.isEmpty && head.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
    }
}
