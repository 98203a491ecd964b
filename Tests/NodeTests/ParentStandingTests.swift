@testable import Features
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

@Suite struct ParentStandingTests {
    private static let province = Fixture.province.code
    private static let called = "https://10.0.0.1:8081"

    private func label(_ archive: Archive, now: Int64 = 5000) throws -> String {
        switch try archive.read({ try ParentStanding($0, now: now) }) {
        case .sound: "sound"
        case .resting(_, _, let text): text.contains("新机器还没有说明地址") ? "unseen" : "revoked"
        case .elsewhere(let address, _): address.base
        }
    }

    private func enrol(_ generation: Int, in transaction: Transaction) throws {
        let key = KeyEnrolment(
            unit: Self.province, publicKey: transaction.surroundings.statementKey().publicKey, issuer: .centre, generation: generation,
            node: Self.province)
        try transaction.append(.key, Payload.encode(key), as: .centre, to: .everyone)
    }

    private func say(_ address: String, at time: Int64, in archive: Archive) throws {
        try archive.write { transaction in
            try transaction.database.execute(
                literal: "INSERT OR REPLACE INTO node_address (unit, address, at) VALUES (\(Self.province.text), \(address), \(time))")
        }
    }

    @Test func `after a revocation the old address counts only when the new machine has said it, or somebody has given it since`() throws {
        let (folder, archive) = try Fixture.centre("parent-standing", seed: 9720)
        defer { Fixture.remove(folder) }
        try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(ServedTree.schoolUnit), as: .centre, to: .everyone)
            try enrol(1, in: transaction)
            try transaction.setNodeText(Joining.parentAddress, Self.called)
            try transaction.setNodeText("unit", ServedTree.schoolUnit.code.text)
        }
        #expect(try label(archive) == "sound")
        try archive.write { transaction in
            let seal = KeySeal(
                unit: Self.province, issuer: .centre, generation: 1, topology: 0, isRevocation: true, heads: [], reason: "机器失窃", at: 1000)
            try transaction.append(.seal, Payload.encode(seal), as: .centre, to: .everyone)
        }
        #expect(try label(archive) == "revoked")
        try archive.write { try enrol(2, in: $0) }
        #expect(try label(archive) == "unseen")
        // By the stolen machine, before; by it, with a clock that was set ahead for the purpose.
        try say(Self.called, at: 900, in: archive)
        #expect(try label(archive) == "unseen")
        try say(Self.called, at: 500_000, in: archive)
        #expect(try label(archive) == "unseen")
        try say("https://127.0.0.1:8081", at: 1100, in: archive)
        #expect(try label(archive) == "unseen")
        try say("https://10.0.0.2:8081", at: 1100, in: archive)
        #expect(try label(archive) == "https://10.0.0.2:8081")
        try say(Self.called, at: 1100, in: archive)
        #expect(try label(archive) == "sound")
        try say("https://10.0.0.2:8081", at: 1100, in: archive)
        let given = try PeerAddress("https://school.example:9")
        try archive.write { try $0.callParent(at: given) }
        #expect(try label(archive) == "sound")
        #expect(try archive.read { try $0.nodeText(Joining.parentAddress) } == given.base)
    }
}
