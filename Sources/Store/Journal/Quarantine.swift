import FoundationEssentials
import GRDB
import Protocol
import Rules

/// An entry on which our own handler failed. Its place names it: `position/slot`.
public struct QuarantinedEntry: Sendable, Hashable {
    public let position: Int64
    public let slot: Int
    /// Seconds since 1970.
    public let at: Int64
    /// English, for engineers.
    public let error: String
    public let stream: StreamID
    public let sequence: UInt64
    /// Nil when the envelope cannot be read any more.
    public let entry: Entry?
}

extension Reading {
    /// Quarantined entries in order of arrival.
    /// - Parameter place: only this one.
    public func quarantined(_ place: (position: Int64, slot: Int)? = nil, limit: Int = 1000) throws -> [QuarantinedEntry] {
        let rows = try Row.fetchAll(database, sql: """
            SELECT q.position, q.slot, q.at, q.error, e.sequence, e.bytes, s.unit, s.incarnation, s.audience
            FROM quarantine q JOIN envelope e ON e.position = q.position JOIN stream s ON s.id = e.stream
            WHERE ? IS NULL OR (q.position = ? AND q.slot = ?) ORDER BY q.position, q.slot LIMIT ?
            """, arguments: [place?.position, place?.position, place?.slot, limit])
        return rows.compactMap { row in
            guard let incarnation = Incarnation(row["incarnation"] as Data), let audience = Audience(row["audience"]) else {
                return nil
            }
            let slot: Int = row["slot"]
            let entries = (try? Envelope(bytes: Array(row["bytes"] as Data)).entries()) ?? []
            return QuarantinedEntry(
                position: row["position"], slot: slot, at: row["at"], error: row["error"],
                stream: StreamID(unit: UnitCode(row["unit"]), incarnation: incarnation, audience: audience),
                sequence: UInt64(row["sequence"] as Int64), entry: entries.indices.contains(slot) ? entries[slot] : nil)
        }
    }
}

extension Transaction {
    /// Tries a quarantined entry again, after an upgrade for example. When it fails again it is quarantined again.
    /// - Returns: nil when no such entry is in quarantine.
    public func retryQuarantined(position: Int64, slot: Int) throws -> ApplicationReport? {
        guard try !reading.quarantined((position, slot)).isEmpty else { return nil }
        let report = try applyQuarantined(position: position, slot: slot)
        try endAlarmOfEmptyQuarantine()
        return report
    }

    /// Gives a quarantined entry up on this node, for ever. The envelope stays in the journal and is relayed as it is.
    /// - Returns: false when no such entry is in quarantine.
    public func dropQuarantined(position: Int64, slot: Int, by account: String, reason: String) throws -> Bool {
        guard try !reading.quarantined((position, slot)).isEmpty else { return false }
        try database.execute(
            literal: """
                INSERT OR REPLACE INTO dropped (position, slot, at, account, reason)
                VALUES (\(position), \(slot), \(now), \(account), \(reason))
                """)
        try database.execute(literal: "DELETE FROM quarantine WHERE position = \(position) AND slot = \(slot)")
        try endAlarmOfEmptyQuarantine()
        return true
    }

    private func endAlarmOfEmptyQuarantine() throws {
        let isEmpty = try Bool.fetchOne(database, sql: "SELECT NOT EXISTS (SELECT 1 FROM quarantine)") ?? false
        if isEmpty { try clearAlarm("quarantine", subject: "node") }
    }
}
