@testable import Features
import Protocol
import Rules
import Store
import Testing

/// Reading a trail whose node is another: what is said in each case.
struct TrailOperationsTests {
    private static let unit = AccountTestNode.elsewhere
    private static let centre = Actor.localOperator(of: .centre)

    /// A centre below which a province has a node of its own.
    private func node(seed: UInt64) throws -> AccountTestNode {
        let node = try AccountTestNode(seed: seed)
        try node.archive.write { transaction in
            let key = KeyEnrolment(
                unit: Self.unit, publicKey: transaction.surroundings.statementKey().publicKey, issuer: .centre, generation: 1, node: Self.unit)
            _ = try transaction.append(.key, Payload.encode(key), as: .centre, to: .everyone)
        }
        return node
    }

    private func below(_ told: TrailTold?, isConnected: Bool, isNew: Bool = false) -> TrailsBelow {
        TrailsBelow { _, _, _, _ in
            .init(isConnected: isConnected, lastContact: 1_789_005_600, answeredAt: told.map { _ in 1_789_005_660 }, told: told, isNew: isNew)
        }
    }

    private func read(_ node: AccountTestNode, _ below: TrailsBelow) throws -> JSONValue {
        try node.call("audit.list", by: Self.centre, ["of": Self.unit.text], trails: below)
    }

    @Test func `a node that calls is asked, one that does not is said to be away since when`() throws {
        let node = try node(seed: 701)
        let asked = try read(node, below(nil, isConnected: true, isNew: true))
        #expect(asked["state"]?.text == "asked" && asked["audit"]?.items.isEmpty == true)
        let away = try read(node, below(nil, isConnected: false))
        #expect(away["state"]?.text == "away" && away["lastContact"]?.text == "2026-09-10T10:00:00+08:00")
        // The asking is in the own trail, once.
        let own = try node.call("audit.list", by: Self.centre)["audit"]?.items ?? []
        #expect(own.count { $0["operation"]?.text == "audit.ask" && $0["subject"]?.text == Self.unit.text } == 1)
    }

    @Test func `what was told is shown with its time; a refusal is one`() throws {
        let node = try node(seed: 702)
        let line = TrailLine(at: 1_789_005_600, account: "li", operation: "students.show", subject: "0f", outcome: "done")
        let answer = try read(node, below(.lines([line]), isConnected: true))
        #expect(answer["state"]?.text == "answered" && answer["answeredAt"]?.text == "2026-09-10T10:01:00+08:00")
        #expect(answer["audit"]?.items.first?["account"]?.text == "li" && answer["audit"]?.items.first?["unit"]?.text == Self.unit.text)
        let refusal = #expect(throws: Refusal.self) { try read(node, below(.refused("trail.none"), isConnected: true)) }
        #expect(refusal?.code == "audit.refused")
    }

    @Test func `a unit without a node has no trail, and one further down is its authority's to ask`() throws {
        let node = try AccountTestNode(seed: 703)
        let none = #expect(throws: Refusal.self) { try read(node, .none) }
        #expect(none?.code == "audit.noNode")
        let below = Unit(code: "110101", name: "东城区教育委员会", tier: .county, competent: Self.unit)
        try node.archive.write { transaction in
            _ = try transaction.append(.unit, Payload.encode(below), as: .centre, to: .everyone)
            let key = KeyEnrolment(
                unit: below.code, publicKey: transaction.surroundings.statementKey().publicKey, issuer: .centre, generation: 1, node: below.code)
            _ = try transaction.append(.key, Payload.encode(key), as: .centre, to: .everyone)
        }
        let further = #expect(throws: Refusal.self) { try node.call("audit.list", by: Self.centre, ["of": "110101"]) }
        #expect(further?.code == "audit.notDirect")
    }

    @Test func `a node tells only of units that it hosts, only those above, and notes it`() throws {
        let node = try AccountTestNode(seed: 704)
        _ = try node.host(Unit(code: AccountTestNode.hosted, name: "广东省教育厅", tier: .province, competent: .centre))
        try node.archive.write {
            try AuditTrail.record("students.show", by: .localOperator(of: AccountTestNode.hosted), subject: "0f", outcome: "done", in: $0)
        }
        func ask(_ unit: UnitCode, by: UnitCode) -> TrailTold {
            TrailOperations.tell(TrailQuestion(id: [UInt8](repeating: 1, count: 8), unit: unit, by: by, limit: 5000), node.archive)
        }
        guard case .lines(let lines) = ask(AccountTestNode.hosted, by: .centre) else {
            Issue.record("not told")
            return
        }
        #expect(lines.map(\.operation) == ["students.show"])
        #expect(ask(AccountTestNode.hosted, by: AccountTestNode.hosted) == .refused("trail.none"))
        #expect(ask(AccountTestNode.hosted, by: Self.unit) == .refused("trail.none"))
        #expect(ask(Self.unit, by: .centre) == .refused("trail.none"))
        let trail = try node.call("audit.list", by: .localOperator(of: AccountTestNode.hosted))["audit"]?.items ?? []
        #expect(trail.first?["account"]?.text == "superior 000000" && trail.first?["operation"]?.text == "audit.list")
    }
}
