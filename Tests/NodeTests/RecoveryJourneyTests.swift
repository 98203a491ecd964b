import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Rules
import Store
import Testing

/// Backup, restore and verification through the program's own verbs.
struct RecoveryJourneyTests {
    private func backups(_ folder: String) -> [BackupShelf.File] { BackupShelf(node: folder).files() }

    @Test func `a stopped node and a running one are backed up, and a restored node serves again`() async throws {
        let folder = try Fixture.stoppedCentre("recovery-backup", seed: 700)
        let again = try Fixture.folder("recovery-again")
        let out = try Fixture.folder("recovery-out")
        defer { for path in [folder, again, out] { Fixture.remove(path) } }
        #expect(await XuejiCommand.runProgram(["backup", "--data", folder, "--out", out, "--json"]) == 0)
        #expect(backups(folder).count == 1)
        let name = try #require(backups(folder).first?.name)
        #expect(FileManager.default.fileExists(atPath: out + "/" + name))
        try await ServedNode.serve(folder, seed: 701) { node in
            #expect(await node.verb("backup") == 0)
            #expect(await node.verb("backup", "--list") == 0)
            #expect(await node.verb("verify") == 0)
            #expect(await XuejiCommand.runProgram(["restore", "--from", out + "/" + name, "--data", folder, "--force", "--json"]) == 5)
        }
        #expect(await XuejiCommand.runProgram(["restore", "--from", out + "/" + name, "--data", again, "--json"]) == 0)
        #expect(await XuejiCommand.runProgram(["restore", "--from", out + "/" + name, "--data", again, "--json"]) == 1)
        #expect(await XuejiCommand.runProgram(["verify", "--data", again, "--json"]) == 0)
        try await ServedNode.serve(again, seed: 702) { node in
            // The centre has no children with nodes of their own: nobody to wait for.
            try await Fixture.eventually { await node.verb("invite", "440000") == 0 }
        }
    }

    @Test func `a province restored from an old backup does nothing but take in pupils until its streams are back`() async throws {
        let (centre, code) = try Fixture.invitingCentre("recovery-centre", seed: 710)
        let folder = try Fixture.folder("recovery-province")
        defer { for path in [centre, folder] { Fixture.remove(path) } }
        let peer = try await join(centre, folder, code)
        try await ServedNode.serve(folder, seed: 714) { province in
            #expect(await province.verb("backup") == 0)
            try await ServedNode.serve(centre, seed: 715, peerListen: peer) { _ in
                #expect(await province.verb("policy", "set", "registration.current", "on") == 0)
                try await Fixture.eventually { try Self.envelopes(of: "440000", in: centre) > 0 }
            }
        }
        let before = try Self.incarnations(of: "440000", in: folder)
        let file = try #require(backups(folder).first?.path)
        #expect(await XuejiCommand.runProgram(["restore", "--from", file, "--data", folder, "--force", "--json"]) == 0)
        #expect(await XuejiCommand.runProgram(["verify", "--data", folder, "--json"]) == 0)
        try await ServedNode.serve(folder, seed: 716) { province in
            #expect(await province.verb("policy", "set", "registration.current", "off") == 1)
            try await ServedNode.serve(centre, seed: 717, peerListen: peer) { _ in
                try await Fixture.eventually { await province.verb("policy", "set", "registration.current", "off") == 0 }
            }
        }
        let after = try Self.incarnations(of: "440000", in: folder)
        #expect(after.isSuperset(of: before) && after.count == before.count + 1)
    }

    /// The peer address of the centre.
    private func join(_ centre: String, _ folder: String, _ code: String) async throws -> String {
        try await ServedNode.serve(centre, seed: 711) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: 712)
            ).join()
            try await ServedNode.serve(folder, seed: 713) { _ in
                try await Fixture.eventually { try Self.read(folder) { $0.directory.unit("440000") != nil } }
            }
        }
        return try #require(try Self.read(folder) { try $0.nodeText(Joining.parentAddress) })
    }

    private static func envelopes(of unit: UnitCode, in folder: String) throws -> Int {
        try read(folder) { try Journal.heads(in: $0.database).filter { $0.stream.unit == unit }.count }
    }

    private static func incarnations(of unit: UnitCode, in folder: String) throws -> Set<Incarnation> {
        try read(folder) { try Set(Journal.heads(in: $0.database).filter { $0.stream.unit == unit }.map(\.stream.incarnation)) }
    }

    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 799), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }
}
