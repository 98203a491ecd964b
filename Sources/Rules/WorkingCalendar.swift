/// 工作日: Monday to Friday, but for holidays, and with the weekend days that are worked instead (调休).
public struct WorkingCalendar: Sendable, Hashable {
    /// Days that one list may name, each counted.
    public static let maxDays = 3660

    private let holidays: Set<Int>
    private let workdays: Set<Int>

    /// Monday to Friday without exception.
    public static let plain = WorkingCalendar(holidays: [], workdays: [])

    private init(holidays: Set<Int>, workdays: Set<Int>) {
        self.holidays = holidays
        self.workdays = workdays
    }

    /// - Parameters: both lists name days and spans, `2026-10-01/2026-10-07,2027-01-01`. A day in both is worked.
    /// - Returns: nil when a list is none.
    public init?(holidays: String, workdays: String) {
        guard let holidays = Self.days(holidays), let workdays = Self.days(workdays) else { return nil }
        self.init(holidays: holidays, workdays: workdays)
    }

    public static func isList(_ text: String) -> Bool { days(text) != nil }

    /// Days since 1970; nil for a day that does not exist, a span that runs backwards, or too many.
    private static func days(_ text: String) -> Set<Int>? {
        var days: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: true) {
            let ends = item.split(separator: "/", omittingEmptySubsequences: false).map { part in
                CalendarDate(compact: part.filter { $0 != "-" && !$0.isWhitespace })?.daysSince1970
            }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last, last - first < maxDays else {
                return nil
            }
            days.formUnion(first...last)
            guard days.count <= maxDays else { return nil }
        }
        return days
    }

    public func isWorking(_ day: CalendarDate) -> Bool { isWorking(day.daysSince1970) }

    /// 1 January 1970 was a Thursday.
    private func isWorking(_ day: Int) -> Bool {
        workdays.contains(day) || ((day % 7 + 10) % 7 < 5 && !holidays.contains(day))
    }

    /// The last of so many working days that begin on the day after.
    public func day(_ count: Int, after day: CalendarDate) -> CalendarDate {
        CalendarDate(daysSince1970: step(day.daysSince1970, by: 1, count))
    }

    /// What came on this day or later still has a working day left today; what came before is overdue.
    /// - Parameter count: working days that are allowed, at least one.
    public func firstDayInTime(_ count: Int, today: CalendarDate) -> CalendarDate {
        CalendarDate(daysSince1970: step(today.daysSince1970, by: -1, count))
    }

    /// Ends: no list names more than `maxDays` days.
    private func step(_ start: Int, by direction: Int, _ count: Int) -> Int {
        var day = start
        var left = count
        while left > 0 {
            day += direction
            if isWorking(day) { left -= 1 }
        }
        return day
    }
}
