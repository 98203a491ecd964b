import Protocol
import Rules
import Store
import Testing

@testable import Features

@Suite struct LateWelcomesTests {
    private typealias C = SmallCountry

    private func node() throws -> TestNode {
        let node = try SmallCountry().node
        _ = try node.archive.write { try UnitMoves.move(C.tianheFirst.code, to: C.haizhu.code, territorial: nil, by: C.guangzhou.code, in: $0) }
        try node.settle()
        return node
    }

    /// Another key of a unit, enrolled by an authority above it.
    private func enrol(_ unit: Unit, by issuer: Unit, at node: TestNode) throws -> StatementPublicKey {
        try node.archive.write { transaction in
            let key = transaction.surroundings.statementKey().publicKey
            let enrolment = KeyEnrolment(unit: unit.code, publicKey: key, issuer: issuer.code, generation: 2, node: unit.code, topology: 1)
            try transaction.append(.key, Payload.encode(enrolment), as: issuer.code, to: .subtree(unit.code))
            return key
        }
    }

    private func said(_ node: TestNode, by mover: Unit, to school: Unit = C.tianheFirst) throws -> Set<StatementPublicKey> {
        try node.archive.read { try $0.keysSaid(by: mover.code, to: school.code) }
    }

    /// How often a unit has said a key to the school.
    private func count(_ key: StatementPublicKey, by mover: Unit, at node: TestNode) throws -> Int {
        var found = 0
        try node.archive.read { reading in
            try Journal.forEach(after: 0, in: reading.database) { stored in
                guard stored.stream.unit == mover.code, stored.stream.audience == .subtree(C.tianheFirst.code) else { return true }
                found += try Envelope(bytes: stored.bytes).entries().count { $0.flatMap { Payload.key($0.payload) }?.publicKey == key }
                return true
            }
        }
        return found
    }

    @Test func `a key that a school's former authority gets after the move is said on to the school by whoever moved it, once`() throws {
        let node = try node()
        let key = try enrol(C.tianhe, by: C.guangzhou, at: node)
        #expect(try !said(node, by: C.guangzhou).contains(key))
        for _ in 0..<3 { try node.settle() }
        #expect(try count(key, by: C.guangzhou, at: node) == 1)
        #expect(try count(key, by: C.guangdong, at: node) == 0)
    }

    @Test func `what the welcome has said is not said again, nor a key of an authority that the school never left`() throws {
        let node = try node()
        let welcomed = try said(node, by: C.guangzhou)
        #expect(welcomed.count == 2)
        let others = [try enrol(C.haizhu, by: C.guangzhou, at: node), try enrol(C.yuelu, by: C.changsha, at: node)]
        try node.settle()
        #expect(try said(node, by: C.guangzhou) == welcomed)
        #expect(!others.contains { welcomed.contains($0) })
    }
}
