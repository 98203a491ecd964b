@testable import Features
import Testing

struct TimeChartTests {
    @Test func `bars stand as high as their numbers, and the picture says what it shows`() {
        let svg = TimeChart(title: "每天新增学籍", bars: [.init(label: "9月1日", value: 10), .init(label: "9月2日", value: 5)]).svg
        #expect(svg.contains(#"role="img" aria-label="每天新增学籍，最高 10""#))
        #expect(svg.contains(#"height="112""#) && svg.contains(#"height="56""#))
        #expect(svg.contains(">9月1日</text>") && svg.contains(">9月2日</text>"))
    }

    @Test func `nothing and zero draw no bar, and the scale ends at a round number`() {
        let svg = TimeChart(title: "排队", bars: [.init(label: "1时", value: nil), .init(label: "2时", value: 0), .init(label: "3时", value: 1201)]).svg
        #expect(svg.components(separatedBy: "<rect").count == 2 && svg.contains(">2,000</text>"))
        #expect(TimeChart(title: "排队", bars: []).svg.contains("最高 0"))
    }
}
