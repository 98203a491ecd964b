@testable import Features
import Testing

struct ShownTimeTests {
    @Test func `instants and dates read as in Chinese offices`() {
        #expect(ShownTime.text("2026-11-03T08:07:03+08:00") == "2026年11月3日 08:07")
        #expect(ShownTime.text("never") == "never")
        #expect(ShownTime.date("20120229") == "2012年2月29日")
        #expect(ShownTime.date("unknown") == nil)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")])
    func `numbers are grouped by thousands`(_ number: Int, _ text: String) {
        #expect(ShownTime.count(number) == text)
    }

    @Test func `of a record's values dates alone are written otherwise`() {
        #expect(ShownTime.value("20160305", of: "出生日期") == "2016年3月5日")
        #expect(ShownTime.value("20160305", of: "学籍辅号") == "20160305" && ShownTime.value("不详", of: "出生日期") == "不详")
    }
}
