import Testing
@testable import Rules

@Suite("Division codes")
struct DivisionCodeTests {
    @Test("six digits tell their level and what is above", arguments: [
        ("130000", DivisionCode.Level.province, nil), ("130100", .prefecture, "130000"), ("130102", .county, "130100"),
    ])
    func levels(code: String, level: DivisionCode.Level, parent: String?) {
        #expect(DivisionCode.level(of: code) == level)
        #expect(DivisionCode.parent(of: code) == parent)
    }

    @Test("anything but six digits has no level", arguments: ["", "13010", "1301020", "13010a", "000000", "012345", "１３０１０２"])
    func misshapen(code: String) {
        #expect(DivisionCode.level(of: code) == nil)
        #expect(DivisionCode.parent(of: code) == nil)
        #expect(DivisionCode.reachesCounty(code) == false)
    }

    @Test("a county reaches the county, and so does a city or a region that has none")
    func exactness() {
        for code in ["130102", "441900", "620200", "810000"] { #expect(DivisionCode.reachesCounty(code), "\(code)") }
        for code in ["130000", "130100", "440000"] { #expect(DivisionCode.reachesCounty(code) == false, "\(code)") }
    }
}
