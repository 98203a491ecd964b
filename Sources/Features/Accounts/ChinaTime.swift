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

    private static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
