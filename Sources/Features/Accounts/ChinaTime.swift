import Rules

/// Instants as text: RFC 3339 at +08:00, whatever the machine says.
public enum ChinaTime {
    /// - Parameter seconds: since 1970.
    public static func text(_ seconds: Int64) -> String {
        let day = CalendarDate(secondsSince1970: seconds)
        let second = ((seconds + 8 * 3600) % 86_400 + 86_400) % 86_400
        return "\(pad(day.year, 4))-\(pad(day.month, 2))-\(pad(day.day, 2))"
            + "T\(pad(Int(second / 3600), 2)):\(pad(Int(second / 60 % 60), 2)):\(pad(Int(second % 60), 2))+08:00"
    }

    /// The same as people write it: `2026年11月23日 18:07`.
    /// - Parameter seconds: since 1970.
    public static func spoken(_ seconds: Int64) -> String { ShownTime.text(text(seconds)) }

    /// Reads a date (its midnight at +08:00) or an instant as RFC 3339 writes it; fractions of a second are left out.
    /// - Returns: seconds since 1970; nil for any other text.
    public static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (48...57).contains($0) }) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        func isAt(_ index: Int, _ marks: String) -> Bool { index < bytes.count && marks.utf8.contains(bytes[index]) }
        guard let year = number(0..<4), isAt(4, "-"), let month = number(5..<7), isAt(7, "-"), let day = number(8..<10),
              let date = CalendarDate(year: year, month: month, day: day) else { return nil }
        let midnight = Int64(date.daysSince1970) * 86_400
        if bytes.count == 10 { return midnight - 8 * 3600 }
        guard isAt(10, "Tt "), let hour = number(11..<13), isAt(13, ":"), let minute = number(14..<16), isAt(16, ":"),
              let second = number(17..<19), hour < 24, minute < 60, second < 61 else { return nil }
        var next = 19
        if isAt(next, ".") {
            repeat { next += 1 } while isAt(next, "0123456789")
        }
        let local = midnight + Int64(hour * 3600 + minute * 60 + second)
        if isAt(next, "Zz") { return bytes.count == next + 1 ? local : nil }
        guard isAt(next, "+-"), bytes.count == next + 6, let hours = number(next + 1..<next + 3), isAt(next + 3, ":"),
              let minutes = number(next + 4..<next + 6), hours < 24, minutes < 60 else { return nil }
        let ahead = Int64(hours * 3600 + minutes * 60)
        return isAt(next, "+") ? local - ahead : local + ahead
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
