import FoundationEssentials
import GRDB
import Protocol
import Rules
import Testing

@testable import Store

@Suite struct ArchiveTests {
    @Test func aSecondProcessOnTheSameFolderIsRefused() throws {
        let bench = try Bench()
        #expect {
            _ = try Archive(folder: bench.folder, book: ProjectionBook([]), surroundings: bench.archive.surroundings)
        } throws: { ($0 as? StoreError)?.code == .locked }
    }

    @Test func theFilesOfTheStoreAreItsOwnersAlone() throws {
        let bench = try Bench()
        try bench.archive.write { try $0.setNodeText("x", "y") }
        for name in ["xueji.sqlite", "xueji.sqlite-wal", "xueji.sqlite-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: bench.folder + "/" + name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
    }

    @Test func theFileOfAStoppedNodeIsWholeByItself() throws {
        let bench = try Bench()
        try bench.archive.write { try $0.setNodeText("x", "y") }
        #expect(try bench.archive.read { try $0.nodeText("x") } == "y")
        try bench.archive.close()
        let alone = bench.folder + "/alone"
        try FileManager.default.createDirectory(atPath: alone, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: bench.folder + "/xueji.sqlite", toPath: alone + "/xueji.sqlite")
        let copy = try Archive(folder: alone, book: ProjectionBook([]), surroundings: bench.archive.surroundings)
        #expect(try copy.read { try $0.nodeText("x") } == "y")
        try copy.close()
    }

    @Test func `the log that one large transaction has stretched does not stay so`() throws {
        let bench = try Bench()
        try bench.archive.write { try $0.database.execute(sql: "CREATE TABLE large (bytes BLOB); INSERT INTO large VALUES (zeroblob(80000000))") }
        func log() throws -> Int {
            try FileManager.default.attributesOfItem(atPath: bench.folder + "/xueji.sqlite-wal")[.size] as? Int ?? 0
        }
        #expect(try log() > 70_000_000)
        for place in 0..<3 { try bench.archive.write { try $0.setNodeText("x", "\(place)") } }
        #expect(try log() <= 64 << 20)
    }

    @Test func aStoreOfANewerProgramIsRefused() throws {
        let bench = try Bench()
        try bench.archive.write { transaction in
            try transaction.database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('from-the-future-1')")
        }
        #expect {
            _ = try Archive(
                folder: bench.folder, book: ProjectionBook([]), surroundings: bench.archive.surroundings, exclusive: false)
        } throws: { ($0 as? StoreError)?.code == .newerSchema }
    }

    @Test func aNewMigrationBacksTheFileUpFirst() throws {
        struct More: Projection {
            let kinds: Set<EntryKind> = []
            let migrations: [(name: String, sql: String)] = [("more-1", "CREATE TABLE more (x INTEGER)")]
            func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome { .applied }
        }
        let bench = try Bench()
        let copy = bench.folder + "-copy"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try bench.archive.backup(to: copy + "/xueji.sqlite")
        let upgraded = try Archive(
            folder: copy, book: ProjectionBook([More()]), surroundings: bench.archive.surroundings)
        #expect(FileManager.default.fileExists(atPath: copy + "/xueji.sqlite.before-upgrade"))
        #expect(try upgraded.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM more") } == 0)
    }

    @Test func largeActsAreSplitIntoEnvelopesWithinTheirLimits() throws {
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            for number in 0..<240 {
                let id = transaction.surroundings.dossier()
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: id, previous: nil, kind: .enter, by: Bench.school,
                    nextHolder: Bench.school, topology: 1, at: 0, record: StudentRecord([.name: "学生\(number)"]))
                try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
            }
        }
        let own = try pair.school.archive.read { reading in
            try Int.fetchOne(
                reading.database, sql: "SELECT count(*) FROM envelope e JOIN stream s ON s.id = e.stream WHERE s.unit = ?",
                arguments: [Bench.school.text])
        }
        #expect(own == 3)
        try pair.centre.take(Array(try pair.school.envelopes().suffix(3)), from: .child(Bench.school))
        #expect(try pair.centre.count("dossier") == 240)
    }
}
