import Protocol
import Rules
import Store

/// Until when an inquiry is answered and on which day it counts, by the clock of whoever answers. The time in it is the asker's: where that
/// cannot be true, because it lies ahead or would have been over before the inquiry came, the day counts on which it came. So a wrong clock
/// leaves nothing unanswered and open for years, and whoever dates its questions at will gets no more of them answered.
struct InquiryTime {
    /// Days by which an asker's clock may be ahead.
    private static let ahead = 1

    let inquiry: Inquiry
    /// The day on which it came to whoever answers.
    let heard: CalendarDate
    private let calendar: WorkingCalendar
    /// Working days that policy lets one wait.
    private let days: Int

    init(_ inquiry: Inquiry, heard: CalendarDate, _ reading: Reading) throws {
        self.inquiry = inquiry
        self.heard = heard
        calendar = try Deadlines.calendar(for: inquiry.unit, reading)
        days = try Self.days(for: inquiry.unit, reading)
    }

    /// The last day on which it is answered.
    var lastDay: CalendarDate {
        let wait = max(0, inquiry.lastDay.daysSince1970 - asked.daysSince1970)
        let start = first <= asked && asked.daysSince1970 <= heard.daysSince1970 + Self.ahead ? asked : heard
        return min(CalendarDate(daysSince1970: start.daysSince1970 + wait), calendar.day(days, after: start))
    }

    /// Whether it was asked on a day before it came, and came in time: it counts on the day on which it was asked. All others count on the
    /// day on which they came.
    var isOfEarlierDay: Bool { first <= asked && asked < heard }

    /// Whether another one that came on the same day counts on that day.
    func isOfSameDay(_ other: Inquiry) -> Bool {
        let day = CalendarDate(secondsSince1970: other.at)
        return day < first || day >= heard
    }

    private var asked: CalendarDate { CalendarDate(secondsSince1970: inquiry.at) }
    /// What was asked on this day is not over on the day on which it came.
    private var first: CalendarDate { calendar.firstDayInTime(days, today: heard) }

    // MARK: At the asker's

    /// The last day of what is asked today.
    static func lastDay(after today: CalendarDate, for unit: UnitCode, _ reading: Reading) throws -> CalendarDate {
        let last = try Deadlines.calendar(for: unit, reading).day(try days(for: unit, reading), after: today)
        return min(last, CalendarDate(daysSince1970: today.daysSince1970 + Inquiry.longestWait))
    }

    /// Whether the asker waits no longer: its last day is over, or it was asked by a clock that was ahead and has been put right.
    static func isOver(_ inquiry: Inquiry, forAskerOn today: CalendarDate) -> Bool {
        inquiry.lastDay < today || CalendarDate(secondsSince1970: inquiry.at).daysSince1970 > today.daysSince1970 + ahead
    }

    private static func days(for unit: UnitCode, _ reading: Reading) throws -> Int {
        Int(try PolicyShelf(reading).value("inquiry.days", for: unit)).map { max(1, min($0, 200)) } ?? 10
    }
}
