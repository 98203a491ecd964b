import FoundationEssentials
import GRDB
import Protocol
import Rules

/// What one pass of the second stage did.
public struct ApplicationReport: Sendable, Hashable {
    public var envelopes = 0
    public var applied = 0
    public var parked = 0
    public var void = 0
    public var quarantined = 0
    /// Whether envelopes or errands are left for another pass.
    public var hasMore = false

    var entries: Int { applied + parked + void + quarantined }
}

extension Transaction {
    /// Entries after which a pass takes no further envelope when others wait at the gate: a twentieth of a second.
    private static let entriesOfPass = 100
    /// When nobody waits: large transactions cost less for each entry.
    private static let entriesOfLongPass = 500

    /// Second stage: runs the handlers over stored envelopes in order of arrival, then the offices, in one transaction.
    /// - Parameters:
    ///   - limit: envelopes of this pass, which ends sooner where they hold many entries.
    ///   - after: only what was stored after this position.
    ///   - withOffices: false where tables are only rebuilt and nobody acts on them.
    public func applyStored(limit: Int = 100, after: Int64 = 0, withOffices: Bool = true) throws -> ApplicationReport {
        var report = ApplicationReport()
        if withOffices { beginOfficesPass() }
        var positions = try unappliedPositions(after: after, limit: limit)
        report.hasMore = positions.count == limit
        var hasPaused = false
        for (index, position) in positions.enumerated() {
            if withOffices, report.entries >= (isAwaited ? Self.entriesOfPass : Self.entriesOfLongPass) {
                positions.removeSubrange(index...)
                report.hasMore = true
                break
            }
            if hasPaused, try isPaused(at: position) { continue }
            let failed = report.quarantined
            try applyEnvelope(at: position, &report)
            report.envelopes += 1
            try settleMany()
            // Tables that are only rebuilt stop at nothing.
            if report.quarantined > failed, withOffices {
                try pauseIfTooMuchFails(at: position)
                hasPaused = true
            }
        }
        if withOffices { try noteApplied(positions) }
        try retryParked(&report)
        // A journal that is only read again has been cut as its seals say, and the centre has answered them.
        if withOffices { try withdrawRevoked() } else { _ = takeRevoked() }
        try settle()
        if withOffices, try mayOfficesWork() { for office in book.offices where try work(office) { report.hasMore = true } }
        return report
    }

    /// What came from below is told there as applied here: one row a stream.
    private func noteApplied(_ positions: [Int64]) throws {
        guard let first = positions.first, let last = positions.last, let own = try reading.ownUnit() else { return }
        try database.cachedStatement(sql: """
            INSERT OR IGNORE INTO reach_applied (stream, unit, sequence, at, change)
            SELECT stream, ?1, max(sequence), ?2, row_number() OVER (ORDER BY stream) + max(
                (SELECT coalesce(max(change), 0) FROM reach), (SELECT coalesce(max(change), 0) FROM reach_applied))
            FROM envelope WHERE position BETWEEN ?3 AND ?4 AND applied_at = ?2 AND source NOT IN ('', ?5) GROUP BY stream
            """).execute(arguments: [own.text, now, first, last, Neighbour.parent.source])
    }

    private func unappliedPositions(after: Int64, limit: Int) throws -> [Int64] {
        let areSomePaused = try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM paused_stream)")) ?? false
        guard areSomePaused else {
            return try Int64.fetchAll(
                database.cachedStatement(sql: "SELECT position FROM unapplied WHERE position > ? ORDER BY position LIMIT ?"), arguments: [after, limit])
        }
        return try Int64.fetchAll(
            database.cachedStatement(sql: """
                SELECT u.position FROM unapplied u JOIN envelope e ON e.position = u.position
                WHERE u.position > ? AND e.stream NOT IN (SELECT stream FROM paused_stream) ORDER BY u.position LIMIT ?
                """), arguments: [after, limit])
    }

    /// An office that fails undoes only its own work; its errands stay queued, and the operator is told.
    private func work(_ office: any Office) throws -> Bool {
        let name = "\(type(of: office))"
        do {
            let hasMore = try attempt {
                let hasMore = try office.work(in: self)
                try settle()
                return hasMore
            }
            try clearAlarm("office", subject: name)
            return hasMore
        } catch let error as DatabaseError where error.isOfTheDisk {
            throw error
        } catch {
            try raiseAlarm("office", subject: name, "自动办理环节 \(name) 出错，已保留待办，稍后重试：\(error)")
            return false
        }
    }

    func applyEnvelope(at position: Int64, _ report: inout ApplicationReport) throws {
        let given = try Set(Int.fetchAll(
            database.cachedStatement(sql: "SELECT slot FROM dropped WHERE position = ?"), arguments: [position]))
        for (slot, entry) in try entries(at: position).enumerated() where !given.contains(slot) {
            if let entry { try applySlot(entry.0, of: entry.1, position, slot, &report) }
        }
        try database.cachedStatement(sql: "DELETE FROM unapplied WHERE position = ?").execute(arguments: [position])
        try database.cachedStatement(sql: "UPDATE envelope SET applied_at = ? WHERE position = ?")
            .execute(arguments: [now, position])
    }

    func entries(at position: Int64) throws -> [(Entry, StreamID)?] {
        guard let bytes = try Data.fetchOne(
            database.cachedStatement(sql: "SELECT bytes FROM envelope WHERE position = ?"), arguments: [position])
        else { return [] }
        let envelope = try Envelope(bytes: Array(bytes))
        return try envelope.entries().map { entry in entry.map { ($0, envelope.stream) } }
    }

    /// One entry in a savepoint of its own: a handler that fails delays nothing else.
    private func applySlot(
        _ entry: Entry, of stream: StreamID, _ position: Int64, _ slot: Int, _ report: inout ApplicationReport
    ) throws {
        let outcome: Outcome
        do {
            if let earlier = try quarantineBefore(entry) {
                outcome = .parked(waitsFor: earlier)
            } else {
                outcome = try attempt { try apply(entry, of: stream) }
            }
        } catch let error as DatabaseError where error.isOfTheDisk {
            throw error
        } catch {
            try quarantine(position, slot, entry.dossier, "\(error)")
            report.quarantined += 1
            return
        }
        switch outcome {
        case .applied: report.applied += 1
        case .parked(let what):
            report.parked += 1
            try database.execute(
                literal: "INSERT OR REPLACE INTO parked (position, slot, waits_for) VALUES (\(position), \(slot), \(what))")
        case .void(let reason):
            report.void += 1
            try database.execute(
                literal: "INSERT OR REPLACE INTO void (position, slot, reason) VALUES (\(position), \(slot), \(reason))")
            // No honest node writes what it may not write: its operator's authority should know.
            if try !hosts(stream.unit) { try noteRefusals("entry.void", from: stream.unit.text, label: "内容超出签发单位的权限，不生效", count: 1) }
        }
    }

    /// Runs the handler again on a quarantined entry; what waited for it follows.
    func applyQuarantined(position: Int64, slot: Int) throws -> ApplicationReport {
        var report = ApplicationReport()
        try database.execute(literal: "DELETE FROM quarantine WHERE position = \(position) AND slot = \(slot)")
        memory.hasQuarantine = nil
        let all = try entries(at: position)
        guard all.indices.contains(slot), let entry = all[slot] else { return report }
        let others = report
        try applySlot(entry.0, of: entry.1, position, slot, &report)
        // The outcome is the entry's own; what waited for it is counted elsewhere.
        if report.quarantined == others.quarantined { try releaseWaiting(for: Quarantine.name(position, slot)) }
        return report
    }

    /// Tries again what waited for something, and what waited for that.
    func releaseWaiting(for what: String) throws {
        satisfy(what)
        var report = ApplicationReport()
        try retryParked(&report)
    }

    private func quarantine(_ position: Int64, _ slot: Int, _ dossier: DossierID?, _ error: String) throws {
        try database.execute(
            literal: """
                INSERT OR REPLACE INTO quarantine (position, slot, at, error, dossier)
                VALUES (\(position), \(slot), \(now), \(error), \(dossier.map { Data($0.bytes) }))
                """)
        memory.hasQuarantine = true
        try raiseAlarm("quarantine", subject: "node", "有记录处理失败，已隔离，其余照常。请用 quarantine 命令查看。")
    }

    /// Tries again what waited for something that came; chains of waiting entries resolve in one call.
    func retryParked(_ report: inout ApplicationReport) throws {
        var came = takeSatisfied()
        while !came.isEmpty {
            // Most of the time nothing waits, and every step of a pass has come.
            guard try Bool.fetchOne(database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM parked)")) ?? false else { return }
            for what in came.sorted() {
                let waiting = try Row.fetchAll(
                    database.cachedStatement(sql: "SELECT position, slot FROM parked WHERE waits_for = ? ORDER BY position, slot"),
                    arguments: [what])
                for row in waiting { try retry(position: row["position"], slot: row["slot"], &report) }
            }
            came = takeSatisfied()
        }
    }

    private func retry(position: Int64, slot: Int, _ report: inout ApplicationReport) throws {
        try database.execute(literal: "DELETE FROM parked WHERE position = \(position) AND slot = \(slot)")
        let all = try entries(at: position)
        guard all.indices.contains(slot), let entry = all[slot] else { return }
        try applySlot(entry.0, of: entry.1, position, slot, &report)
    }
}

extension DatabaseError {
    /// Whether file or memory failed, not the statement: nothing is learnt then about the entry that was being worked on, and the
    /// whole transaction is tried again.
    var isOfTheDisk: Bool {
        switch resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM,
             .SQLITE_ABORT, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_INTERRUPT, .SQLITE_PROTOCOL: true
        default: false
        }
    }
}
