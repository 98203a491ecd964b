import Features
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// What keeps the centre from issuing anything, and what does not.
struct BootFenceTests {
    @Test func `a child whose key was revoked keeps the fence closed no longer; another one does`() throws {
        let (folder, archive) = try Fixture.centre("fence-revoked", seed: 9300)
        defer { Fixture.remove(folder) }
        let other = Unit(code: "330000", name: "浙江省教育厅", tier: .province, competent: .centre)
        try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(other), as: .centre, to: .everyone)
            for unit in [Fixture.province.code, other.code] {
                let enrolment = KeyEnrolment(
                    unit: unit, publicKey: transaction.surroundings.statementKey().publicKey, issuer: .centre, generation: 1, node: unit)
                try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(unit))
            }
        }
        let fence = BootFence()
        #expect(fence.waitingFor == [.centre], "nobody is attached yet")
        let endpoint = ParentEndpoint(
            unit: .centre, version: "test", nonce: ParentLink.nonce(archive.surroundings), outbox: StoreOutbox(archive: archive),
            inbox: StoreInbox(archive: archive, stored: Bell(), news: Bell()), doorkeeper: StoreDoorkeeper(archive: archive),
            surroundings: archive.surroundings)
        fence.attach(endpoint, children: try BootFence.children(archive))
        #expect(fence.waitingFor == [other.code, Fixture.province.code])
        #expect(try BootFence.revoked(fence.waitingFor, archive).isEmpty)
        _ = try archive.write { try $0.revoke(Fixture.province.code, by: .centre, since: nil, reason: "失窃") }
        fence.excuse(try BootFence.revoked(fence.waitingFor, archive))
        #expect(fence.waitingFor == [other.code])
        try archive.close()
    }

    @Test func `a centre moves no school before its children have shown what they hold, and does once none is waited for`() async throws {
        let (folder, archive) = try Fixture.centre("fence-move", seed: 9310)
        defer { Fixture.remove(folder) }
        try archive.write { transaction in
            for unit in [
                Unit(code: "330000", name: "浙江省教育厅", tier: .province, competent: .centre),
                Unit(code: "2144000001", name: "天河一小", tier: .school, competent: Fixture.county.code, territorial: Fixture.county.code),
            ] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            let enrolment = KeyEnrolment(
                unit: Fixture.province.code, publicKey: transaction.surroundings.statementKey().publicKey, issuer: .centre,
                generation: 1, node: Fixture.province.code)
            try transaction.append(.key, Payload.encode(enrolment), as: .centre, to: .subtree(Fixture.province.code))
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: 9311) { centre in
            #expect(await centre.verb("units", "move", "2144000001", "--to", "330000") != 0)
            // The province never comes back; its machine was stolen.
            #expect(await centre.verb("revoke", Fixture.province.code.text, "--reason", "机器失窃") == 0)
            try await Fixture.eventually { await centre.verb("units", "move", "2144000001", "--to", "330000") == 0 }
        }
    }
}
