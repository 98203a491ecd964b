import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Rules
import Sheets
import Store
import Synchronization
import Testing

/// A centre and a school with a node of its own, one pupil and a file to attach.
struct AttachmentPair {
    static let school = Unit(
        code: UnitCode(ExamplePupil.schoolCode), name: "示例学校", tier: .school, competent: .centre, territorial: .centre,
        kind: "345", stages: [.primary, .junior, .senior], years: [.primary: 6, .junior: 3, .senior: 3], owner: "831",
        urban: "111")
    /// Larger than the longest piece, so that it travels in several.
    static let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

    let centre: String
    let school: String
    let peer: String
    let dossier: String
    let file: String

    func remove() { for path in [centre, school, file] { Fixture.remove(path) } }
    var hash: Digest { Hashing.sha256(Self.picture) }

    static func make(_ name: String, seed: UInt64) async throws -> AttachmentPair {
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
        return AttachmentPair(
            centre: centreFolder, school: schoolFolder, peer: peer.withLock { $0 }, dossier: dossier.withLock { $0 }, file: file)
    }

    static func workbook(_ path: String) throws {
        let columns = Template[.v2013].columns
        let writer = try TableWriter(path: path, columns: columns.map { ColumnSpec($0.header) })
        try writer.write(columns.map { column in column.field.flatMap { ExamplePupil.cells[$0]?.text } ?? "" })
        try writer.finish()
    }

    static func read<Value>(_ folder: String, _ body: (Reading) throws -> Value) throws -> Value {
        let archive = try Archive(
            folder: folder, book: Wiring.book(), surroundings: Fixture.surroundings(seed: 999), exclusive: false)
        defer { try? archive.close() }
        return try archive.read(body)
    }

    static func holds(_ folder: String, _ hash: Digest) throws -> Bool { try read(folder) { try BlobRegister($0).holds(hash) } }
}
