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
    /// Later entries of its dossier that wait for it.
    public let waiting: Int
    /// Nodes that have given the same entry up.
    public let givenUp: [DroppedEntry]
}

extension Reading {
    /// Quarantined entries in order of arrival.
    /// - Parameter place: only this one.
    public func quarantined(_ place: (position: Int64, slot: Int)? = nil, limit: Int = 1000) throws -> [QuarantinedEntry] {
        let rows = try Row.fetchAll(database.cachedStatement(sql: """
            SELECT q.position, q.slot, q.at, q.error, e.sequence, e.bytes, s.unit, s.incarnation, s.audience
            FROM quarantine q JOIN envelope e ON e.position = q.position JOIN stream s ON s.id = e.stream
            WHERE ? IS NULL OR (q.position = ? AND q.slot = ?) ORDER BY q.position, q.slot LIMIT ?
            """), arguments: [place?.position, place?.position, place?.slot, limit])
        return try rows.compactMap { row in
            guard let incarnation = Incarnation(row["incarnation"] as Data), let audience = Audience(row["audience"]) else {
                return nil
            }
            let (position, slot): (Int64, Int) = (row["position"], row["slot"])
            let entries = (try? Envelope(bytes: Array(row["bytes"] as Data)).entries()) ?? []
            let entry = entries.indices.contains(slot) ? entries[slot] : nil
            return QuarantinedEntry(
                position: position, slot: slot, at: row["at"], error: row["error"],
                stream: StreamID(unit: UnitCode(row["unit"]), incarnation: incarnation, audience: audience),
                sequence: UInt64(row["sequence"] as Int64), entry: entry, waiting: try waiting(position, slot),
                givenUp: try entry.map { try givenUp(entry: Hashing.sha256($0.bytes)) } ?? [])
        }
    }

    private func waiting(_ position: Int64, _ slot: Int) throws -> Int {
        try Int.fetchOne(
            database.cachedStatement(sql: "SELECT count(*) FROM parked WHERE waits_for = ?"), arguments: [Quarantine.name(position, slot)]) ?? 0
    }
}

/// How an entry in quarantine is named by those that wait for it, and when too much of a stream is in it.
enum Quarantine {
    static func name(_ position: Int64, _ slot: Int) -> String { "quarantine:\(position).\(slot)" }

    /// Of a stream's last entries…
    static let window = 1000
    /// …more failed ones than this pause it: more than 1 %.
    static let most = 10
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

    /// Gives a quarantined entry up on this node, for ever, and says so in a signed entry that travels up. The envelope stays
    /// in the journal and is relayed as it is; what waited for the entry goes on.
    /// - Returns: false when no such entry is in quarantine.
    public func dropQuarantined(position: Int64, slot: Int, by account: String, reason: String) throws -> Bool {
        guard let found = try reading.quarantined((position, slot)).first else { return false }
        try database.execute(
            literal: """
                INSERT OR REPLACE INTO dropped (position, slot, at, account, reason)
                VALUES (\(position), \(slot), \(now), \(account), \(reason))
                """)
        try database.execute(literal: "DELETE FROM quarantine WHERE position = \(position) AND slot = \(slot)")
        memory.hasQuarantine = nil
        if let entry = found.entry, let own = try reading.ownUnit(), try hosts(own) {
            let drop = DroppedEntry(
                stream: found.stream, sequence: found.sequence, slot: slot, entryHash: Hashing.sha256(entry.bytes),
                dossier: entry.dossier, by: own, reason: reason, at: now)
            try append(.drop, Payload.encode(drop), as: own, to: .up)
        }
        try releaseWaiting(for: Quarantine.name(position, slot))
        try endAlarmOfEmptyQuarantine()
        return true
    }

    /// At a start: what waited for a newer program, or failed in an older one, is tried again.
    public func retryAfterStart(limit: Int = 10_000) throws {
        let newer = try String.fetchAll(database.cachedStatement(sql: """
            SELECT DISTINCT waits_for FROM parked
            WHERE waits_for LIKE 'kind:%' OR waits_for LIKE 'workflow:%' OR waits_for LIKE 'policy:%' ORDER BY waits_for
            """))
        for what in newer { try releaseWaiting(for: what) }
        for entry in try reading.quarantined(limit: limit) { _ = try retryQuarantined(position: entry.position, slot: entry.slot) }
    }

    private func endAlarmOfEmptyQuarantine() throws {
        let isEmpty = try Bool.fetchOne(database.cachedStatement(sql: "SELECT NOT EXISTS (SELECT 1 FROM quarantine)")) ?? false
        if isEmpty { try clearAlarm("quarantine", subject: "node") }
    }

    /// What an entry must wait for because an earlier one of its dossier is in quarantine; nil: nothing.
    func quarantineBefore(_ entry: Entry) throws -> String? {
        guard try hasQuarantine(), let dossier = entry.dossier else { return nil }
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT position, slot FROM quarantine WHERE dossier = ? ORDER BY position, slot LIMIT 1"),
            arguments: [Data(dossier.bytes)])
        return row.map { Quarantine.name($0["position"], $0["slot"]) }
    }

    private func hasQuarantine() throws -> Bool {
        if let known = memory.hasQuarantine { return known }
        let hasAny = try Bool.fetchOne(database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM quarantine)")) ?? false
        memory.hasQuarantine = hasAny
        return hasAny
    }

    // MARK: Streams of which too much fails

    /// Pauses the apply of a stream when more than 1 % of its last entries up to a position are in quarantine.
    func pauseIfTooMuchFails(at position: Int64) throws {
        guard let place = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT stream, sequence FROM envelope WHERE position = ?"), arguments: [position]) else { return }
        let (stream, sequence): (Int64, Int64) = (place["stream"], place["sequence"])
        let first = try firstSequence(ofLast: Quarantine.window, of: stream, upTo: sequence)
        let failed = try Int.fetchOne(
            database.cachedStatement(sql: """
                SELECT count(*) FROM quarantine q JOIN envelope e ON e.position = q.position
                WHERE e.stream = ? AND e.sequence BETWEEN ? AND ?
                """), arguments: [stream, first, sequence]) ?? 0
        guard failed > Quarantine.most else { return }
        try database.execute(literal: "INSERT OR IGNORE INTO paused_stream (stream, since) VALUES (\(stream), \(now))")
        let name = try String.fetchOne(
            database.cachedStatement(sql: "SELECT unit || '/' || audience FROM stream WHERE id = ?"), arguments: [stream]) ?? ""
        try raiseAlarm(
            "stream.paused", subject: "stream:\(stream)",
            "数据流 \(name) 最近一千条中有 \(failed) 条处理失败，已暂停处理该流（照常保存和转发）。"
                + "请用 quarantine list 查看，升级或处理后运行 resume stream:\(stream)。")
    }

    private func firstSequence(ofLast count: Int, of stream: Int64, upTo sequence: Int64) throws -> Int64 {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT sequence, bytes FROM envelope WHERE stream = ? AND sequence <= ? ORDER BY sequence DESC LIMIT ?",
            arguments: [stream, sequence, count])
        var (seen, first) = (0, sequence)
        while seen < count, let row = try rows.next() {
            seen += max(1, (try? Envelope(bytes: Array(row["bytes"] as Data)).count) ?? 1)
            first = row["sequence"]
        }
        return first
    }

    func isPaused(at position: Int64) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: """
                SELECT EXISTS (SELECT 1 FROM envelope e JOIN paused_stream p ON p.stream = e.stream WHERE e.position = ?)
                """), arguments: [position]) ?? false
    }

    /// Goes on with a paused stream.
    /// - Returns: false when it is not paused.
    public func resumeStream(_ stream: Int64) throws -> Bool {
        try database.execute(literal: "DELETE FROM paused_stream WHERE stream = \(stream)")
        guard database.changesCount > 0 else { return false }
        try clearAlarm("stream.paused", subject: "stream:\(stream)")
        return true
    }
}

extension Reading {
    /// Streams that are stored and relayed, but not applied for the time being: `stream:ROW`.
    public func pausedStreams() throws -> [String] {
        try Int64.fetchAll(database.cachedStatement(sql: "SELECT stream FROM paused_stream ORDER BY stream")).map { "stream:\($0)" }
    }
}
