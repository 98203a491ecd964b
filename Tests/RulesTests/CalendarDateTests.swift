import Testing
@testable import Rules

@Suite struct CalendarDateTests {
    @Test(arguments: [("19700101", -28_800), ("20260910", 1_788_969_600)] as [(String, Int64)])
    func aDayBeginsAtMidnightInChina(text: String, second: Int64) throws {
        let day = try #require(CalendarDate(compact: text))
        #expect(day.firstSecond == second)
        #expect(CalendarDate(secondsSince1970: second) == day)
        #expect(CalendarDate(secondsSince1970: second - 1) < day)
    }
}
