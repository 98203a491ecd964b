import Testing

@testable import Rules

@Suite struct RecordStandingTests {
    private static let school: UnitCode = "2144000001"
    private static let tree = UnitTree([
        Unit(code: .centre, name: "教育部", tier: .centre, competent: nil), Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
        Unit(code: "650000", name: "新疆", tier: .province, competent: .centre), Unit(code: "440100", name: "广州市", tier: .city, competent: "440000"),
        Unit(code: "440106", name: "天河区", tier: .county, competent: "440100"), Unit(code: "440105", name: "海珠区", tier: .county, competent: "440100"),
        Unit(code: "650102", name: "天山区", tier: .county, competent: "650000"),
        Unit(code: school, name: "一小", tier: .school, competent: "440106", kind: "211"),
    ])

    private func record(_ competent: UnitCode, _ version: Int, _ code: UnitCode = Self.school) -> Unit {
        Unit(code: code, name: "一小", tier: .school, competent: competent, kind: "211", version: version)
    }

    @Test func `the first record is the centre's, or that of the province whose code it is`() {
        #expect(Self.tree.standing(of: record("440106", 1), by: "440000") == .counts)
        #expect(Self.tree.standing(of: record("650102", 1), by: "650000") != .counts)
        #expect(Self.tree.standing(of: record("650102", 1), by: .centre) == .counts)
        #expect(Self.tree.standing(of: record("650102", 1, "2165000001"), by: "650000") == .counts)
        #expect(UnitCode("440100").provinceDigits == "44" && UnitCode("2144000001").provinceDigits == "44" && UnitCode("x").provinceDigits == nil)
    }

    @Test func `another authority is given by who is above both, also with a version that is there already`() {
        #expect(Self.tree.standing(of: record("440105", 2), by: "440100") == .counts)
        #expect(Self.tree.standing(of: record("440105", 2), by: "440105") != .counts)
        #expect(Self.tree.standing(of: record("650102", 2), by: "650000") != .counts)
        var moved = Self.tree
        moved.put(record("440105", 2))
        #expect(moved.standing(of: record("650102", 2), by: "650000") != .counts)
        #expect(moved.standing(of: record("440106", 2), by: "440000") == .counts, "one that lost stays lawful")
    }

    @Test func `what a record between would decide waits for that one, unless the writer is above the last known as well`() {
        #expect(Self.tree.standing(of: record("650102", 3), by: "650000") == .waits)
        #expect(Self.tree.standing(of: record("440105", 3), by: "440100") == .counts)
        #expect(Self.tree.standing(of: record("440106", 3), by: "440106") == .counts)
        #expect(Self.tree.standing(of: record("440106", 2, "2144000002"), by: "440100") == .waits)
    }
}
