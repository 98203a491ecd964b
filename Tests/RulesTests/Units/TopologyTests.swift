import Rules
import Testing

struct TopologyTests {
    private func school(_ competent: UnitCode, version: Int) -> Unit {
        Unit(code: "3133000001", name: "学校", tier: .school, competent: competent, version: version)
    }

    @Test func `records may come in any order: the newest counts, and each older one is found by its version`() {
        let records = [school("330102", version: 1), school("330106", version: 2), school("650102", version: 3)]
        for order in [[0, 1, 2], [0, 2, 1], [2, 1, 0], [1, 2, 0]] {
            var tree = UnitTree()
            for place in order { tree.put(records[place]) }
            #expect(tree.unit("3133000001") == records[2], "\(order)")
            for record in records { #expect(tree.unit("3133000001", version: record.version) == record, "\(order)") }
            #expect(tree.unit("3133000001", version: 4) == nil)
        }
    }
}
