import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// How far streams are stored and applied at units above: rows of the journal's tables `reach` and `reach_applied`, which have
/// one series of change numbers.
enum ReachTable {
    /// The newest change number, 0 for empty tables.
    static func newest(in db: Database) throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: """
            SELECT max((SELECT coalesce(max(change), 0) FROM reach), (SELECT coalesce(max(change), 0) FROM reach_applied))
            """)) ?? 0
    }

    /// Rows learnt after a change number, oldest first; the number returned covers also those that `holds` left out.
    /// - Parameter holds: whether a stream, given by its row, is asked for.
    static func after(
        _ change: Int64, limit: Int, in db: Database, where holds: (Int64) throws -> Bool
    ) throws -> (reach: [Reach], change: Int64) {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: """
                SELECT stream, unit, sequence, at, change, 0 AS applied FROM reach WHERE change > ?1
                UNION ALL SELECT stream, unit, sequence, at, change, 1 FROM reach_applied WHERE change > ?1 ORDER BY change
                """), arguments: [change])
        var last = change
        var result: [Reach] = []
        while result.count < limit, let row = try rows.next() {
            last = row["change"]
            let stream: Int64 = row["stream"]
            guard try holds(stream), let id = try Journal.stream(row: stream, in: db) else { continue }
            result.append(Reach(
                stream: id, unit: UnitCode(row["unit"]), sequence: UInt64(row["sequence"] as Int64), at: row["at"],
                isApplied: row["applied"]))
        }
        return (result, last)
    }

    /// Streams of which something was learnt after a change number.
    static func streams(after change: Int64, in db: Database) throws -> [Int64] {
        try Int64.fetchAll(
            db, sql: "SELECT stream FROM reach WHERE change > ?1 UNION SELECT stream FROM reach_applied WHERE change > ?1",
            arguments: [change])
    }

    /// Notes news; what is known already, or less than what is known, changes nothing.
    /// - Returns: whether anything was new.
    static func note(_ reach: [Reach], in db: Database) throws -> Bool {
        var change = try newest(in: db)
        let before = change
        for item in reach {
            let row = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM stream WHERE unit = ? AND incarnation = ? AND audience = ?"),
                arguments: [item.stream.unit.text, Data(item.stream.incarnation.bytes), item.stream.audience.text])
            guard let row else { continue }
            let table = item.isApplied ? "reach_applied" : "reach"
            let known = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT coalesce(max(sequence), 0) FROM \(table) WHERE stream = ? AND unit = ?"),
                arguments: [row, item.unit.text]) ?? 0
            guard Int64(item.sequence) > known else { continue }
            change += 1
            try db.cachedStatement(sql: "INSERT INTO \(table) (stream, unit, sequence, at, change) VALUES (?, ?, ?, ?, ?)")
                .execute(arguments: [row, item.unit.text, Int64(item.sequence), item.at, change])
        }
        return change > before
    }
}
