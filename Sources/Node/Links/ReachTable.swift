import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// How far streams are stored at units above: rows of the journal's table `reach`.
enum ReachTable {
    /// Rows learnt after a change number, oldest first; the number returned covers also those that `covers` left out.
    static func after(
        _ change: Int64, limit: Int, in db: Database, where covers: (StreamID) -> Bool
    ) throws -> (reach: [Reach], change: Int64) {
        let rows = try Row.fetchAll(db, sql: """
            SELECT s.unit, s.incarnation, s.audience, r.unit AS at_unit, r.sequence, r.at, r.change
            FROM reach r JOIN stream s ON s.id = r.stream WHERE r.change > ? ORDER BY r.change LIMIT ?
            """, arguments: [change, limit])
        var last = change
        var result: [Reach] = []
        for row in rows {
            last = row["change"]
            guard let stream = stream(row), covers(stream) else { continue }
            result.append(Reach(
                stream: stream, unit: UnitCode(row["at_unit"]), sequence: UInt64(row["sequence"] as Int64), at: row["at"]))
        }
        return (result, last)
    }

    /// Notes news; what is known already, or less than what is known, changes nothing.
    /// - Returns: whether anything was new.
    static func note(_ reach: [Reach], in db: Database) throws -> Bool {
        var change = try Int64.fetchOne(db, sql: "SELECT coalesce(max(change), 0) FROM reach") ?? 0
        let before = change
        for item in reach {
            let row = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM stream WHERE unit = ? AND incarnation = ? AND audience = ?"),
                arguments: [item.stream.unit.text, Data(item.stream.incarnation.bytes), item.stream.audience.text])
            guard let row else { continue }
            let known = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT coalesce(max(sequence), 0) FROM reach WHERE stream = ? AND unit = ?"),
                arguments: [row, item.unit.text]) ?? 0
            guard Int64(item.sequence) > known else { continue }
            change += 1
            try db.cachedStatement(sql: "INSERT INTO reach (stream, unit, sequence, at, change) VALUES (?, ?, ?, ?, ?)")
                .execute(arguments: [row, item.unit.text, Int64(item.sequence), item.at, change])
        }
        return change > before
    }

    static func stream(_ row: Row) -> StreamID? {
        guard let incarnation = Incarnation(row["incarnation"] as Data), let audience = Audience(row["audience"]) else {
            return nil
        }
        return StreamID(unit: UnitCode(row["unit"]), incarnation: incarnation, audience: audience)
    }
}
