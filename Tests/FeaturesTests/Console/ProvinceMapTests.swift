@testable import Features
import Rules
import Testing

struct ProvinceMapTests {
    @Test func `every province of the standard has a place of its own`() {
        for code in ProvinceCode.all.keys { #expect(ProvinceMap.places[code] != nil, "\(code)") }
        let places = ProvinceMap.places.values.map { "\($0.column),\($0.row)" }
        #expect(Set(places).count == places.count)
        #expect(ProvinceMap.places.values.allSatisfy { (0..<9).contains($0.column) && (0..<8).contains($0.row) })
    }

    @Test func `a tile says its figure and its state in words`() {
        let svg = ProvinceMap.svg(["44": .init(count: 12_345, tone: "bad", state: "未连接", href: "/overview?under=440000")])
        #expect(svg.contains("12,345") && svg.contains("未连接") && svg.contains("广东") && svg.contains("class=\"bad\""))
        #expect(svg.components(separatedBy: "class=\"pale\"").count - 1 == ProvinceMap.places.count - 1)
    }

    @Test(arguments: [(0, 0, 0), (0, 10, 0), (1, 1000, 1), (500, 1000, 50), (1000, 1000, 100)])
    func `a bar is as long as its share, and never vanishes`(_ value: Int, _ most: Int, _ width: Int) {
        #expect(Bar.svg(value, of: most).contains("width=\"\(width)\" height=\"10\"/>"))
    }
}
