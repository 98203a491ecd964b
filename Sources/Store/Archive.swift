import FoundationEssentials
import GRDB
import Glibc
import Protocol
import Rules

/// The node's SQLite archive: journal, projections and deliveries behind one write gate.
///
/// One connection writes and checkpoints (SQLite 3.40.1 has the WAL-reset race that two can hit); readers are read-only.
/// A write is durable (synchronous = FULL) when `write` returns.
public final class Archive: Sendable {
    private let pool: DatabasePool
    let book: ProjectionBook
    public let surroundings: Surroundings
    /// Whether numbers may be drawn from this store.
    public let proof: FreshnessProof
    /// The node's folder.
    public let folder: String
    private let lock: FolderLock?
    private let rider: WriteRider?
    let queue: GateQueue

    /// Opens the archive in a folder, migrating it where needed.
    /// - Parameter exclusive: false only for tools that read a stopped node's store.
    /// - Throws: `StoreError` with `locked` (another process serves this folder), `newerSchema`, `cannotOpen`, `readOnly`,
    ///   `diskFull`.
    public init(
        folder: String, book: ProjectionBook, surroundings: Surroundings, exclusive: Bool = true, proof: FreshnessProof = .given
    ) throws {
        self.book = book
        self.proof = proof
        self.surroundings = surroundings
        self.folder = folder
        rider = nil
        queue = GateQueue()
        lock = exclusive ? try FolderLock(folder: folder) : nil
        if exclusive { try StoreChange(folder: folder).finish() }
        let path = folder + "/xueji.sqlite"
        if exclusive { Archive.keepPrivate(path) }
        var configuration = Configuration()
        configuration.readonly = !exclusive
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -16000; PRAGMA foreign_keys = OFF")
            // Every entry is tried in a savepoint: what its pages were before goes to memory, as much as a pass touches, and not to a file.
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA temp_store = MEMORY") }
            // A log that one large transaction has stretched goes back to this size: a school's disk is small.
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA journal_size_limit = 67108864") }
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
        } catch {
            throw StoreError(
                .cannotOpen, message: "无法打开数据文件。", remedy: "请检查数据文件夹的权限和磁盘空间。", cause: "\(path): \(error)")
        }
        do {
            if exclusive { try Archive.mustBeWritable(pool) }
            try Migrations(book: book).run(on: pool, path: path, readOnly: !exclusive)
        } catch let error as DatabaseError { throw Archive.storeError(error) }
    }

    /// The same archive, by whose first write something else is written too.
    public init(_ archive: Archive, rider: WriteRider) {
        (pool, book, surroundings, proof) = (archive.pool, archive.book, archive.surroundings, archive.proof)
        (folder, lock, queue) = (archive.folder, archive.lock, archive.queue)
        self.rider = rider
    }

    /// Where SQLite cannot open the file or its log for writing, on a full disk say, it opens them for reading, for as long
    /// as the connection lives: such a node would never recover. Asked now, a supervisor starts it again.
    private static func mustBeWritable(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in try db.inTransaction(.immediate) { .commit } }
    }

    /// The store's file is its owner's alone; SQLite gives the files beside it the same mode.
    private static func keepPrivate(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        fchmod(descriptor, 0o600)
        Glibc.close(descriptor)
        for beside in ["-wal", "-shm"] { chmod(path + beside, 0o600) }
    }

    /// Reads a consistent snapshot.
    /// - Throws: what `body` throws; `StoreError` for the disk's failures.
    public func read<Value>(_ body: (Reading) throws -> Value) throws -> Value {
        do {
            return try pool.read { db in
                let reading = Reading(database: db)
                return try reading.directory.guarding { try body(reading) }
            }
        } catch let error as DatabaseError {
            throw Archive.storeError(error)
        }
    }

    /// The one gate: journal, projections, deliveries and cursors in one transaction. All or nothing.
    /// - Throws: what `body` throws; `StoreError.diskFull` and `.damaged` for the disk's failures.
    public func write<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        let rides = rider?.board() ?? false
        var isCommitted = false, isIn = false
        queue.arrive()
        defer {
            if !isIn { queue.leave() }
            if rides { rider?.arrive(isCommitted) }
        }
        do {
            let value = try pool.write { db in
                isIn = true
                queue.leave()
                let transaction = Transaction(database: db, book: book, surroundings: surroundings, proof: proof, queue: queue)
                return try transaction.directory.guarding {
                    let value = try body(transaction)
                    if rides { try rider?.act(transaction) }
                    try transaction.finish()
                    return value
                }
            }
            isCommitted = true
            return value
        } catch let error as DatabaseError {
            throw Archive.storeError(error)
        }
    }

    /// Copies the whole store to a new file while the node runs.
    public func backup(to path: String) throws {
        let target = try DatabaseQueue(path: path)
        try pool.backup(to: target)
        try target.close()
    }

    /// Ends all use; the folder is free for another process then.
    public func close() throws {
        // The pool closes its readers last, and they cannot: without this the newest records of a stopped node stand in the log
        // beside the file, and whoever copies the file alone loses them. Never waits; where it fails the log stays, as after a crash.
        if lock != nil { _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.passive) } }
        try pool.close()
        lock?.release()
    }

    static func storeError(_ error: DatabaseError) -> any Error {
        switch error.resultCode {
        case .SQLITE_CANTOPEN:
            StoreError(.cannotOpen, message: "无法打开数据文件。", remedy: "请检查数据文件夹的权限和磁盘空间。", cause: "\(error)")
        // Aborted: an earlier statement of the transaction had met the disk's failure.
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_ABORT:
            StoreError(.diskFull, message: "磁盘已满或无法写入，本次操作没有保存。", remedy: "请清理磁盘空间后重试。", cause: "\(error)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            StoreError(.damaged, message: "数据文件已损坏。", remedy: "请停止节点，用最近的备份恢复。", cause: "\(error)")
        case .SQLITE_READONLY:
            StoreError(.readOnly, message: "数据文件为只读，没有保存。", remedy: "请检查磁盘和文件权限，然后重新启动节点。", cause: "\(error)")
        default:
            error
        }
    }
}

/// A consistent view for pages and lists; SQL lives beside the page that needs it.
public struct Reading {
    public let database: Database
    public let directory: UnitDirectory

    private let memory: NodeMemory

    /// - Parameter directory: nil for a new one, whose memory lives as long as this view; `memory` likewise.
    init(database: Database, directory: UnitDirectory? = nil, memory: NodeMemory = NodeMemory()) {
        self.database = database
        self.memory = memory
        self.directory = directory ?? UnitDirectory(database: database)
    }

    public func nodeValue(_ key: String) throws -> [UInt8]? {
        try memory.value(key) {
            try Data.fetchOne(database.cachedStatement(sql: "SELECT value FROM node WHERE key = ?"), arguments: [key]).map { Array($0) }
        }
    }

    public func nodeText(_ key: String) throws -> String? {
        try nodeValue(key).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The unit whose node this is; nil before `init` or `join`.
    public func ownUnit() throws -> UnitCode? { try nodeText("unit").map { UnitCode($0) } }

    /// The units this node hosts, its own first.
    public func hostedUnits() throws -> [UnitCode] {
        let own = try ownUnit()
        let all = try String.fetchAll(database.cachedStatement(sql: "SELECT unit FROM secret WHERE active = 1 ORDER BY unit")).map { UnitCode($0) }
        return all.sorted { ($0 == own ? 0 : 1, $0) < ($1 == own ? 0 : 1, $1) }
    }
}
