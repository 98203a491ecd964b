import FoundationEssentials
import GRDB
import Protocol
import Replication
import Rules
import Store
import Synchronization

/// Entries that the runs over real archives carry and that nothing in them asks about.
struct CarriedKinds: Projection {
    let kinds: Set<EntryKind> = [
        .lease, .incarnation, .schoolClass, .transferStep, .transferWithdrawal, .transferNotice, .transferRequest,
        .inquiry, .inquiryForward, .inquiryAnswer, .inquiryNotice,
    ]
    let migrations: [(name: String, sql: String)] = []

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome { .applied }
}

/// A node's real SQLite archive in a folder of its own, with what happens to disks: killed processes, torn logs, copies put back.
/// It decides what is stored; the model's disk follows it and is compared with it.
final class ArchiveStore: Sendable {
    private struct State: ~Copyable {
        var archive: Archive
        var generation = 0
        /// Of the program that runs on it.
        var book: ProjectionBook
    }

    private let base: String
    private let surroundings: Surroundings
    private let state: Mutex<State>

    /// What a program knows that does not know these kinds.
    private static func book(forgetting kinds: Set<UInt32>) -> ProjectionBook {
        ProjectionBook([CarriedKinds()], forgetting: Set(kinds.compactMap(EntryKind.init)))
    }

    /// An archive that has just been founded.
    /// - Parameter kinds: what its program, of the release before, does not know.
    init(base: String, surroundings: Surroundings, forgetting kinds: Set<UInt32>, prepare: (Transaction) throws -> Void) throws {
        self.base = base
        self.surroundings = surroundings
        let book = Self.book(forgetting: kinds)
        let archive = try Self.open(base + "/0", surroundings, book)
        try archive.write { try prepare($0) }
        state = Mutex(State(archive: archive, book: book))
    }

    private static func open(_ folder: String, _ surroundings: Surroundings, _ book: ProjectionBook) throws -> Archive {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try Archive(folder: folder, book: book, surroundings: surroundings)
    }

    private func use<Value>(_ body: (Archive) throws -> Value) throws -> Value {
        try state.withLock { state throws in try Sent(value: body(state.archive)) }.value
    }

    /// Results leave the lock as they are.
    // The store is used by one run, which has one thread; the lock only satisfies the ports' `Sendable`.
    private struct Sent<Value>: @unchecked Sendable { let value: Value }

    func close() { try? use { try $0.close() } }

    // MARK: Writing and taking in

    func write(_ pieces: [(entries: [Entry], audience: Audience)], as unit: UnitCode) throws {
        try use { archive in
            try archive.write { transaction in
                for (entries, audience) in pieces {
                    for entry in entries {
                        guard let kind = EntryKind(rawValue: entry.kind) else { continue }
                        try transaction.append(kind, entry.payload, as: unit, to: audience, act: entry.act)
                    }
                }
            }
        }
    }

    func change(_ body: (Transaction) throws -> Void) throws { try use { try $0.write { try body($0) } } }

    /// As the node's inbox does: what comes later in a batch may need what comes earlier.
    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        try use { archive in
            let results = try archive.write { transaction in
                var results = try envelopes.map { try transaction.accept($0, from: neighbour) }
                var waiting = results.indices.filter { ModelStore.mayPass(results[$0].0) }
                while !waiting.isEmpty {
                    while try transaction.applyStored().envelopes > 0 {}
                    for index in waiting { results[index] = try transaction.accept(envelopes[index], from: neighbour) }
                    let left = waiting.filter { ModelStore.mayPass(results[$0].0) }
                    guard left.count < waiting.count else { break }
                    waiting = left
                }
                return results
            }
            while try archive.write({ try $0.applyStored() }).envelopes > 0 {}
            return results
        }
    }

    func note(_ reach: [Reach]) throws {
        try change { transaction in
            let db = transaction.database
            var change = try Int64.fetchOne(db, sql: "SELECT coalesce(max(change), 0) FROM reach") ?? 0
            for item in reach {
                let row = try Int64.fetchOne(
                    db, sql: "SELECT id FROM stream WHERE unit = ? AND incarnation = ? AND audience = ?",
                    arguments: [item.stream.unit.text, Data(item.stream.incarnation.bytes), item.stream.audience.text])
                guard let row else { continue }
                change += 1
                try db.execute(
                    literal: """
                        INSERT OR IGNORE INTO reach (stream, unit, sequence, at, change)
                        VALUES (\(row), \(item.unit.text), \(Int64(item.sequence)), \(item.at), \(change))
                        """)
            }
        }
    }

    // MARK: Reading

    func look<Value>(_ body: (Reading) throws -> Value) throws -> Value { try use { try $0.read { try body($0) } } }

    func heads() throws -> Set<StreamHead> { try look { Set(try Journal.heads(in: $0.database)) } }

    /// Envelopes that came after a place, in order of arrival.
    func envelopes(after position: Int64) throws -> [Journal.Stored] {
        try look { reading in
            var all: [Journal.Stored] = []
            try Journal.forEach(after: position, in: reading.database) { stored in
                all.append(stored)
                return true
            }
            return all
        }
    }

    func incarnations() throws -> [UnitCode: Incarnation] {
        try look { reading in
            let rows = try Row.fetchAll(reading.database, sql: "SELECT unit, incarnation FROM secret WHERE active = 1")
            return rows.reduce(into: [:]) { found, row in
                if let incarnation = Incarnation(row["incarnation"] as Data) { found[UnitCode(row["unit"])] = incarnation }
            }
        }
    }

    /// State and head of a dossier as the tables show them.
    func face(_ id: DossierID) throws -> String? {
        try look { reading in
            try Row.fetchOne(reading.database, sql: "SELECT state, head, holder FROM dossier WHERE id = ?", arguments: [Data(id.bytes)])
                .map { "\($0["state"] as String) \(($0["head"] as Data?).flatMap { Digest($0) }?.description ?? "") \($0["holder"] as String? ?? "")" }
        }
    }

    /// What `verify` compares, built anew from the journal, and SQLite's own check; empty when all is well.
    func flaws() throws -> [String] {
        try use { archive in
            let verdict = try archive.read { try String.fetchOne($0.database, sql: "PRAGMA integrity_check") ?? "" }
            var flaws = verdict == "ok" ? [] : [verdict]
            flaws += try archive.read { try JournalCheck($0).problems.map { "\($0.code) \($0.subject) \($0.sequence)" } }
            let folder = base + "/rebuilt"
            try? FileManager.default.removeItem(atPath: folder)
            let rebuild = try archive.read { try Rebuild(of: $0, original: archive, in: folder) }
            defer { rebuild.remove() }
            let shown = try archive.read { try TableDigest.all($0, of: archive) }
            let built = try rebuild.archive.read { try TableDigest.all($0, of: rebuild.archive) }
            return flaws + shown.keys.filter { shown[$0] != built[$0] }.sorted()
        }
    }

    // MARK: Disks

    /// The bytes of the store as a power cut would leave them: no checkpoint, nothing closed.
    private static func bytes(_ folder: String) -> (store: [UInt8], log: [UInt8]) {
        func read(_ name: String) -> [UInt8] { FileManager.default.contents(atPath: folder + "/" + name).map { Array($0) } ?? [] }
        return (read("xueji.sqlite"), read("xueji.sqlite-wal"))
    }

    /// The process is killed, and another starts on what the disk holds.
    func kill() throws {
        try state.withLock { state throws in try Self.replace(&state, with: Self.bytes(state.archive.folder), base, surroundings) }
    }

    /// The newer program starts on what the disk holds, and tries what waited for it.
    /// - Parameter kinds: what it does not know either.
    func upgrade(forgetting kinds: Set<UInt32>) throws {
        let book = Self.book(forgetting: kinds)
        try state.withLock { state throws in
            state.book = book
            try Self.replace(&state, with: Self.bytes(state.archive.folder), base, surroundings)
        }
        try change { try $0.retryAfterStart() }
    }

    /// The machine stops in the midst of a write: of the log's new part a piece is there, or nothing.
    /// - Parameter part: 0..<1 of what the write put into the log; less than all, so that it has never been.
    func crash(in write: (ArchiveStore) throws -> Void, part: Double) throws {
        let before = state.withLock { Self.bytes($0.archive.folder) }
        try? write(self)
        try state.withLock { state throws in
            let after = Self.bytes(state.archive.folder)
            // A checkpoint between would make the pieces of two moments: then the earlier moment, whole.
            guard after.store == before.store, after.log.count > before.log.count, after.log.starts(with: before.log.prefix(32)) else {
                return try Self.replace(&state, with: before, base, surroundings)
            }
            let tail = Int(Double(after.log.count - before.log.count) * part)
            var log = Array(after.log.prefix(before.log.count)) == before.log ? Array(after.log.prefix(before.log.count + tail)) : before.log
            // The last piece of what was not synced may be anything.
            for place in log.indices.suffix(min(tail, 64)) { log[place] ^= 0x5A }
            try Self.replace(&state, with: (before.store, log), base, surroundings)
        }
    }

    private static func replace(
        _ state: inout State, with bytes: (store: [UInt8], log: [UInt8]), _ base: String, _ surroundings: Surroundings
    ) throws {
        let old = state.archive.folder
        state.generation += 1
        let folder = base + "/\(state.generation)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes.store).write(to: URL(filePath: folder + "/xueji.sqlite"))
        if !bytes.log.isEmpty { try Data(bytes.log).write(to: URL(filePath: folder + "/xueji.sqlite-wal")) }
        try? state.archive.close()
        try? FileManager.default.removeItem(atPath: old)
        state.archive = try open(folder, surroundings, state.book)
    }

    /// An empty disk in the place of this one.
    func renew(_ prepare: (Transaction) throws -> Void) throws {
        try state.withLock { state throws in
            let old = state.archive.folder
            state.generation += 1
            try? state.archive.close()
            try? FileManager.default.removeItem(atPath: old)
            state.archive = try Self.open(base + "/\(state.generation)", surroundings, state.book)
        }
        try change(prepare)
    }

    /// Copies the whole store while it is in use.
    func copy(to path: String) throws { try use { try $0.backup(to: path) } }

    /// A copy is put back as if nothing had been.
    func goBack(to path: String) throws {
        let store = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
        try state.withLock { state throws in try Self.replace(&state, with: (store, []), base, surroundings) }
    }

    /// A copy is restored by the product's command, which mints the incarnations.
    func restore(from path: String) throws {
        try state.withLock { state throws in
            let old = state.archive.folder
            state.generation += 1
            let folder = base + "/\(state.generation)"
            try? state.archive.close()
            try? FileManager.default.removeItem(atPath: old)
            _ = try Restoration(from: path, to: folder, book: state.book, surroundings: surroundings).perform(force: false)
            state.archive = try Self.open(folder, surroundings, state.book)
        }
    }
}
