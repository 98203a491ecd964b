import FoundationEssentials
import Protocol
import Rules
import Testing

@testable import Store

struct RestorationTests {
    private func backup(_ bench: Bench) throws -> String {
        _ = try bench.becomeCentre(enrolling: [:])
        return try BackupShelf(node: bench.folder).take(of: bench.archive, at: 1_795_423_230).path
    }

    private func restoration(_ file: String, _ folder: String, _ bench: Bench) -> Restoration {
        Restoration(from: file, to: folder, book: ProjectionBook([]), surroundings: bench.archive.surroundings)
    }

    private func code(_ body: () throws -> Void) -> StoreError.Code? {
        do { try body() } catch { return (error as? StoreError)?.code }
        return nil
    }

    @Test func `a restored store continues every hosted unit under a new incarnation and says that it recovers`() throws {
        let bench = try Bench()
        let file = try backup(bench)
        let old = try bench.archive.write { try $0.incarnation(of: .centre) }
        let folder = bench.folder + "/again"
        let result = try restoration(file, folder, bench).perform(force: false)
        #expect(result.unit == .centre && result.replaced == nil && result.envelopes > 0)
        #expect(result.incarnations[.centre].map { $0 != old } == true)
        let archive = try Archive(folder: folder, book: ProjectionBook([]), surroundings: bench.archive.surroundings)
        #expect(try archive.read { try $0.recoveringUnits() } == [.centre])
        #expect(try archive.write { try $0.incarnation(of: .centre) } == result.incarnations[.centre])
        #expect(!FileManager.default.fileExists(atPath: folder + "/restoring"))
    }

    @Test func `a folder that is not empty is refused without force, and with it the old store is put aside`() throws {
        let bench = try Bench()
        let file = try backup(bench)
        let other = try Bench()
        try other.archive.close()
        #expect(code { _ = try restoration(file, other.folder, bench).perform(force: false) } == .notEmpty)
        let result = try restoration(file, other.folder, bench).perform(force: true)
        let place = try #require(result.replaced)
        #expect(FileManager.default.fileExists(atPath: place + "/xueji.sqlite"))
    }

    @Test func `a folder that a process serves is refused even with force`() throws {
        let bench = try Bench()
        let file = try backup(bench)
        #expect(code { _ = try restoration(file, bench.folder, bench).perform(force: true) } == .locked)
    }

    @Test func `a file that is no backup is refused and leaves the folder as it was`() throws {
        let bench = try Bench()
        let file = try backup(bench)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let (text, cut) = (bench.folder + "/text", bench.folder + "/cut")
        try Data("not a store".utf8).write(to: URL(fileURLWithPath: text))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: cut))
        for name in [text, cut, bench.folder + "/missing"] {
            let folder = bench.folder + "/target"
            #expect(code { _ = try restoration(name, folder, bench).perform(force: false) } != nil, "\(name)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/xueji.sqlite"))
        }
    }

    @Test func `what else must be done to the copy fails with it`() throws {
        struct Stumble: Error {}
        let bench = try Bench()
        let file = try backup(bench)
        let folder = bench.folder + "/stumbled"
        #expect(throws: Stumble.self) {
            try restoration(file, folder, bench).perform(force: false) { _ in throw Stumble() }
        }
        #expect(!FileManager.default.fileExists(atPath: folder + "/xueji.sqlite"))
    }
}
