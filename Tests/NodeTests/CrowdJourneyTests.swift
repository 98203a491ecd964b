import Crowd
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A small crowd is enrolled at a served parent and returns to it: all are answered.
struct CrowdJourneyTests {
    @Test func `a hundred children that return at once to one parent are all served`() async throws {
        let (folder, archive) = try Fixture.centre("crowd", seed: 9200)
        defer { Fixture.remove(folder) }
        let units = (1...100).map { UnitCode("2144000" + String(1000 + $0).suffix(3)) }
        try archive.write { transaction in
            for unit in units {
                let school = Unit(code: unit, name: "学校", tier: .school, competent: .centre)
                try transaction.append(.unit, Payload.encode(school), as: .centre, to: .everyone)
            }
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: 9202) { node in
            let record = try #require(RunRecord.read(from: folder))
            let address = try PeerAddress(node.ready.peer)
            let surroundings = SystemSurroundings.real
            let enrolment = try Enrolment(local: try HTTPCaller.local(record.socket), address: address, surroundings: surroundings)
            var members: [Member] = []
            for unit in units { members.append(try await enrolment.enrol(unit)) }
            let crowd = Return(
                to: address, members: members, plan: .init(connections: 20, window: 1, patience: 120, pupils: 1, pullWait: 1),
                clock: LinkClock(
                    now: SystemSurroundings.monotonicSeconds, epoch: surroundings.now, sleep: SystemSurroundings.sleep,
                    chance: SystemSurroundings.chance),
                surroundings: surroundings)
            let report = try await crowd.run()
            #expect(report.served == members.count)
            #expect(report.starved == 0, "\(report)")
        }
    }
}
