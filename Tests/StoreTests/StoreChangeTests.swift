import FoundationEssentials
import Glibc
import GRDB
import Protocol
import Rules
import Testing

@testable import Store

/// A restoration killed between any two of its steps.
struct StoreChangeTests {
    /// A stopped node's folder whose store says `old`, with a store prepared that says `new`.
    private func prepared() throws -> (bench: Bench, change: StoreChange) {
        let bench = try Bench()
        try bench.archive.write { try $0.setNodeText("unit", "old") }
        try bench.archive.close()
        let change = StoreChange(folder: bench.folder)
        mkdir(change.staging, 0o700)
        let new = try Archive(folder: change.staging, book: ProjectionBook([]), surroundings: bench.archive.surroundings)
        try new.write { try $0.setNodeText("unit", "new") }
        try new.close()
        try SyncedFile.foldLog(into: change.staging + "/xueji.sqlite")
        return (bench, change)
    }

    private func store(_ bench: Bench) throws -> String? {
        let archive = try Archive(folder: bench.folder, book: ProjectionBook([]), surroundings: bench.archive.surroundings)
        defer { try? archive.close() }
        return try archive.read { try $0.nodeText("unit") }
    }

    private func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    @Test func `killed before the decision, the old store counts`() throws {
        let (bench, change) = try prepared()
        #expect(try store(bench) == "old")
        #expect(isThere(change.staging + "/xueji.sqlite"))
    }

    @Test func `killed after the decision, the next start has the new store and the old one lies beside it`() throws {
        let (bench, change) = try prepared()
        let aside = try #require(try change.decide(at: 77))
        #expect(try store(bench) == "new")
        #expect(aside.hasSuffix("/replaced-77") && isThere(aside + "/xueji.sqlite") && !isThere(change.staging))
    }

    @Test func `killed while the old store is being put aside, its files end up in one place`() throws {
        let (bench, change) = try prepared()
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: bench.folder + "/xueji.sqlite-wal"))
        let aside = try #require(try change.decide(at: 78))
        mkdir(aside, 0o700)
        #expect(rename(bench.folder + "/xueji.sqlite", aside + "/xueji.sqlite") == 0)
        #expect(try store(bench) == "new")
        #expect(isThere(aside + "/xueji.sqlite") && isThere(aside + "/xueji.sqlite-wal"))
    }

    @Test func `killed after the new store is in its place, it is not put aside in its turn`() throws {
        let (bench, change) = try prepared()
        let aside = try #require(try change.decide(at: 79))
        mkdir(aside, 0o700)
        for name in ["xueji.sqlite", "xueji.sqlite-wal", "xueji.sqlite-shm"] where isThere(bench.folder + "/" + name) {
            #expect(rename(bench.folder + "/" + name, aside + "/" + name) == 0)
        }
        #expect(rename(change.staging + "/xueji.sqlite", bench.folder + "/xueji.sqlite") == 0)
        #expect(try store(bench) == "new")
        #expect(try store(bench) == "new")
        #expect(!isThere(change.staging))
    }

    @Test func `a second one in the same second puts the store into a place of its own`() throws {
        let (bench, change) = try prepared()
        mkdir(bench.folder + "/replaced-80", 0o700)
        #expect(try change.decide(at: 80) == bench.folder + "/replaced-80-")
    }
}
