import Features
import FoundationEssentials
import Glibc
import GRDB
import Store

/// What has a stated life ends: files of imports, and lines of the audit.
enum Housekeeping {
    /// Seconds for which a marked workbook can be fetched after its import.
    static let markedLife: Int64 = 30 * 86_400
    /// Seconds after which an upload that no job needs is taken for a left-over.
    static let uploadLife: Int64 = 86_400
    /// Seconds for which audit lines are kept, and how many at most.
    static let auditLife: Int64 = 3 * 366 * 86_400
    static let auditLines = 5_000_000

    static func tidy(_ archive: Archive) throws {
        let now = archive.surroundings.now()
        try tidyFiles(archive, now: now)
        let hasOld = try archive.read { reading in
            try Bool.fetchOne(
                reading.database, sql: """
                    SELECT (SELECT min(at) FROM (SELECT at FROM audit ORDER BY id LIMIT 1)) < ?
                      OR (SELECT coalesce(max(id) - min(id), 0) FROM audit) > ?
                    """, arguments: [now - auditLife, auditLines]) ?? false
        }
        guard hasOld else { return }
        try archive.write { transaction in
            try transaction.database.execute(
                sql: "DELETE FROM audit WHERE at < ? OR id <= (SELECT max(id) FROM audit) - ?", arguments: [now - auditLife, auditLines])
        }
    }

    private static func tidyFiles(_ archive: Archive, now: Int64) throws {
        let folder = archive.folder + "/incoming"
        let needed = Set(try archive.read { try ImportShelf.waiting($0) }.map(\.path))
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let path = folder + "/" + name
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, !needed.contains(path),
                  !needed.contains(where: { path == $0 + ".marked.xlsx" }) else { continue }
            let life = name.hasSuffix(".marked.xlsx") ? markedLife : uploadLife
            if now - Int64(status.st_mtim.tv_sec) > life { unlink(path) }
        }
    }
}
