import FoundationEssentials
import GRDB
import Glibc
import Protocol
import Rules

/// Puts a backup in a node's place, offline: the copy becomes the store only after every hosted unit in it has been given
/// a new incarnation. Killed at any moment, the folder holds the old store whole, or the new one, or what the next start makes the
/// new one of.
public struct Restoration {
    public struct Result: Sendable, Hashable {
        public let unit: UnitCode
        /// New incarnations of the hosted units, the node's own first.
        public let incarnations: [UnitCode: Incarnation]
        /// Envelopes in the copy.
        public let envelopes: Int64
        /// Where the store that stood there before was put.
        public let replaced: String?
    }

    let file: String
    let folder: String
    let book: ProjectionBook
    let surroundings: Surroundings

    public init(from file: String, to folder: String, book: ProjectionBook, surroundings: Surroundings) {
        self.file = file
        self.folder = folder
        self.book = book
        self.surroundings = surroundings
    }

    /// - Parameters:
    ///   - force: also into a folder that is not empty; the store in it is put aside, not deleted.
    ///   - prepare: more to be done to the copy before it counts, in the same transaction.
    /// - Throws: `StoreError` `notABackup`, `notEmpty`, `locked` (a process serves the folder), `newerSchema`, `diskFull`.
    public func perform(force: Bool, prepare: (Transaction) throws -> Void = { _ in }) throws -> Result {
        try checkFile()
        try prepareFolder(force: force)
        let lock = try FolderLock(folder: folder)
        defer { lock.release() }
        let change = StoreChange(folder: folder)
        // A restoration that was cut short after its decision has happened: this one comes after it.
        try change.finish()
        change.discard()
        let result: Result
        do {
            let (unit, incarnations, envelopes) = try stage(in: change.staging, prepare)
            try SyncedFile.foldLog(into: change.staging + "/xueji.sqlite")
            try bringBlobs()
            let replaced = try change.decide(at: surroundings.now())
            result = Result(unit: unit, incarnations: incarnations, envelopes: envelopes, replaced: replaced)
        } catch {
            change.discard()
            throw (error as? DatabaseError).map { unwritable("\($0)") } ?? error
        }
        try change.finish()
        unlink(folder + "/run.json")
        return result
    }

    private func checkFile() throws {
        guard access(file, R_OK) == 0 else {
            throw StoreError(.notABackup, message: "找不到或无法读取备份文件“\(file)”。", remedy: "请核对 --from 的路径和权限。")
        }
        guard let handle = fopen(file, "r") else { return }
        defer { fclose(handle) }
        var magic = [UInt8](repeating: 0, count: 16)
        guard fread(&magic, 1, 16, handle) == 16, magic == Array("SQLite format 3\0".utf8) else { throw notABackup("no SQLite file") }
    }

    private func prepareFolder(force: Bool) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw unwritable("\(error)")
        }
        chmod(folder, 0o700)
        let present = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard force || present.allSatisfy({ $0 == StoreChange.name || $0 == "lock" }) else {
            throw StoreError(
                .notEmpty, message: "文件夹 \(folder) 不是空的，没有恢复。", remedy: "请另选空文件夹；确要替换其中的数据时加 --force，原数据会移到其中的 replaced-… 子文件夹。")
        }
    }

    /// The copy, migrated and marked, closed again.
    private func stage(
        in staging: String, _ prepare: (Transaction) throws -> Void
    ) throws -> (UnitCode, [UnitCode: Incarnation], Int64) {
        do {
            try FileManager.default.createDirectory(
                atPath: staging, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.copyItem(atPath: file, toPath: staging + "/xueji.sqlite")
        } catch {
            throw unwritable("\(error)")
        }
        chmod(staging + "/xueji.sqlite", 0o600)
        do {
            let archive = try Archive(folder: staging, book: book, surroundings: surroundings)
            defer { try? archive.close() }
            guard try archive.read({ try String.fetchOne($0.database.cachedStatement(sql: "PRAGMA quick_check(1)")) }) == "ok" else {
                throw notABackup("quick_check")
            }
            return try archive.write { transaction in
                guard let unit = try transaction.reading.ownUnit() else { throw notABackup("no node in it") }
                let minted = try transaction.beginRecovery(.restored)
                try prepare(transaction)
                return (
                    unit, Dictionary(minted.map { ($0.unit, $0.incarnation) }, uniquingKeysWith: { first, _ in first }),
                    try Journal.position(in: transaction.database))
            }
        } catch let error as DatabaseError {
            throw notABackup("\(error)")
        } catch let error as StoreError where error.code == .damaged {
            throw notABackup(error.cause)
        }
    }

    /// Blobs lie beside the copy, or beside the folder that it lies in; those that are in neither come back by the links. Those
    /// of the present folder stay where they are: a blob is never changed.
    private func bringBlobs() throws {
        let shelf = BlobShelf(node: folder)
        let place = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        for source in [place, place + "/.."] { try BlobShelf(node: source).copy(to: shelf) }
    }

    private func notABackup(_ cause: String) -> StoreError {
        StoreError(.notABackup, message: "文件“\(file)”不是节点的备份，或已损坏。", remedy: "请用 backup 命令生成的文件，或换一份较早的备份。", cause: cause)
    }

    private func unwritable(_ cause: String) -> StoreError {
        StoreError(.cannotOpen, message: "恢复没有完成：无法写入文件夹 \(folder)。", remedy: "请检查磁盘空间和权限；备份文件没有改动。", cause: cause)
    }
}
