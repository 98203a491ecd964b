import Features
import Logging
import Replication
import ServiceLifecycle
import Store

/// Copies the store once a day without being asked, and raises an alarm when three days have gone by without a copy.
struct BackupLoop: Service {
    /// Seconds after the start before the first look: a node that is just being set up is not disturbed.
    static let start = 60.0
    /// Seconds between two looks.
    static let rest = 600.0
    /// Key of the node's value that says since when it has been served.
    static let servedSince = "servedSince"

    let archive: Archive
    let workers: Workers
    /// Rung when the process ends.
    let end: Bell
    let ending: Ending
    let log: Logger

    func run() async throws {
        var rest = Self.start
        while true {
            let seen = end.rings
            if ending.isEnding { break }
            await end.wait(since: seen, seconds: rest)
            if ending.isEnding { break }
            await look()
            rest = Self.rest
        }
        try? await gracefulShutdown()
    }

    private func look() async {
        do {
            try await workers.run { [archive] in try Self.look(archive) }
        } catch {
            log.error("backup failed", metadata: ["error": "\(error)"])
        }
    }

    /// Takes a copy when one is due; otherwise, or when that fails, judges whether the operator must be told.
    static func look(_ archive: Archive) throws {
        let now = archive.surroundings.now()
        let newest = BackupShelf(node: archive.folder).files().first?.takenAt
        do {
            if BackupShelf.isDue(newest: newest, now: now) { try BackupOperations.take(archive) }
        } catch {
            try warn(archive, newest: newest, now: now)
            throw error
        }
    }

    private static func warn(_ archive: Archive, newest: Int64?, now: Int64) throws {
        try archive.write { transaction in
            let kept = try transaction.reading.nodeText(servedSince).flatMap { Int64($0) }
            if kept == nil { try transaction.setNodeText(servedSince, String(now)) }
            guard BackupShelf.isOverdue(newest: newest, since: kept ?? now, now: now) else { return }
            try transaction.raiseAlarm(
                BackupOperations.alarm, subject: "node", "已有三天以上没有备份成功，请检查磁盘空间和数据文件夹中 backups 的权限，然后运行 backup。")
        }
    }
}
