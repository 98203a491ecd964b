import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A machine whose disk was put back by a snapshot, and which wrote on before it heard from its parent.
struct SnapshotJourneyTests {
    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 999), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    /// Acts of a unit that set policies.
    private static func acts(of unit: UnitCode, in folder: String) throws -> Set<ActID> {
        try read(folder) { reading in
            var acts: Set<ActID> = []
            try Journal.forEach(after: 0, in: reading.database) { stored in
                if stored.stream.unit == unit {
                    for entry in try Envelope(bytes: stored.bytes).entries() {
                        if let entry, entry.kind == EntryKind.policy.rawValue { acts.insert(entry.act) }
                    }
                }
                return true
            }
            return acts
        }
    }

    @Test func `what was written before and after a snapshot was put back is all kept, under a new incarnation`() async throws {
        let (centre, code) = try Fixture.invitingCentre("snapshot-centre", seed: 900)
        let province = try Fixture.folder("snapshot-province")
        let snapshot = province + ".snapshot"
        defer { for path in [centre, province, snapshot] { Fixture.remove(path) } }
        try await ServedNode.serve(centre, seed: 901) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 902)
            ).join()
            try await ServedNode.serve(province, seed: 903) { served in
                try await Fixture.eventually { try Self.read(province) { $0.directory.unit("440000") != nil } }
                #expect(await served.verb("policy", "set", "registration.current", "on") == 0)
                try await Fixture.eventually { try Self.acts(of: "440000", in: centre).count == 1 }
            }
        }
        let address = try Self.read(province) { try $0.nodeText(Joining.parentAddress) }
        let peer = try #require(address)
        try FileManager.default.copyItem(atPath: province, toPath: snapshot)
        try await ServedNode.serve(centre, seed: 904, peerListen: peer) { _ in
            try await ServedNode.serve(province, seed: 905) { served in
                #expect(await served.verb("policy", "set", "registration.underAge", "on") == 0)
                try await Fixture.eventually { try Self.acts(of: "440000", in: centre).count == 2 }
            }
        }
        try FileManager.default.removeItem(atPath: province)
        try FileManager.default.moveItem(atPath: snapshot, toPath: province)
        // Nobody above: it writes on where it thinks it stands, in the place of what the parent has.
        try await ServedNode.serve(province, seed: 906) { served in
            #expect(await served.verb("policy", "set", "promotion.day", "0901") == 0)
            try await ServedNode.serve(centre, seed: 907, peerListen: peer) { _ in
                try await Fixture.eventually { try Self.acts(of: "440000", in: centre).count == 3 }
                try await Fixture.eventually { try Self.acts(of: "440000", in: province).count == 3 }
                try await Fixture.eventually { await served.verb("policy", "set", "enrolment.crossSystem", "off") == 0 }
                #expect(await served.verb("verify") == 0)
                try await Fixture.eventually { try Self.acts(of: "440000", in: centre).count == 4 }
                try await Fixture.eventually { try Self.read(province) { try $0.recoveringUnits() }.isEmpty }
            }
        }
        let incarnations = try Self.read(centre) { reading in
            Set(try Journal.heads(in: reading.database).filter { $0.stream.unit == "440000" }.map(\.stream.incarnation))
        }
        #expect(incarnations.count == 2)
        #expect(await XuejiCommand.runProgram(["verify", "--data", centre, "--json"]) == 0)
    }
}
