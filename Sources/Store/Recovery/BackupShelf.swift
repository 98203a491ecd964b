import FoundationEssentials
import GRDB
import Glibc
import Rules

/// The copies of a node's store in its folder `backups`: whole, checked, each one file that opens by itself. They hold
/// the units' signing keys: the folder is 0700.
public struct BackupShelf: Sendable {
    /// A finished copy.
    public struct File: Sendable, Hashable {
        public let name: String
        public let path: String
        public let bytes: Int
        /// Seconds since 1970, from the name.
        public let takenAt: Int64
    }

    /// How many copies are kept.
    public static let kept = 7
    /// Seconds between two copies that the node takes by itself.
    public static let interval: Int64 = 86_400
    /// Seconds without a copy after which an alarm is raised.
    public static let patience: Int64 = 3 * 86_400

    private static let prefix = "xueji-"
    private static let suffix = ".sqlite"

    public let folder: String

    /// - Parameter node: the node's folder.
    public init(node: String) { folder = node + "/backups" }

    /// Finished copies, the newest first; what is under way or foreign is not listed.
    public func files() -> [File] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name -> File? in
            guard let takenAt = Self.time(of: name) else { return nil }
            var status = stat()
            guard stat(folder + "/" + name, &status) == 0 else { return nil }
            return File(name: name, path: folder + "/" + name, bytes: Int(status.st_size), takenAt: takenAt)
        }.sorted { ($0.takenAt, $0.name) > ($1.takenAt, $1.name) }
    }

    /// Takes a copy while the node runs, checks it, and removes all but the newest seven.
    /// - Throws: `StoreError` `diskFull`, `damaged`, `cannotOpen`.
    public func take(of archive: Archive, at now: Int64) throws -> File {
        mkdir(folder, 0o700)
        let path = folder + "/" + Self.name(at: now)
        let part = path + ".part"
        unlink(part)
        do {
            try archive.backup(to: part)
            try Self.check(part)
        } catch {
            unlink(part)
            throw (error as? DatabaseError).map { Archive.storeError($0) } ?? error
        }
        chmod(part, 0o600)
        guard SyncedFile.sync(part), rename(part, path) == 0, SyncedFile.sync(folder) else {
            unlink(part)
            throw StoreError(.diskFull, message: "备份没有写成。", remedy: "请检查磁盘空间和权限。", cause: "\(path): errno \(errno)")
        }
        for old in files().dropFirst(Self.kept) { unlink(old.path) }
        guard let file = files().first(where: { $0.path == path }) else {
            throw StoreError(.cannotOpen, message: "备份没有写成。", remedy: "请检查备份文件夹的权限。", cause: path)
        }
        return file
    }

    /// Whether a copy is to be taken now. A copy from the future (the clock was put back) does not count.
    public static func isDue(newest: Int64?, now: Int64) -> Bool {
        guard let newest, newest <= now + interval else { return true }
        return now - newest >= interval
    }

    /// Whether the operator must be told.
    /// - Parameter since: since when this node has been served, seconds since 1970.
    public static func isOverdue(newest: Int64?, since: Int64, now: Int64) -> Bool {
        now - (newest ?? since) >= patience
    }

    /// A copy that SQLite itself finds whole, as one file without a log beside it.
    private static func check(_ path: String) throws {
        try SyncedFile.foldLog(into: path)
        let queue = try DatabaseQueue(path: path)
        let verdict = try queue.inDatabase { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") ?? "" }
        try queue.close()
        guard verdict == "ok" else {
            throw StoreError(.damaged, message: "备份检查不通过，数据文件可能已损坏。", remedy: "请运行 verify 查明，并保留已有的备份。", cause: verdict)
        }
    }

    /// `xueji-20261123-1795423230.sqlite`: the day in China, then seconds since 1970.
    static func name(at seconds: Int64) -> String {
        prefix + CalendarDate(secondsSince1970: seconds).compact + "-" + String(seconds) + suffix
    }

    static func time(of name: String) -> Int64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let parts = name.dropFirst(prefix.count).dropLast(suffix.count).split(separator: "-")
        guard parts.count == 2, parts[0].utf8.count == 8, let seconds = Int64(parts[1]), Self.name(at: seconds) == name else {
            return nil
        }
        return seconds
    }
}

/// Puts files on durable storage.
enum SyncedFile {
    /// Makes one self-contained file of a closed store: nothing of it is left in a log beside it.
    static func foldLog(into path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        try queue.close()
    }

    static func sync(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
