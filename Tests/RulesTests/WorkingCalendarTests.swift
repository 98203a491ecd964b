import Testing

@testable import Rules

@Suite struct WorkingCalendarTests {
    private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(compact: text.filter { $0 != "-" })) }

    @Test func `Monday to Friday are worked, but for holidays, and weekend days where the list says so`() throws {
        let calendar = try #require(WorkingCalendar(holidays: "2026-10-01/2026-10-07", workdays: "2026-10-10"))
        #expect(try calendar.isWorking(day("2026-09-30")) && !calendar.isWorking(day("2026-10-01")) && !calendar.isWorking(day("2026-10-07")))
        #expect(try calendar.isWorking(day("2026-10-08")) && calendar.isWorking(day("2026-10-10")) && !calendar.isWorking(day("2026-10-11")))
        #expect(try !WorkingCalendar.plain.isWorking(day("1969-12-28")) && WorkingCalendar.plain.isWorking(day("1969-12-29")))
    }

    @Test func `ten working days over a long holiday`() throws {
        let calendar = try #require(WorkingCalendar(holidays: "2026-10-01/2026-10-07", workdays: "2026-10-10"))
        // 28, 29, 30 September, 8, 9, 10, 12, 13, 14, 15 October.
        #expect(try calendar.day(10, after: day("2026-09-25")).description == "2026-10-15")
        #expect(try WorkingCalendar.plain.day(10, after: day("2026-09-25")).description == "2026-10-09")
    }

    /// The two ways of counting say the same of every day.
    @Test func `the first day in time is the one whose limit is today or later`() throws {
        let calendar = try #require(WorkingCalendar(holidays: "2026-10-01/2026-10-07,2026-10-19", workdays: "2026-10-10,2026-10-11"))
        for count in [1, 3, 10] {
            for offset in 0..<60 {
                let today = CalendarDate(daysSince1970: try day("2026-09-20").daysSince1970 + offset)
                let first = calendar.firstDayInTime(count, today: today)
                for since in -40...0 {
                    let start = CalendarDate(daysSince1970: today.daysSince1970 + since)
                    #expect((calendar.day(count, after: start) < today) == (start < first), "\(start) \(today) \(count)")
                }
            }
        }
    }

    @Test(arguments: ["2026-13-01", "2026-10-07/2026-10-01", "x", "2026-10-01/2026-10-02/2026-10-03", "1900-01-01/2100-01-01", "2026-10-01/"])
    func `what is no list of days is refused`(text: String) {
        #expect(!WorkingCalendar.isList(text) && WorkingCalendar(holidays: text, workdays: "") == nil)
    }

    @Test func `an empty list and a list with spaces are lists`() {
        #expect(WorkingCalendar.isList("") && WorkingCalendar.isList("2026-10-01/2026-10-07, 2027-01-01"))
    }
}
