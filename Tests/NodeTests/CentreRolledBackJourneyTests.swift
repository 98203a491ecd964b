import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A centre whose disk was put back to before it took its only child in, and which wrote on before that child called.
struct CentreRolledBackJourneyTests {
    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 998), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    private static func heads(_ folder: String) throws -> Set<StreamHead> {
        try read(folder) { Set(try Journal.heads(in: $0.database)) }
    }

    /// Adds a county on a stopped centre.
    private static func add(_ code: UnitCode, _ name: String, to centre: String, seed: UInt64) throws {
        let archive = try Fixture.archive(centre, seed: seed)
        defer { try? archive.close() }
        let unit = Unit(code: code, name: name, tier: .county, competent: "440000")
        _ = try archive.write { try $0.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
    }

    @Test func `its child vouches for itself, the fork in the centre's own stream is mended, and the fence opens`() async throws {
        let (centre, code) = try Fixture.invitingCentre("gone-back-centre", seed: 930)
        let province = try Fixture.folder("gone-back-province")
        let snapshot = centre + ".snapshot"
        defer { for path in [centre, province, snapshot] { Fixture.remove(path) } }
        try FileManager.default.copyItem(atPath: centre, toPath: snapshot)
        let address = Fixture.steadyAddress()
        try await ServedNode.serve(centre, seed: 931, peerListen: address) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 932)
            ).join()
        }
        try Self.add("440105", "海珠区教育局", to: centre, seed: 933)
        try Self.add("440104", "越秀区教育局", to: centre, seed: 934)
        try await ServedNode.serve(centre, seed: 935, peerListen: address) { _ in
            try await ServedNode.serve(province, seed: 936) { served in
                try await Fixture.eventually { await served.verb("policy", "set", "promotion.day", "0901") == 0 }
                try await Fixture.eventually { try Self.read(province) { $0.directory.unit("440104") != nil } }
                try await Fixture.eventually { try Self.heads(centre) == Self.heads(province) }
            }
        }
        try FileManager.default.removeItem(atPath: centre)
        try FileManager.default.moveItem(atPath: snapshot, toPath: centre)
        // In the place of what the province holds.
        try Self.add("440103", "荔湾区教育局", to: centre, seed: 937)
        try await ServedNode.serve(centre, seed: 938, peerListen: address) { node in
            #expect(try Self.read(centre) { try $0.directory.activeKey(of: "440000") } == nil)
            try await ServedNode.serve(province, seed: 939) { served in
                for folder in [centre, province] {
                    for unit in ["440103", "440104", "440105"] {
                        try await Fixture.eventually { try Self.read(folder) { $0.directory.unit(UnitCode(unit)) != nil } }
                    }
                }
                try await Fixture.eventually { try Self.heads(centre) == Self.heads(province) }
                try await Fixture.eventually { try Self.read(centre) { try $0.recoveringUnits() }.isEmpty }
                for node in [node, served] { #expect(await node.verb("verify") == 0) }
                try await Fixture.eventually {
                    try Self.alarms(centre) == ["fork.mended"] && Self.alarms(province).isEmpty
                }
                #expect(await node.verb("alarm", "acknowledge", "fork.mended") == 0)
                #expect(try Self.alarms(centre).isEmpty)
            }
        }
    }

    /// Apart from the calls that were refused until the centre knew its child again.
    private static func alarms(_ folder: String) throws -> [String] {
        try read(folder) {
            try String.fetchAll($0.database, sql: "SELECT code FROM alarm WHERE code <> 'peer.refused' ORDER BY code")
        }
    }
}
