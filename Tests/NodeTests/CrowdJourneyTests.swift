import Crowd
import Features
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A small crowd returns to a served parent: all are answered.
struct CrowdJourneyTests {
    @Test func `two hundred children that return at once to one parent are all served`() async throws {
        let (folder, archive) = try Fixture.centre("crowd", seed: 9200)
        defer { Fixture.remove(folder) }
        let real = Fixture.surroundings(seed: 9201)
        let members = (1...200).map { Member(unit: UnitCode("2144000" + String(1000 + $0).suffix(3)), surroundings: real) }
        try archive.write { transaction in
            for member in members {
                let school = Unit(code: member.unit, name: "学校", tier: .school, competent: .centre)
                try transaction.append(.unit, Payload.encode(school), as: .centre, to: .everyone)
                let code = try Invitations.issue(for: member.unit, by: .centre, in: transaction).code
                let key = try #require(member.key)
                _ = try Invitations.admit(try JoinRequest(secret: code.secretText, key: key), in: transaction)
            }
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: 9202) { node in
            let crowd = Return(
                to: try PeerAddress(node.ready.peer), members: members,
                plan: .init(connections: 20, window: 1, patience: 120, pupils: 1, pullWait: 1),
                clock: LinkClock(
                    now: SystemSurroundings.monotonicSeconds, epoch: SystemSurroundings.real.now,
                    sleep: SystemSurroundings.sleep, chance: SystemSurroundings.chance),
                surroundings: SystemSurroundings.real, sender: node.caller)
            let report = try await crowd.run()
            #expect(report.served == members.count)
            #expect(report.starved == 0, "\(report)")
        }
    }
}
