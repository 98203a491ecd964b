import Crowd
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// Provinces that bring what their schools have said, all at once, to one served centre.
struct ConvoyJourneyTests {
    @Test func `every pupil of every province of a convoy is stored and judged`() async throws {
        let (folder, archive) = try Fixture.centre("convoy", seed: 9300)
        defer { Fixture.remove(folder) }
        let units = (0..<3).map { number in
            (
                province: Unit(code: UnitCode("5\(number)0000"), name: "省", tier: .province, competent: .centre),
                school: Unit(code: UnitCode("215\(number)000001"), name: "学校", tier: .school, competent: UnitCode("5\(number)0000"))
            )
        }
        try archive.write { transaction in
            for unit in units { for one in [unit.province, unit.school] { try transaction.append(.unit, Payload.encode(one), as: .centre, to: .everyone) } }
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: 9302) { node in
            let record = try #require(RunRecord.read(from: folder))
            let surroundings = SystemSurroundings.real
            let address = try PeerAddress(node.ready.peer)
            let enrolment = try Enrolment(local: try HTTPCaller.local(record.socket), address: address, surroundings: surroundings)
            var provinces: [ConvoyProvince] = []
            for unit in units {
                let steps = (0..<40).map { Self.step($0, of: unit.school.code, surroundings) }
                provinces.append(try ConvoyProvince(
                    try await enrolment.enrol(unit.province.code), school: unit.school.code, steps: steps, surroundings: surroundings))
            }
            let convoy = Convoy(
                to: address, provinces, clock: LinkClock(
                    now: SystemSurroundings.monotonicSeconds, epoch: surroundings.now, sleep: SystemSurroundings.sleep,
                    chance: SystemSurroundings.chance), surroundings: surroundings)
            let sending = Task { await convoy.run() }
            defer { sending.cancel() }
            try await Fixture.eventually { try Self.clean(folder) == 120 }
        }
    }

    private static func step(_ number: Int, of school: UnitCode, _ surroundings: Surroundings) -> [UInt8] {
        let record = StudentRecord([
            .name: "学生\(school.text.prefix(4))\(number)", .sex: number % 2 == 0 ? "1" : "2", .birthDate: "20190\(1 + number % 9)15", .idType: "Z",
        ])
        return Payload.encode(Step(
            hash: Hashing.sha256([]), dossier: surroundings.dossier(), previous: nil, kind: .enter, by: school, nextHolder: school, topology: 1,
            at: surroundings.now(), record: record))
    }

    private static func clean(_ folder: String) throws -> Int {
        try Fixture.read(folder) { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM dossier WHERE state = 'clean'") ?? 0 }
    }
}
