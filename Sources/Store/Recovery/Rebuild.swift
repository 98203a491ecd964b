import FoundationEssentials
import GRDB
import Glibc
import Protocol
import Rules

/// Builds every table anew from the journal alone, in an archive of its own: what the tables should be.
public struct Rebuild {
    /// Envelopes per transaction.
    private static let batch = 200

    /// The rebuilt archive; its folder goes when `remove` is called.
    public let archive: Archive

    /// - Parameters:
    ///   - reading: one snapshot of the store whose journal is replayed.
    ///   - original: the archive it belongs to; its projections are used.
    ///   - folder: where to build; made here, must not exist.
    public init(of reading: Reading, original: Archive, in folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreError(.cannotOpen, message: "无法建立核对用的文件夹。", remedy: "请检查数据文件夹的权限和磁盘空间。", cause: "\(error)")
        }
        archive = try Archive(folder: folder, book: original.book, surroundings: original.surroundings)
        try seed(reading)
        // What a busy node has stored and not yet applied is in no table of the snapshot either.
        let unapplied = Set(try Int64.fetchAll(reading.database.cachedStatement(sql: "SELECT position FROM unapplied")))
        var held: [Journal.Stored] = []
        try Journal.forEach(after: 0, in: reading.database) { stored in
            if unapplied.contains(Int64(stored.position)) { return true }
            held.append(stored)
            if held.count >= Self.batch {
                try replay(held)
                held = []
            }
            return true
        }
        try replay(held)
    }

    public func remove() {
        try? archive.close()
        try? FileManager.default.removeItem(atPath: archive.folder)
    }

    /// What does not follow from the journal: who we are, whom we trust, what was given up, what the release gate holds.
    private func seed(_ reading: Reading) throws {
        let db = reading.database
        let node = try Row.fetchAll(db.cachedStatement(sql: "SELECT key, value FROM node"))
        let roots = try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM unit_key WHERE unit = '000000' AND generation = 1"))
        let dropped = try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM dropped"))
        let waiting = try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM unreleased_number"))
        try archive.write { transaction in
            for (table, rows) in [("node", node), ("unit_key", roots), ("dropped", dropped), ("unreleased_number", waiting)] {
                for row in rows {
                    let marks = [String](repeating: "?", count: row.count).joined(separator: ", ")
                    try transaction.database.execute(
                        sql: "INSERT INTO \(table) VALUES (\(marks))", arguments: StatementArguments(row.databaseValues))
                }
            }
        }
    }

    private func replay(_ batch: [Journal.Stored]) throws {
        try archive.write { transaction in
            for stored in batch {
                let row = try Journal.row(of: stored.stream, in: transaction.database)
                let hash = Hashing.sha256(stored.bytes)
                try transaction.database.cachedStatement(sql: """
                    INSERT INTO envelope (position, stream, sequence, hash, source, stored_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """).execute(arguments: [
                        stored.position, row, Int64(stored.sequence), Data(hash.bytes), stored.source, transaction.now,
                        Data(stored.bytes),
                    ])
                try transaction.database.execute(literal: "INSERT INTO unapplied (position) VALUES (\(stored.position))")
            }
            _ = try transaction.applyStored(limit: batch.count + 1, withOffices: false)
        }
    }
}

/// One value per table that follows from the journal, for comparing two stores.
public enum TableDigest {
    /// - Parameter archive: whose projections say which tables there are.
    public static func all(_ reading: Reading, of archive: Archive) throws -> [String: Digest] {
        var digests: [String: Digest] = [:]
        for (table, sql) in archive.book.tables {
            var digest = Hashing.sha256([UInt8]())
            let rows = try Row.fetchCursor(reading.database, sql: sql)
            while let row = try rows.next() {
                var bytes = digest.bytes
                for value in row.databaseValues { bytes += content(of: value) }
                digest = Hashing.sha256(bytes)
            }
            digests[table] = digest
        }
        return digests
    }

    /// Unambiguous bytes of a column's value.
    private static func content(of value: DatabaseValue) -> [UInt8] {
        switch value.storage {
        case .null: [0]
        case .int64(let number): Array("i\(number)\u{0}".utf8)
        case .double(let number): Array("d\(number)\u{0}".utf8)
        case .string(let text): Array("s\(text.utf8.count):\(text)".utf8)
        case .blob(let data): Array("b\(data.count):".utf8) + Array(data)
        }
    }
}
