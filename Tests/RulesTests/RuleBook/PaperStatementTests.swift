import Testing
@testable import Rules

@Suite struct PaperStatementTests {
    @Test func itsTextReadsBack() throws {
        let day = try #require(CalendarDate(compact: "20150905"))
        let statement = try #require(PaperStatement(kind: "家长签字确认表", date: day, place: "档案室"))
        #expect(statement.description == "家长签字确认表|20150905|档案室")
        #expect(PaperStatement(statement.description) == statement)
    }

    @Test func aPartMayNotContainTheSeparator() throws {
        let day = try #require(CalendarDate(compact: "20150905"))
        #expect(PaperStatement(kind: "甲|乙", date: day, place: "档案室") == nil)
    }
}
