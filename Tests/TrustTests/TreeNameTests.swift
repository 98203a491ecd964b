import Rules
import Testing
import Trust

struct TreeNameTests {
    @Test func `a unit's name ends with its authority's`() throws {
        let province = try #require(TreeName(path: [.centre, "440000"]))
        let school = try #require(TreeName(path: [.centre, "440000", "440106", "3144010601"]))
        #expect(school.text == "u3144010601.u440106.u440000.root.xueji.internal")
        #expect(province.covers(school) && !school.covers(province) && province.covers(province) && TreeName.centre.covers(school))
        #expect(TreeName(path: [.centre]) == .centre && TreeName(school.text) == school)
    }

    @Test func `a name that only ends in the same letters is not below`() throws {
        let name = try #require(TreeName("u1440000.root.xueji.internal"))
        let province = try #require(TreeName(path: [.centre, "440000"]))
        #expect(!province.covers(name))
    }

    @Test func `other names and other codes give none`() {
        #expect(TreeName("example.org") == nil && TreeName("xroot.xueji.internal") == nil)
        #expect(TreeName(path: ["440000"]) == nil && TreeName(path: [.centre, "44.00"]) == nil)
        #expect(TreeName(path: [.centre] + (0..<6).map { UnitCode(String(repeating: "1", count: 50) + "\($0)") }) == nil)
    }
}
