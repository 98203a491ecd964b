import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// Links that an operator stops, and the stick that goes in their place.
struct BundleJourneyTests {
    private struct Pair {
        let centre: String
        let province: String
        let peer: String
        func remove() { for path in [centre, province] { Fixture.remove(path) } }
    }

    private func pair(_ name: String, seed: UInt64) async throws -> Pair {
        let (centre, code) = try Fixture.invitingCentre(name + "-centre", seed: seed)
        let province = try Fixture.folder(name + "-province")
        try await ServedNode.serve(centre, seed: seed + 1) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: seed + 2)
            ).join()
            try await ServedNode.serve(province, seed: seed + 3) { _ in
                try await Fixture.eventually { try Self.read(province) { $0.directory.unit("440000") != nil } }
            }
        }
        let peer = try Self.read(province) { try $0.nodeText(Joining.parentAddress) }
        return Pair(centre: centre, province: province, peer: try #require(peer))
    }

    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 899), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    private static func policies(_ folder: String, of unit: UnitCode) throws -> Int {
        try read(folder) { reading in
            try Journal.heads(in: reading.database).filter { $0.stream.unit == unit }.reduce(0) { $0 + Int($1.sequence) }
        }
    }

    private func state(_ node: ServedNode) async throws -> String {
        let caller = NodeCaller(try PlaceOptions.parse(["--data", node.folder]))
        return try await caller.call(VerbCall("node.status"))["parent"]?["state"]?.text ?? ""
    }

    @Test func `a paused link carries nothing, also after a restart, until it is resumed`() async throws {
        let pair = try await pair("pause", seed: 800)
        defer { pair.remove() }
        try await ServedNode.serve(pair.centre, seed: 805, peerListen: pair.peer) { centre in
            try await ServedNode.serve(pair.province, seed: 806) { province in
                try await Fixture.eventually { try await state(province) == "connected" }
                #expect(await province.verb("resync") == 0)
                #expect(await province.verb("pause") == 0)
                #expect(try await state(province).hasPrefix("stopped:"))
                #expect(await province.verb("resync") == 1)
                #expect(await province.verb("policy", "set", "registration.current", "on") == 0)
            }
            let before = try Self.policies(pair.centre, of: "440000")
            try await ServedNode.serve(pair.province, seed: 807) { province in
                #expect(try await state(province).hasPrefix("stopped:"))
                try await SystemSurroundings.sleep(1)
                #expect(try Self.policies(pair.centre, of: "440000") == before)
                #expect(await province.verb("resume") == 0)
                try await Fixture.eventually { try Self.policies(pair.centre, of: "440000") > before }
            }
            #expect(await centre.verb("pause") == 1)
            #expect(await centre.verb("resync") == 1)
            #expect(await centre.verb("pause", "440106") == 1)
        }
    }

    @Test func `a child whose link is paused above is refused, and comes back when it is resumed`() async throws {
        let pair = try await pair("above", seed: 820)
        defer { pair.remove() }
        try await ServedNode.serve(pair.centre, seed: 825, peerListen: pair.peer) { centre in
            #expect(await centre.verb("pause", "440000") == 0)
            try await ServedNode.serve(pair.province, seed: 826) { province in
                try await Fixture.eventually { try await state(province).contains("暂停") }
            }
            #expect(await centre.verb("resume", "440000") == 0)
            try await ServedNode.serve(pair.province, seed: 827) { province in
                try await Fixture.eventually { try await state(province) == "connected" }
            }
        }
    }

    @Test func `what a stick brings up and down is stored once, by the rules of a link`() async throws {
        let pair = try await pair("stick", seed: 840)
        let (up, down) = (pair.province + ".up", pair.province + ".down")
        defer { pair.remove(); Fixture.remove(up); Fixture.remove(down) }
        try await ServedNode.serve(pair.province, seed: 845) { province in
            #expect(await province.verb("policy", "set", "registration.current", "on") == 0)
            #expect(await province.verb("export-bundle", "--out", up) == 0)
            #expect(await province.verb("import-bundle", up) == 1)
        }
        try await ServedNode.serve(pair.centre, seed: 846) { centre in
            let before = try Self.policies(pair.centre, of: "440000")
            #expect(await centre.verb("import-bundle", up) == 0)
            let after = try Self.policies(pair.centre, of: "440000")
            #expect(after > before)
            #expect(await centre.verb("import-bundle", up) == 0)
            #expect(try Self.policies(pair.centre, of: "440000") == after)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: up))
            try bytes.dropLast(5).write(to: URL(fileURLWithPath: up))
            #expect(await centre.verb("import-bundle", up) == 1)
            #expect(await centre.verb("export-bundle", "--out", down + ".no", "--to", "440106") == 2)
        }
        let archive = try Fixture.archive(pair.centre, seed: 848)
        let city = Unit(code: "440300", name: "深圳市教育局", tier: .city, competent: "440000")
        try archive.write { _ = try $0.append(.unit, Payload.encode(city), as: .centre, to: .everyone) }
        try archive.close()
        #expect(await XuejiCommand.runProgram(["export-bundle", "--out", down, "--to", "440000", "--data", pair.centre, "--json"]) == 0)
        try await ServedNode.serve(pair.province, seed: 847) { province in
            let before = try Self.policies(pair.province, of: .centre)
            #expect(await province.verb("import-bundle", down) == 0)
            #expect(try Self.policies(pair.province, of: .centre) > before)
            #expect(await province.verb("verify") == 0)
        }
        #expect(await XuejiCommand.runProgram(["export-bundle", "--out", up, "--all", "--data", pair.province, "--json"]) == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: pair.province + "/outgoing")
        #expect(left.isEmpty)
    }
}
