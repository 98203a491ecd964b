import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Envelopes that lost a fork. Whoever stands nearer the root keeps the losing copy and hands it to its writer, who alone may
/// write those acts again, under a new incarnation and with the same act ids. Nothing is dropped.
extension Transaction {
    /// - Parameter isSettled: whether nothing is left to do with it: its acts are written again, or its writer has it.
    func keepSalvage(_ envelope: Envelope, from source: String, isSettled: Bool) throws {
        try database.execute(
            literal: """
                INSERT INTO salvage (hash, unit, sequence, source, at, bytes, settled_at)
                VALUES (\(Data(envelope.hash.bytes)), \(envelope.stream.unit.text), \(Int64(envelope.sequence)), \(source), \(now),
                        \(Data(envelope.bytes)), \(isSettled ? now : nil))
                ON CONFLICT DO UPDATE SET settled_at = coalesce(settled_at, excluded.settled_at)
                """)
    }

    func isSalvaged(_ hash: Digest) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM salvage WHERE hash = ?)"), arguments: [Data(hash.bytes)])
            ?? false
    }

    /// Writes the acts of a lost envelope of a unit hosted here again; once for each envelope.
    /// - Returns: how many acts were written.
    @discardableResult
    func writeAgain(_ envelope: Envelope, from source: String) throws -> Int {
        guard try !isInJournal(envelope), try !isSettled(envelope) else { return 0 }
        // What a revoked key has said is not the writer's to say again.
        if try directory.isRevoked(envelope) {
            try keepSalvage(envelope, from: source, isSettled: true)
            return 0
        }
        let unit = envelope.stream.unit
        if try incarnation(of: unit) == envelope.stream.incarnation { try beginRecovery(.rolledBack) }
        try keepSalvage(envelope, from: source, isSettled: true)
        let entries = try envelope.entries().compactMap { $0 }
        for entry in entries { try append(again: entry, of: envelope.stream) }
        try raiseMended(unit, acts: entries.count)
        return entries.count
    }

    /// What was handed over to a unit while nobody wrote for it is written again by this node, which does from now on; what the unit
    /// has said by now is not.
    public func takeUpSalvage(of unit: UnitCode) throws {
        let lost = try entries(sql: "s.audience = ?", Audience.unit(unit).text).filter { $0.kind == EntryKind.salvage.rawValue }
            .compactMap { try? Envelope(bytes: $0.payload) }.filter { $0.stream.unit == unit }
        guard !lost.isEmpty else { return }
        // An act that was said to several audiences is said again to each that has not got it.
        var known: [Audience: Set<ActID>] = [:]
        for envelope in lost {
            guard let key = try directory.key(of: unit, id: envelope.keyID), (try? envelope.verify(key)) != nil else { continue }
            let audience = envelope.stream.audience
            var said = try known[audience] ?? Set(entries(sql: "s.unit = ? AND s.audience = ?", unit.text, audience.text).map(\.act))
            let acts = try envelope.entries().compactMap { $0?.act }.filter { said.insert($0).inserted }
            known[audience] = said
            guard !acts.isEmpty else { continue }
            try database.execute(literal: "UPDATE salvage SET settled_at = NULL WHERE hash = \(Data(envelope.hash.bytes))")
            try writeAgain(envelope, from: "")
        }
    }

    /// Of some streams, in the order in which they came.
    private func entries(sql condition: String, _ values: String...) throws -> [Entry] {
        try Data.fetchAll(
            database, sql: "SELECT e.bytes FROM stream s JOIN envelope e ON e.stream = s.id WHERE \(condition) ORDER BY e.position",
            arguments: StatementArguments(values)
        ).flatMap { try Envelope(bytes: Array($0)).entries().compactMap { $0 } }
    }

    func raiseMended(_ unit: UnitCode, acts: Int) throws {
        try raiseAlarm(
            "fork.mended", subject: unit.text,
            "单位 \(unit) 的数据流曾出现两个不同的后续，落选的一份已另存，其中 \(acts) 项已以新的化身重新写入，请核对最近办理的业务，"
                + "然后运行 alarm acknowledge fork.mended \(unit)。")
    }

    private func isInJournal(_ envelope: Envelope) throws -> Bool {
        guard let row = try Journal.find(envelope.stream, in: database) else { return false }
        return try Journal.hash(ofRow: row, at: envelope.sequence, in: database) == envelope.hash
    }

    private func isSettled(_ envelope: Envelope) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM salvage WHERE hash = ? AND settled_at IS NOT NULL)"),
            arguments: [Data(envelope.hash.bytes)]) ?? false
    }

    /// Sends lost envelopes of other units to their writers: down the path, or up to the root. Its own unit must not be
    /// recovering.
    public func handSalvageOver(limit: Int = 50) throws {
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT hash, unit, bytes FROM salvage WHERE settled_at IS NULL ORDER BY at, unit, sequence LIMIT ?"),
            arguments: [limit])
        guard !rows.isEmpty, let own = try reading.ownUnit(), try mayOfficesWork() else { return }
        for row in rows {
            let writer = UnitCode(row["unit"])
            let hash: Data = row["hash"]
            if try hosts(writer) {
                // It came to be written for here after the fork was found.
                try writeAgain(try Envelope(bytes: Array(row["bytes"] as Data)), from: own.text)
            } else {
                let audience: Audience = directory.contains(own, writer) ? .unit(writer) : .up
                try append(
                    .salvage, Array(row["bytes"] as Data), as: own, to: audience, act: ActID(hash.prefix(16)))
            }
            try database.execute(literal: "UPDATE salvage SET settled_at = \(now) WHERE hash = \(hash)")
        }
        for writer in Set(rows.map { $0["unit"] as String }).sorted() {
            if try !isUnsettled(writer) { try clearAlarm("fork", subject: writer) }
        }
    }
}

/// A lost envelope on its way to its writer. Its own signature says whose it is; who brings it does not matter.
struct SalvageProjection: Projection {
    let kinds: Set<EntryKind> = [.salvage]
    let migrations: [(name: String, sql: String)] = []

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let envelope = try? Envelope(bytes: entry.payload) else { return .void("malformed envelope") }
        guard try transaction.hosts(envelope.stream.unit) else { return .applied }
        guard let key = try transaction.directory.key(of: envelope.stream.unit, id: envelope.keyID) else {
            return .parked(waitsFor: "key:\(envelope.stream.unit)")
        }
        guard (try? envelope.verify(key)) != nil else { return .void("bad signature") }
        try transaction.writeAgain(envelope, from: writer.unit.text)
        return .applied
    }
}

extension Transaction {
    /// Ends the alarms of streams that stand still no longer, after heads were compared with the parent to the end.
    public func clearLinkAlarms(except held: [StreamID: Acceptance.Refusal]) throws {
        let units = Set(held.keys.map(\.unit.text))
        let streams = Set(held.keys.map { "\($0.unit.text)/\($0.audience.text)" })
        let raised = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT code, subject FROM alarm WHERE code IN ('held', 'missing', 'fork') ORDER BY code, subject"))
        for row in raised {
            let (code, subject): (String, String) = (row["code"], row["subject"])
            let isOpen = switch code {
            case "held": streams.contains(subject)
            case "missing": units.contains(subject)
            default: try units.contains(subject) || isUnsettled(subject)
            }
            if !isOpen { try clearAlarm(code, subject: subject) }
        }
    }

    private func isUnsettled(_ unit: String) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM salvage WHERE unit = ? AND settled_at IS NULL)"), arguments: [unit]) ?? false
    }
}
