@testable import Features
import Protocol
import Rules
import Store
import Testing

@Suite struct InvitationsTests {
    private static let units = [
        Unit(code: "440000", name: "广东省教育厅", tier: .province, competent: .centre),
        Unit(code: "440100", name: "广州市教育局", tier: .city, competent: "440000"),
    ]

    /// To whom what is written in the body goes.
    private func audiences(_ node: TestNode, _ body: (Transaction) throws -> Void) throws -> Set<Audience> {
        let before = try node.archive.read { try Journal.position(in: $0.database) }
        try node.archive.write { try body($0) }
        return try node.archive.read { reading in
            var found: Set<Audience> = []
            try Journal.forEach(after: before, in: reading.database) { stored in
                found.insert(stored.stream.audience)
                return true
            }
            return found
        }
    }

    @Test func `a province's keys and where they end are told to everyone, for it speaks to everyone; a city's to its subtree`() throws {
        let node = try TestNode(seed: 78)
        try node.becomeCentre(hosting: Self.units)
        let key = try node.archive.write { $0.surroundings.statementKey().publicKey }
        let other = try node.archive.write { $0.surroundings.statementKey().publicKey }
        #expect(try audiences(node) { try Invitations.enrol(other, for: "440100", by: "440000", on: "440100", in: $0) } == [.subtree("440100")])
        #expect(try audiences(node) { _ = try $0.revoke("440100", by: "440000", since: nil, reason: "失窃") } == [.subtree("440100")])
        // From here on the key that is written with here has a younger one beside it.
        #expect(try audiences(node) { try Invitations.enrol(key, for: "440000", by: .centre, on: "440000", in: $0) } == [.subtree("440000"), .everyone])
        #expect(try audiences(node) { try $0.sealKeys(of: "440000", by: .centre) } == [.subtree("440000"), .everyone])
        #expect(try audiences(node) { _ = try $0.revoke("440000", by: .centre, since: nil, reason: "失窃") } == [.subtree("440000"), .everyone])
    }
}
