import FoundationEssentials
import GRDB
import Glibc
import Protocol
import Rules
import Testing

@testable import Store

struct BackupShelfTests {
    private let noon: Int64 = 1_795_423_230

    @Test func `the newest seven copies are kept, and what is foreign is let be`() throws {
        let bench = try Bench()
        _ = try bench.becomeCentre(enrolling: [:])
        let shelf = BackupShelf(node: bench.folder)
        for day in 0..<9 { _ = try shelf.take(of: bench.archive, at: noon + Int64(day) * 86_400) }
        try Data("mine".utf8).write(to: URL(fileURLWithPath: shelf.folder + "/notes.txt"))
        #expect(shelf.files().count == BackupShelf.kept)
        #expect(shelf.files().first?.takenAt == noon + 8 * 86_400)
        #expect(FileManager.default.fileExists(atPath: shelf.folder + "/notes.txt"))
    }

    @Test func `a copy is one private file that opens by itself and holds what was written`() throws {
        let bench = try Bench()
        _ = try bench.becomeCentre(enrolling: [:])
        let file = try BackupShelf(node: bench.folder).take(of: bench.archive, at: noon)
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/backups")
        #expect(names == [file.name])
        var status = stat()
        #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let copy = try DatabaseQueue(path: file.path)
        let counts = try copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM unit") }
        #expect(counts == 3)
    }

    @Test func `a copy is due after a day, missed after three, and one from the future does not count`() {
        #expect(BackupShelf.isDue(newest: nil, now: noon))
        #expect(!BackupShelf.isDue(newest: noon - 86_399, now: noon))
        #expect(BackupShelf.isDue(newest: noon - 86_400, now: noon))
        #expect(BackupShelf.isDue(newest: noon + 5 * 86_400, now: noon))
        #expect(!BackupShelf.isOverdue(newest: noon - 2 * 86_400, since: 0, now: noon))
        #expect(BackupShelf.isOverdue(newest: noon - 3 * 86_400, since: 0, now: noon))
        #expect(!BackupShelf.isOverdue(newest: nil, since: noon - 86_400, now: noon))
        #expect(BackupShelf.isOverdue(newest: nil, since: noon - 3 * 86_400, now: noon))
    }

    @Test func `the name carries the time, and nothing else is taken for a copy`() {
        #expect(BackupShelf.time(of: BackupShelf.name(at: noon)) == noon)
        for name in ["xueji-20261123-1795423230.sqlite.part", "xueji-20261122-1795423230.sqlite", "xueji.sqlite", "xueji-x-1.sqlite"] {
            #expect(BackupShelf.time(of: name) == nil, "\(name)")
        }
    }
}
