/// Instants and dates as people read them in Chinese offices.
enum ShownTime {
    /// `2026-11-23T18:07:03+08:00` → `2026年11月23日 18:07`; what has another shape stays as it is.
    static func text(_ stamp: String) -> String {
        let parts = stamp.split(separator: "T")
        guard parts.count == 2, let day = date(String(parts[0])) else { return stamp }
        return day + " " + parts[1].prefix(5)
    }

    /// `2026-11-23` or `20261123` → `2026年11月23日`.
    static func date(_ text: String) -> String? {
        let digits = text.filter { $0 != "-" }
        guard digits.count == 8, digits.allSatisfy(\.isNumber), let month = Int(digits.dropFirst(4).prefix(2)),
              let day = Int(digits.suffix(2)) else { return nil }
        return "\(digits.prefix(4))年\(month)月\(day)日"
    }

    /// A record's value as it is shown: dates as people write them, all else as it stands.
    /// - Parameter field: the column's title.
    static func value(_ text: String, of field: String) -> String { field.hasSuffix("日期") ? date(text) ?? text : text }

    /// 12345 → `12,345`.
    static func count(_ number: Int) -> String {
        var text = String(number)
        var place = text.count - 3
        while place > (number < 0 ? 1 : 0) {
            text.insert(",", at: text.index(text.startIndex, offsetBy: place))
            place -= 3
        }
        return text
    }
}
