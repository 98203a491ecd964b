import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A node of an older release between newer ones: what it does not know it keeps and passes on, and knows after its upgrade.
struct OneReleaseApartJourneyTests {
    private static let school = Unit(
        code: "3144000001", name: "示例学校", tier: .school, competent: "440000", territorial: "440000", kind: "211", stages: [.primary],
        years: [.primary: 6], owner: "831", urban: "111")

    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 996), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    private static func count(_ table: String, _ folder: String) throws -> Int {
        try read(folder) { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    @Test func `an older release between two newer ones stores and relays what it does not know, and replays it after its upgrade`() async throws {
        let (centre, archive) = try Fixture.centre("apart-centre", seed: 1400)
        let (province, school) = (try Fixture.folder("apart-province"), try Fixture.folder("apart-school"))
        defer { for path in [centre, province, school] { Fixture.remove(path) } }
        let code = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(Self.school), as: .centre, to: .everyone)
            return try Invitations.issue(for: "440000", by: .centre, in: transaction).code.text
        }
        try archive.close()
        let addresses = [Fixture.steadyAddress(), Fixture.steadyAddress()]
        try await ServedNode.serve(centre, seed: 1401, peerListen: addresses[0]) { top in
            _ = try await Joining(
                parent: top.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 1402)).join()
            try await ServedNode.serve(province, seed: 1403) { _ in
                try await Fixture.eventually { try Self.read(province) { $0.directory.unit(Self.school.code) != nil } }
            }
            let archive = try Fixture.archive(province, seed: 1404)
            let code = try archive.write { try Invitations.issue(for: Self.school.code, by: "440000", in: $0).code.text }
            try archive.close()
            try await ServedNode.serve(province, seed: 1405, peerListen: addresses[1], forgetting: [.schoolClass]) { older in
                _ = try await Joining(
                    parent: older.ready.peer, code: code, folder: school, proxy: nil, surroundings: Fixture.surroundings(seed: 1406)).join()
                try await ServedNode.serve(school, seed: 1407) { below in
                    try await Fixture.eventually {
                        await below.verb("classes", "add", "--stage", "primary", "--year", "2022", "--count", "2") == 0
                    }
                    try await Fixture.eventually { try Self.count("class", centre) == 2 }
                    #expect(try Self.count("class", province) == 0)
                    #expect(try Self.count("parked", province) == 2)
                    #expect(try Self.count("quarantine", province) == 0)
                    #expect(await older.verb("verify") == 0)
                }
            }
        }
        try await ServedNode.serve(province, seed: 1408, peerListen: addresses[1]) { upgraded in
            try await Fixture.eventually { try Self.count("class", province) == 2 }
            #expect(try Self.count("parked", province) == 0)
            #expect(await upgraded.verb("verify") == 0)
        }
    }
}
