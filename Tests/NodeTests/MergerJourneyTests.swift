@testable import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A county closes one of two schools whose nodes are their own, while that one is away with a pupil that nobody knows of yet.
struct MergerJourneyTests {
    private static let (source, target): (UnitCode, UnitCode) = ("3144000001", "3144000002")

    private static func school(_ code: UnitCode, _ name: String) -> Unit {
        Unit(
            code: code, name: name, tier: .school, competent: "440000", territorial: "440000", kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111")
    }

    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 1397), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    private static func homes(_ folder: String) throws -> [String] {
        try read(folder) { try String.fetchAll($0.database, sql: "SELECT home FROM dossier ORDER BY id") }
    }

    private static func digest(_ folder: String, of unit: UnitCode) throws -> String {
        try read(folder) { try RegistryDigest.digest(of: unit, $0) }
    }

    /// Pupils of the school as it writes them on its own.
    private static func enter(_ folder: String, _ names: [String], seed: UInt64) throws {
        let archive = try Fixture.archive(folder, seed: seed)
        defer { try? archive.close() }
        try archive.write { transaction in
            for name in names {
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter, by: source,
                    nextHolder: source, topology: 1, at: transaction.now,
                    record: StudentRecord([.name: name, .sex: "1", .birthDate: "20160305", .idType: "Z", .classCode: "2022001"]))
                try transaction.append(.step, Payload.encode(step), as: source, to: .up)
            }
        }
    }

    @Test func `known pupils go over at once, the queue of the school that was away follows, and all nodes agree`() async throws {
        let (centre, archive) = try Fixture.centre("merger-centre", seed: 1400)
        let province = try Fixture.folder("merger-44")
        let (one, two) = (try Fixture.folder("merger-one"), try Fixture.folder("merger-two"))
        defer { for path in [centre, province, one, two] { Fixture.remove(path) } }
        let code = try archive.write { transaction in
            for unit in [Self.school(Self.source, "东小学"), Self.school(Self.target, "西小学")] {
                try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            }
            return try Invitations.issue(for: "440000", by: .centre, in: transaction).code.text
        }
        try archive.close()
        let addresses = (0..<2).map { _ in Fixture.steadyAddress() }
        try await ServedNode.serve(centre, seed: 1401, peerListen: addresses[0]) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 1402)).join()
            try await ServedNode.serve(province, seed: 1403, peerListen: addresses[1]) { _ in
                try await Fixture.eventually { try Self.read(province) { $0.directory.unit(Self.target) != nil } }
            }
            let codes = try Self.invite(province)
            try await ServedNode.serve(province, seed: 1405, peerListen: addresses[1]) { above in
                for (folder, code, seed) in [(one, codes[0], 1406), (two, codes[1], 1407)] as [(String, String, UInt64)] {
                    _ = try await Joining(
                        parent: above.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: seed)).join()
                    try await ServedNode.serve(folder, seed: seed + 10) { _ in
                        try await Fixture.eventually { try Self.read(folder) { $0.directory.unit(Self.target) != nil } }
                    }
                }
                try await Self.merge(above, centre: node, province, one, two, centreFolder: centre)
            }
        }
    }

    private static func invite(_ province: String) throws -> [String] {
        let archive = try Fixture.archive(province, seed: 1404)
        defer { try? archive.close() }
        return try archive.write { transaction in
            try [source, target].map { try Invitations.issue(for: $0, by: "440000", in: transaction).code.text }
        }
    }

    private static func merge(
        _ above: ServedNode, centre: ServedNode, _ province: String, _ one: String, _ two: String, centreFolder: String
    ) async throws {
        try enter(one, ["张伟", "李强"], seed: 1420)
        try await ServedNode.serve(one, seed: 1421) { _ in
            try await Fixture.eventually { try homes(centreFolder).count == 2 }
        }
        // Away from here on, with a pupil of its own.
        try enter(one, ["王芳"], seed: 1422)
        try await ServedNode.serve(two, seed: 1423) { receiving in
            #expect(await above.verb("units", "merge", source.text, "--into", target.text) == 0)
            #expect(await above.verb("units", "merge", source.text, "--into", target.text) != 0)
            try await Fixture.eventually { try homes(two) == [target.text, target.text] }
            try await ServedNode.serve(one, seed: 1424) { closed in
                try await Fixture.eventually { try homes(two).count == 3 }
                try await Fixture.eventually { try homes(one).allSatisfy { $0 == target.text } }
                for folder in [province, centreFolder, one] {
                    try await Fixture.eventually { try homes(folder) == [target.text, target.text, target.text] }
                }
                #expect(await closed.verb("classes", "add", "--stage", "primary", "--year", "2022", "--count", "1") != 0)
                try await Fixture.eventually {
                    let all = try [two, province, centreFolder].map { try digest($0, of: target) }
                    return Set(all).count == 1
                }
                let alarm = try read(one) { try String.fetchOne($0.database, sql: "SELECT text FROM alarm WHERE code = 'merged'") }
                #expect(alarm?.contains("西小学") == true)
                #expect(await above.verb("units", "mergers") == 0)
                for node in [centre, above, receiving, closed] { #expect(await node.verb("verify") == 0) }
            }
        }
    }
}
