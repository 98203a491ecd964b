import Features
@testable import Node
import Testing

struct LinkGaugesTests {
    private func lines(children: Int) -> [String] {
        var parent = StatusReport.Link(unit: "000000", state: "away:等待重试")
        parent.cause = "proxyRefused"
        let below = (0..<children).map { StatusReport.Link(unit: "\(2_144_000_000 + $0)", name: "学校", state: "connected", lagEntries: 2) }
        return LinkGauges(.init(parent: parent, children: below)).all.flatMap(\.lines)
    }

    @Test func `the cause of a failing link is a label, names of schools are nowhere`() {
        let lines = lines(children: 2)
        #expect(lines.contains("xueji_parent_connected 0.0"))
        #expect(lines.contains("xueji_parent_failing{cause=\"proxyRefused\"} 1.0"))
        #expect(lines.contains("xueji_child_lag_entries{unit=\"2144000001\"} 2.0"))
        #expect(lines.contains("xueji_children_lag_entries 4.0"))
        #expect(!lines.contains { $0.contains("学校") })
    }

    @Test func `with thousands of children only sums are told`() {
        let lines = lines(children: 5000)
        #expect(lines.contains("xueji_children_connected 5000.0"))
        #expect(!lines.contains { $0.contains("unit=") })
        #expect(lines.count < 60)
    }
}
