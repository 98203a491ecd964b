@testable import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A school that is given to another authority while its node, and those of both authorities, are running.
struct SchoolMoveJourneyTests {
    private static let guangxi = Unit(code: "450000", name: "广西教育厅", tier: .province, competent: .centre)
    private static let school = Unit(
        code: "3144000001", name: "边界学校", tier: .school, competent: "440000", territorial: "440000", kind: "211", stages: [.primary],
        years: [.primary: 6], owner: "831", urban: "111")

    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 997), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    private static func dossier(_ id: DossierID, _ folder: String) throws -> Dossier? {
        try read(folder) { try DossierShelf($0).dossier(id) }
    }

    private static func pupils(_ folder: String, of unit: UnitCode) throws -> Int {
        try read(folder) { try StudentList.page(StudentList.Filter(), sight: unit, today: CalendarDate(secondsSince1970: 0), $0).total }
    }

    /// A pupil whose submission waits at the province.
    private static func submit(_ folder: String, seed: UInt64) throws -> DossierID {
        let archive = try Fixture.archive(folder, seed: seed)
        defer { try? archive.close() }
        return try archive.write { transaction in
            let id = transaction.surroundings.dossier()
            var previous: Digest?
            for kind in [StepKind.enter, .review, .submit] {
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: id, previous: previous, kind: kind, by: school.code,
                    nextHolder: kind == .submit ? "440000" : school.code, topology: 1, at: transaction.now,
                    record: kind == .enter ? StudentRecord([.name: "张伟", .sex: "1", .birthDate: "20160305", .idType: "Z"]) : nil)
                try transaction.append(.step, Payload.encode(step), as: school.code, to: .up)
                previous = try transaction.dossier(id)?.head
            }
            return id
        }
    }

    @Test func `the school's node calls the new authority by itself, the pen passes on, and the former one sees it no longer`() async throws {
        let (centre, archive) = try Fixture.centre("school-move-centre", seed: 1200)
        let (guangdong, guangxi) = (try Fixture.folder("school-move-44"), try Fixture.folder("school-move-45"))
        let school = try Fixture.folder("school-move-school")
        defer { for path in [centre, guangdong, guangxi, school] { Fixture.remove(path) } }
        let codes = try archive.write { transaction in
            for unit in [Self.guangxi, Self.school] {
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
            return try [UnitCode("440000"), "450000"].map { try Invitations.issue(for: $0, by: .centre, in: transaction).code.text }
        }
        try archive.close()
        let addresses = (0..<3).map { _ in Fixture.steadyAddress() }
        try await ServedNode.serve(centre, seed: 1201, peerListen: addresses[0]) { node in
            for (folder, code, seed) in [(guangdong, codes[0], 1202), (guangxi, codes[1], 1222)] as [(String, String, UInt64)] {
                _ = try await Joining(
                    parent: node.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: seed)).join()
            }
            try await ServedNode.serve(guangxi, seed: 1203, peerListen: addresses[1]) { _ in
                try await Self.movedAway(from: guangdong, to: guangxi, school, by: node, addresses[2])
            }
        }
    }

    private static func movedAway(
        from guangdong: String, to guangxi: String, _ school: String, by centre: ServedNode, _ address: String
    ) async throws {
        try await ServedNode.serve(guangdong, seed: 1204, peerListen: address) { former in
            try await Fixture.eventually { try read(guangdong) { $0.directory.unit(Self.school.code) != nil } }
            #expect(await former.verb("invite", Self.school.code.text) == 0)
        }
        let archive = try Fixture.archive(guangdong, seed: 1205)
        let code = try archive.write { try Invitations.issue(for: Self.school.code, by: "440000", in: $0).code.text }
        try archive.close()
        try await ServedNode.serve(guangdong, seed: 1206, peerListen: address) { former in
            _ = try await Joining(
                parent: former.ready.peer, code: code, folder: school, proxy: nil, surroundings: Fixture.surroundings(seed: 1207)).join()
            try await ServedNode.serve(school, seed: 1208) { _ in
                try await Fixture.eventually { try read(school) { $0.directory.unit(Self.school.code) != nil } }
            }
            let id = try submit(school, seed: 1209)
            try await ServedNode.serve(school, seed: 1210) { served in
                try await Fixture.eventually { try dossier(id, guangdong)?.holder == "440000" }
                try await Fixture.eventually { try pupils(guangdong, of: "440000") == 1 }
                #expect(await centre.verb("units", "move", Self.school.code.text, "--to", "450000") == 0)
                try await Fixture.eventually { try dossier(id, guangxi)?.holder == "450000" }
                try await Fixture.eventually { try read(school) { try $0.nodeText("parentUnit") } == "450000" }
                // What is written from now on goes the new way alone.
                #expect(await served.verb("classes", "add", "--stage", "primary", "--year", "2022", "--count", "1") == 0)
                try await Fixture.eventually { try count("class", guangxi) == 1 }
                #expect(try count("class", guangdong) == 0)
                try await Fixture.eventually { try pupils(guangdong, of: "440000") == 0 }
                #expect(try pupils(guangxi, of: "450000") == 1)
                for node in [centre, former, served] { #expect(await node.verb("verify") == 0) }
            }
        }
    }

    private static func count(_ table: String, _ folder: String) throws -> Int {
        try read(folder) { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }
}
