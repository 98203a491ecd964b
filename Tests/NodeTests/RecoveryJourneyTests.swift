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

    @Test func `a workbook that is sent again before the old records are back leaves each pupil once`() async throws {
        let (centre, archive) = try Fixture.centre("recovery-twins", seed: 720)
        let (province, school) = (try Fixture.folder("recovery-twins-province"), try Fixture.folder("recovery-twins-school"))
        let book = school + ".xlsx"
        defer { for path in [centre, province, school, book] { Fixture.remove(path) } }
        try ServedTree.writeWorkbook(at: book)
        let code = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(ServedTree.schoolUnit), as: .centre, to: .everyone)
            return try Invitations.issue(for: Fixture.province.code, by: .centre, in: transaction).code.text
        }
        try archive.close()
        try await ServedNode.serve(centre, seed: 721) { top in
            let joined = try await Joining(
                parent: top.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 722)).join()
            try await ServedNode.serve(province, seed: 723) { middle in
                let code = try await middle.invite(ServedTree.schoolUnit.code, try await middle.begin(joined.admin.password))
                _ = try await Joining(
                    parent: middle.ready.peer, code: code, folder: school, proxy: nil, surroundings: Fixture.surroundings(seed: 724)).join()
                try await ServedNode.serve(school, seed: 725) { below in
                    try await Fixture.eventually {
                        await below.verb("classes", "add", "--stage", "primary", "--year", "2015", "--count", "1") == 0
                    }
                    #expect(await below.verb("backup") == 0)
                    #expect(await below.verb("import", book) == 0)
                    try await Fixture.eventually { try Self.live(in: centre) == 1 }
                }
            }
        }
        let before = try #require(try Self.read(school) { try String.fetchOne($0.database, sql: "SELECT hex(id) FROM dossier") })
        let backup = try #require(backups(school).first?.path)
        #expect(await XuejiCommand.runProgram(["restore", "--from", backup, "--data", school, "--force", "--json"]) == 0)
        let addresses = try [province, school].map { try #require(try Self.read($0) { try $0.nodeText(Joining.parentAddress) }) }
        try await ServedNode.serve(school, seed: 726) { below in
            #expect(await below.verb("import", book) == 0)
            #expect(try Self.live(in: school) == 1)
            try await ServedNode.serve(centre, seed: 727, peerListen: addresses[0]) { _ in
                try await ServedNode.serve(province, seed: 728, peerListen: addresses[1]) { _ in
                    try await Fixture.eventually {
                        try [centre, province, school].allSatisfy { try Self.dossiers(in: $0) == 2 && Self.live(in: $0) == 1 }
                    }
                }
            }
        }
        let left = try Self.read(school) { try String.fetchOne($0.database, sql: "SELECT hex(id) FROM dossier WHERE state <> 'deleted'") }
        #expect(left == before)
    }

    private static func dossiers(in folder: String) throws -> Int {
        try read(folder) { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM dossier") ?? 0 }
    }

    private static func live(in folder: String) throws -> Int {
        try read(folder) { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM dossier WHERE state <> 'deleted'") ?? 0 }
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
