import CFaultyFiles
import Features
import FoundationEssentials
import GRDB
import Store
import class Foundation.Thread

/// What of the files fails.
enum FileFault: String, CaseIterable {
    case open, read, write, full, sync, truncate, delete, sharedMemory

    fileprivate var calls: Int32 {
        let bits: Int = switch self {
        case .open: FAULTY_OPEN
        case .read: FAULTY_READ
        case .write, .full: FAULTY_WRITE
        case .sync: FAULTY_SYNC
        case .truncate: FAULTY_TRUNCATE
        case .delete: FAULTY_DELETE
        case .sharedMemory: FAULTY_SHARED_MEMORY
        }
        return Int32(bits)
    }
}

/// SQLite's own way of testing I/O errors, over the write gate: an act is done again and again on copies of one store, and the
/// first, second, third… call to its files fails, once or for good, until a run meets no failure. After each: a typed error,
/// everything or nothing, a whole file, tables that follow from the journal, and the same from the files as a crash would have
/// left them; then the act succeeds.
struct FaultLoop {
    /// Trials, those in which the act failed, and what was wrong.
    struct Tally: Sendable {
        var trials = 0
        var failed = 0
        var wrong: [String] = []

        mutating func must(_ holds: Bool, _ text: @autoclosure () -> String) {
            if !holds { wrong.append(text()) }
        }
    }

    /// What an act or a check finds wrong.
    struct Wrong: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// Folder of the closed store before the act.
    let template: String
    /// Whether the act is one passage through the gate, so that it is done as a whole or not at all.
    let isOnePassage: Bool
    /// Tables that must have as many rows when the act was done at the second try; nil: all.
    var counted: Set<String>?
    let act: (TestNode) throws -> Void
    /// What else must hold after each trial.
    var also: (TestNode) throws -> Void = { _ in }

    /// Files block whoever waits for them: a thread of its own does, and other tests go on.
    static func onThread(_ body: @escaping @Sendable () throws -> Tally) async throws -> Tally {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    func run(_ faults: [FileFault] = FileFault.allCases) throws -> Tally {
        guard faulty_files_install() == 0 else { throw Wrong("the file system cannot be registered") }
        let after = try referenceAfter()
        var tally = Tally()
        for fault in faults {
            for lasts in [false, true] {
                var nth = 1
                while try trial(fault, nth, lasts: lasts, after, &tally) { nth += step(after: nth, lasts: lasts) }
            }
        }
        return tally
    }

    /// Every call with `FAULTY_FILES=all` in the environment; else the first ones each, later ones at growing distances. One that
    /// lasts is as good as one that comes a little later.
    private func step(after nth: Int, lasts: Bool) -> Int {
        if ProcessInfo.processInfo.environment["FAULTY_FILES"] == "all", !lasts { return 1 }
        return max(1, lasts ? nth * 2 : nth / 2)
    }

    /// The same where the act is the opening itself, migrations and all.
    func runOpening() throws -> Tally {
        guard faulty_files_install() == 0 else { throw Wrong("the file system cannot be registered") }
        let whole = try Picture(of: TestNode(adopting: copy(of: template)).archive).counts
        var tally = Tally()
        for fault in FileFault.allCases {
            for lasts in [false, true] {
                var nth = 1
                while try openingTrial(fault, nth, lasts: lasts, whole, &tally) { nth += step(after: nth, lasts: lasts) }
            }
        }
        return tally
    }

    /// - Returns: false when nothing failed any more.
    private func openingTrial(
        _ fault: FileFault, _ nth: Int, lasts: Bool, _ whole: [String: Int], _ tally: inout Tally
    ) throws -> Bool {
        let folder = try copy(of: template)
        let label = "\(fault.rawValue) \(nth)\(lasts ? " and on" : "")"
        let slot = faulty_files_arm(folder, fault.calls, nth, lasts ? 1 : 0, fault == .full ? 1 : 0)
        guard slot >= 0 else { throw Wrong("no slot is free") }
        var failure: (any Error)?
        do {
            let archive = try Archive(folder: folder, book: TestNode.book(), surroundings: TestNode.Clock(seed: 6).surroundings)
            defer { try? archive.close() }
            faulty_files_disarm(slot)
            // Whoever could open it can write.
            try archive.write { try $0.setNodeText("written", "yes") }
        } catch { failure = error }
        faulty_files_disarm(slot)
        let hasHit = faulty_files_hits(slot) > 0
        tally.trials += hasHit ? 1 : 0
        if let failure {
            tally.failed += 1
            tally.must(hasHit && failure is StoreError, "\(label): \(failure)")
        }
        let node = try TestNode(adopting: folder)
        try node.archive.write { try $0.database.execute(sql: "DELETE FROM node WHERE key = 'written'") }
        let counts = try Picture(of: node.archive).counts
        tally.must(counts == whole, "\(label): \(counts)")
        let verdict = try node.archive.read { try String.fetchOne($0.database, sql: "PRAGMA integrity_check") }
        tally.must(verdict == "ok", "\(label): \(verdict ?? "")")
        return hasHit
    }

    private func referenceAfter() throws -> Picture {
        let node = try TestNode(adopting: copy(of: template))
        try act(node)
        return try Picture(of: node.archive)
    }

    /// - Returns: false when nothing failed any more.
    private func trial(_ fault: FileFault, _ nth: Int, lasts: Bool, _ after: Picture, _ tally: inout Tally) throws -> Bool {
        let node = try TestNode(adopting: copy(of: template))
        let label = "\(fault.rawValue) \(nth)\(lasts ? " and on" : "")"
        let before = try Picture(of: node.archive)
        let slot = faulty_files_arm(node.folder, fault.calls, nth, lasts ? 1 : 0, fault == .full ? 1 : 0)
        guard slot >= 0 else { throw Wrong("no slot is free") }
        var failure: (any Error)?
        do { try act(node) } catch { failure = error }
        let hasHit = faulty_files_hits(slot) > 0
        let crashed = try copy(of: node.folder)
        faulty_files_disarm(slot)
        guard hasHit else {
            tally.must(failure == nil, "\(label): \(failure.map { "\($0)" } ?? "")")
            try FileManager.default.removeItem(atPath: crashed)
            return false
        }
        tally.trials += 1
        if let failure {
            tally.failed += 1
            tally.must(failure is StoreError, "\(label): \(failure)")
        }
        try judge(try TestNode(adopting: crashed), failure, before, after, "\(label), crashed", &tally)
        try judge(node, failure, before, after, "\(label), going on", &tally)
        if failure != nil {
            try act(node)
            let now = try Picture(of: node.archive)
            let differing = Set(after.counts.keys).filter { counted?.contains($0) ?? true }.filter { now.counts[$0] != after.counts[$0] }
            tally.must(differing.isEmpty, "\(label): afterwards \(now.differences(after))")
        }
        return true
    }

    private func judge(
        _ node: TestNode, _ failure: (any Error)?, _ before: Picture, _ after: Picture, _ place: String, _ tally: inout Tally
    ) throws {
        let now = try Picture(of: node.archive)
        if failure == nil {
            // Told to be saved: there, whatever happens.
            tally.must(now == after, "\(place): \(now.differences(after))")
        } else if isOnePassage {
            // A commit of which the program learnt nothing may stand in the files of one that died then.
            let isRight = now == before || (place.hasSuffix("crashed") && now == after)
            tally.must(isRight, "\(place): \(now.differences(before))")
        }
        let verdict = try node.archive.read { try String.fetchOne($0.database, sql: "PRAGMA integrity_check") }
        tally.must(verdict == "ok", "\(place): \(verdict ?? "")")
        // What was stored and not yet applied is applied first.
        if !isOnePassage { try node.settle() }
        let rebuilt = try node.archive.read { reading in
            let rebuild = try Rebuild(of: reading, original: node.archive, in: node.folder + "/rebuilt")
            defer { rebuild.remove() }
            return try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
        }
        let own = try node.archive.read { try TableDigest.all($0, of: node.archive) }
        let wrong = own.keys.sorted().filter { rebuilt[$0] != own[$0] }
        tally.must(wrong.isEmpty, "\(place): \(wrong) not as the journal has them")
        try also(node)
    }

    /// Files as they are, but for what a crash does away with.
    func copy(of folder: String) throws -> String {
        let target = try TestNode.freshFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasSuffix("-shm") && name != "lock" {
            try FileManager.default.copyItem(atPath: folder + "/" + name, toPath: target + "/" + name)
        }
        return target
    }
}

/// Every row of every table.
struct Picture: Equatable {
    private(set) var counts: [String: Int] = [:]
    private var contents: [String: [String]] = [:]

    init(of archive: Archive) throws {
        let all = try archive.read { reading in
            try String.fetchAll(reading.database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").map { table in
                (table, try Row.fetchAll(reading.database, sql: "SELECT * FROM \"\(table)\"").map(\.description).sorted())
            }
        }
        for (table, rows) in all {
            counts[table] = rows.count
            contents[table] = rows
        }
    }

    /// Tables that differ, for a message.
    func differences(_ other: Picture) -> [String] {
        Set(contents.keys).union(other.contents.keys).sorted().filter { contents[$0] != other.contents[$0] }
            .map { "\($0): \(counts[$0] ?? -1) and \(other.counts[$0] ?? -1) rows" }
    }
}
