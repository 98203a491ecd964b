/// Hours of every day in China's time, for example `18:00-06:00`: from the first minute, up to the last one, which is outside.
public struct DailyHours: Sendable, Hashable {
    /// Minutes after midnight.
    public let opens: Int
    public let closes: Int

    private static let day: Int64 = 86_400

    /// Reads `HH:MM-HH:MM`; nil when a time does not exist or both are the same.
    public init?(_ text: String) {
        let times = text.split(separator: "-", omittingEmptySubsequences: false).map { Self.minutes($0) }
        guard times.count == 2, let opens = times[0], let closes = times[1], opens != closes else { return nil }
        self.opens = opens
        self.closes = closes
    }

    private static func minutes(_ text: Substring) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":"),
              [0, 1, 3, 4].allSatisfy({ (48...57).contains(digits[$0]) }) else { return nil }
        let hour = Int(digits[0] - 48) * 10 + Int(digits[1] - 48)
        let minute = Int(digits[3] - 48) * 10 + Int(digits[4] - 48)
        return hour < 24 && minute < 60 ? hour * 60 + minute : nil
    }

    public func contains(secondsSince1970 seconds: Int64) -> Bool { secondsUntilOpen(secondsSince1970: seconds) == 0 }

    /// 0 while they last.
    public func secondsUntilOpen(secondsSince1970 seconds: Int64) -> Int {
        let local = seconds + 8 * 3600
        let second = Int((local % Self.day + Self.day) % Self.day)
        let (from, to) = (opens * 60, closes * 60)
        let isInside = from < to ? from <= second && second < to : second >= from || second < to
        if isInside { return 0 }
        return second < from ? from - second : from + Int(Self.day) - second
    }
}
