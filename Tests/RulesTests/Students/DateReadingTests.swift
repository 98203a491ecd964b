import Testing
@testable import Rules

@Suite struct DateReadingTests {
    @Test func aDayMustExist() {
        #expect(DateReading.day("2012-2-29") == "20120229")
        #expect(DateReading.day("2011-2-29") == nil)
        #expect(DateReading.day("20111301") == nil)
    }

    @Test(arguments: ["09-5-12", "39945", "2009", "200905", "5/12/2009", "2009-5-12-1", "2009-05-12 08:30:00", "二〇〇九年"])
    func nothingIsGuessed(text: String) {
        #expect(DateReading.day(text) == nil)
    }

    @Test func aMonthMayBeAWholeDay() {
        #expect(DateReading.month("2015年9月1日") == "201509")
        #expect(DateReading.month("2015-13") == nil)
        #expect(DateReading.month("2015") == nil)
        #expect(DateReading.month("201509") == "201509")
        #expect(DateReading.month("20150\u{301}9") == nil)
        #expect(DateReading.month("201500") == nil && DateReading.month("000009") == nil)
    }

    @Test func aValidityIsReadAsYearsOrDays() {
        #expect(DateReading.validity("2015年—2020年") == "2015-2020")
        #expect(DateReading.validity("2015.09.01-2020.09.01") == "20150901-20200901")
        #expect(DateReading.validity("2015-9-1至2020-9-1") == "20150901-20200901")
        #expect(DateReading.validity("20150901—长期") == "20150901-长期")
        #expect(DateReading.validity("2015-20200901") == nil)
    }

    @Test func whatIsReadReadsBackTheSame() {
        for text in ["2015-2020", "20150901-20200901", "20150901-长期", "长期"] {
            #expect(DateReading.validity(text) == text)
        }
    }
}
