import GRDB
import Replication
import Rules
import Store

/// When each child was last heard of, kept over restarts for display.
enum ContactBook {
    struct Contact: Sendable, Hashable {
        /// Seconds since 1970.
        var at: Int64
        /// Position of the journal up to which it had pulled.
        var position: Int64
        var version: String
    }

    static func all(_ reading: Reading) throws -> [UnitCode: Contact] {
        var book: [UnitCode: Contact] = [:]
        for row in try Row.fetchAll(reading.database, sql: "SELECT unit, at, position, version FROM contact") {
            book[UnitCode(row["unit"])] = Contact(at: row["at"], position: row["position"], version: row["version"])
        }
        return book
    }

    /// Notes those of the children that were heard of since.
    static func note(_ children: [ChildRecord], in transaction: Transaction) throws {
        for child in children {
            try transaction.database.cachedStatement(sql: """
                INSERT INTO contact (unit, at, position, version) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET at = excluded.at, position = excluded.position, version = excluded.version
                """).execute(arguments: [child.unit.text, child.lastContact, child.pulledUpTo, String(child.version.prefix(40))])
        }
    }

    /// Entries in quarantine by the child that brought them.
    static func quarantined(_ reading: Reading) throws -> [UnitCode: Int] {
        var counts: [UnitCode: Int] = [:]
        let rows = try Row.fetchAll(reading.database, sql: """
            SELECT e.source, count(*) AS n FROM quarantine q JOIN envelope e ON e.position = q.position GROUP BY e.source
            """)
        for row in rows { counts[UnitCode(row["source"])] = row["n"] }
        return counts
    }
}
