import Rules
import Testing

struct DailyHoursTests {
    /// 2026-09-10 in China, at an hour and minute.
    private func instant(_ hour: Int, _ minute: Int = 0) -> Int64 { 1_788_969_600 + Int64(hour * 3600 + minute * 60) }

    @Test func `hours over midnight hold in the evening and in the early morning`() throws {
        let night = try #require(DailyHours("18:00-06:00"))
        #expect(night.contains(secondsSince1970: instant(18)))
        #expect(night.contains(secondsSince1970: instant(23, 59)))
        #expect(night.contains(secondsSince1970: instant(5, 59)))
        #expect(!night.contains(secondsSince1970: instant(6)))
        #expect(night.secondsUntilOpen(secondsSince1970: instant(6)) == 12 * 3600)
    }

    @Test func `hours of the day hold from the first minute up to the last, which is outside`() throws {
        let day = try #require(DailyHours("12:00-13:30"))
        #expect(day.contains(secondsSince1970: instant(12)))
        #expect(!day.contains(secondsSince1970: instant(13, 30)))
        #expect(day.secondsUntilOpen(secondsSince1970: instant(11)) == 3600)
        #expect(day.secondsUntilOpen(secondsSince1970: instant(14)) == 22 * 3600)
    }

    @Test(arguments: ["", "18:00", "18:00-18:00", "24:00-06:00", "18:60-06:00", "6:00-18:00", "18:00-06:00-07:00", "18.00-06.00"])
    func `what is no pair of times is refused`(_ text: String) { #expect(DailyHours(text) == nil) }
}
