import Testing
@testable import Rules

@Suite struct GradeTextTests {
    private let march2016 = CalendarDate(daysSince1970: 16_870)

    @Test(arguments: ["20151", "2015101", "2015", "2015级", "小学2015级", "小学一年级", "一年级", "1年级", "二年级"])
    func aTextThatFitsTheClassAgrees(text: String) throws {
        let grade = try #require(GradeText(text))
        #expect(try grade.agrees(with: #require(ClassCode("2015101")), on: march2016))
    }

    @Test(arguments: ["20152", "2014", "初一", "高一", "小学四年级", "七年级"])
    func aTextOfAnotherClassDoesNot(text: String) throws {
        let grade = try #require(GradeText(text))
        #expect(try !grade.agrees(with: #require(ClassCode("2015101")), on: march2016))
    }

    @Test func theSeventhGradeIsTheFirstOfTheJuniorSchool() throws {
        let grade = try #require(GradeText("七年级"))
        #expect(grade.stage == .junior)
        #expect(grade.ordinal == 1)
    }

    @Test(arguments: ["启明班", "20", "201", "20159"])
    func whatIsNoGradeIsNil(text: String) {
        #expect(GradeText(text) == nil)
    }
}
