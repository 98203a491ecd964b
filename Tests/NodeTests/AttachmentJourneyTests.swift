import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Sheets
import Store
import Synchronization
import Testing

/// A file from the school's clerk to its authority, and back after the school has lost it.
struct AttachmentJourneyTests {
    private static let school = Unit(
        code: UnitCode(ExamplePupil.schoolCode), name: "示例学校", tier: .school, competent: .centre, territorial: .centre,
        kind: "345", stages: [.primary, .junior, .senior], years: [.primary: 6, .junior: 3, .senior: 3], owner: "831",
        urban: "111")
    /// Larger than the longest piece, so that it travels in several.
    private static let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

    private struct Pair {
        let centre: String
        let school: String
        let peer: String
        let dossier: String
        let file: String

        func remove() { for path in [centre, school, file] { Fixture.remove(path) } }
        var hash: Digest { Hashing.sha256(AttachmentJourneyTests.picture) }
    }

    /// A centre, and a school with a node of its own and one pupil.
    private func pair(_ name: String, seed: UInt64) async throws -> Pair {
        let (centreFolder, archive) = try Fixture.centre(name + "-centre", seed: seed)
        let schoolFolder = try Fixture.folder(name + "-school")
        let code = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(Self.school), as: .centre, to: .everyone)
            return try Invitations.issue(for: Self.school.code, by: .centre, in: transaction).code.text
        }
        try archive.close()
        let peer = Mutex("")
        let dossier = Mutex("")
        try await ServedNode.serve(centreFolder, seed: seed + 1) { centre in
            peer.withLock { $0 = centre.ready.peer }
            _ = try await Joining(
                parent: centre.ready.peer, code: code, folder: schoolFolder, proxy: nil,
                surroundings: Fixture.surroundings(seed: seed + 2)).join()
            try await ServedNode.serve(schoolFolder, seed: seed + 3) { school in
                try await Fixture.eventually { try Self.read(schoolFolder) { $0.directory.unit(Self.school.code) != nil } }
                #expect(await school.verb("classes", "add", "--stage", "primary", "--year", "2015", "--count", "1") == 0)
                try Self.workbook(schoolFolder + "-pupils.xlsx")
                #expect(await school.verb("import", schoolFolder + "-pupils.xlsx") == 0)
                Fixture.remove(schoolFolder + "-pupils.xlsx")
                let id = try Self.read(schoolFolder) { try Data.fetchOne($0.database, sql: "SELECT id FROM dossier") }
                dossier.withLock { $0 = id.flatMap { DossierID($0) }?.description ?? "" }
            }
        }
        let file = schoolFolder + "-evidence.doc"
        try Data(Self.picture).write(to: URL(fileURLWithPath: file))
        return Pair(
            centre: centreFolder, school: schoolFolder, peer: peer.withLock { $0 }, dossier: dossier.withLock { $0 }, file: file)
    }

    private static func workbook(_ path: String) throws {
        let columns = Template[.v2013].columns
        let writer = try TableWriter(path: path, columns: columns.map { ColumnSpec($0.header) })
        try writer.write(columns.map { column in column.field.flatMap { ExamplePupil.cells[$0]?.text } ?? "" })
        try writer.finish()
    }

    private static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 999), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    private static func holds(_ folder: String, _ hash: Digest) throws -> Bool { try read(folder) { try BlobRegister($0).holds(hash) } }

    @Test func `a file goes up to the authority, and comes back to the school that lost it`() async throws {
        let pair = try await pair("attach", seed: 920)
        defer { pair.remove() }
        let out = pair.file + ".out"
        defer { Fixture.remove(out) }
        try await ServedNode.serve(pair.school, seed: 930) { school in
            // Alone: saved here, and the file's own type counts, not the name's.
            #expect(await school.verb("attach", pair.dossier, pair.file) == 0)
            #expect(await school.verb("attachments", pair.dossier) == 0)
        }
        #expect(BlobShelf(node: pair.school).size(pair.hash) == Self.picture.count)
        try await ServedNode.serve(pair.centre, seed: 931, peerListen: pair.peer) { centre in
            try await ServedNode.serve(pair.school, seed: 932) { _ in
                try await Fixture.eventually { try Self.holds(pair.centre, pair.hash) }
            }
            #expect(await centre.verb("attachment", "get", pair.hash.description, "--out", out) == 0)
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: out))) == Self.picture)
            #expect(await centre.verb("attachment", "get", String(repeating: "a", count: 64), "--out", out) == 1)
            Fixture.remove(pair.school + "/blobs")
            try await ServedNode.serve(pair.school, seed: 933) { school in
                try await Fixture.eventually { BlobShelf(node: pair.school).isSound(pair.hash) }
                try await Fixture.eventually { try Self.holds(pair.school, pair.hash) }
                #expect(await school.verb("verify") == 0)
            }
        }
    }

    @Test func `what had come before the centre ended is not sent again`() async throws {
        let pair = try await pair("resume", seed: 940)
        defer { pair.remove() }
        // Half of it lies at the centre already, as after a cut: with a marked byte it cannot become whole, so that its use shows.
        try await ServedNode.serve(pair.school, seed: 950) { school in
            #expect(await school.verb("attach", pair.dossier, pair.file) == 0)
            try await ServedNode.serve(pair.centre, seed: 951, peerListen: pair.peer) { _ in
                try await Fixture.eventually { try Self.read(pair.centre) { try !BlobRegister($0).attachments(with: pair.hash).isEmpty } }
            }
        }
        try Self.halve(pair)
        try await ServedNode.serve(pair.centre, seed: 952, peerListen: pair.peer) { _ in
            try await ServedNode.serve(pair.school, seed: 953) { _ in
                try await Fixture.eventually { try Self.alarms(pair.centre).contains("blob.mismatch") }
            }
        }
        #expect(try !Self.holds(pair.centre, pair.hash))
        #expect(BlobShelf(node: pair.centre).partialSize(pair.hash) == 0)
    }

    private static func alarms(_ folder: String) throws -> [String] {
        try read(folder) { try String.fetchAll($0.database, sql: "SELECT code FROM alarm") }
    }

    /// Makes the centre a node to which half of the file has come, one byte of it wrong.
    private static func halve(_ pair: Pair) throws {
        let shelf = BlobShelf(node: pair.centre)
        shelf.remove(pair.hash)
        let archive = try Fixture.archive(pair.centre, seed: 998)
        defer { try? archive.close() }
        try archive.write { transaction in
            let register = BlobRegister(transaction)
            try register.forget(pair.hash)
            try register.want(pair.hash, of: school.code, size: picture.count, isUrgent: false, at: transaction.now)
        }
        var half = Array(picture.prefix(700_000))
        half[5] ^= 1
        _ = try shelf.append(half, of: pair.hash, size: picture.count, at: 0)
    }
}
