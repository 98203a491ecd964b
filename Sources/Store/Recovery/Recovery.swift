import GRDB
import Protocol
import Rules

/// Why a unit's store is behind what the unit has already told the world.
public enum RecoveryCause: String, Sendable, Hashable {
    /// An operator put a backup back.
    case restored
    /// The parent holds more of our streams than we do: a snapshot of the machine was put back.
    case rolledBack
    /// A unit that has written before goes on with an empty disk.
    case joinedAgain
}

extension Reading {
    /// Hosted units that wait for their old streams, in order of code.
    public func recoveringUnits() throws -> [UnitCode] {
        try String.fetchAll(database.cachedStatement(sql: "SELECT unit FROM recovering ORDER BY unit")).map { UnitCode($0) }
    }

    /// Whether the unit's old streams are still to come back.
    public func isRecovering(_ unit: UnitCode) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM recovering WHERE unit = ?)"), arguments: [unit.text]) ?? false
    }

    /// Whether something that the unit wrote is stored and not yet applied.
    public func hasUnapplied(of unit: UnitCode) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: """
                SELECT EXISTS (SELECT 1 FROM unapplied u JOIN envelope e ON e.position = u.position
                  JOIN stream s ON s.id = e.stream WHERE s.unit = ?)
                """), arguments: [unit.text]) ?? false
    }

    /// Refuses what may not be done before the unit's old streams are back: anything but taking in new pupils.
    /// - Throws: `StoreError.recovering`.
    public func mustNotBeRecovering(_ unit: UnitCode) throws {
        guard try isRecovering(unit) else { return }
        throw StoreError(
            .recovering, message: "单位 \(unit) 的旧数据尚未全部从上级取回（刚从备份或快照恢复，或换了机器），现在只能录入新生。",
            remedy: "请保持节点运行并连通上级，取回后自动解除；status 的告警会随之消失。", cause: "recovering")
    }
}

extension Transaction {
    static let recoveryAlarm = "recovering"

    /// Marks every hosted unit as recovering and continues it under a new incarnation, so that no sequence number is used
    /// twice whatever was written after the copy was taken.
    /// - Returns: the new incarnations, the node's own unit first.
    @discardableResult
    public func beginRecovery(_ cause: RecoveryCause) throws -> [(unit: UnitCode, incarnation: Incarnation)] {
        try beginRefill()
        return try reading.hostedUnits().map { unit in
            let incarnation = try mintIncarnation(of: unit)
            try markRecovering(unit, cause)
            return (unit, incarnation)
        }
    }

    /// The parent holds more of a hosted unit's stream than we do. When it is the stream that is being written now, all
    /// hosted units go on under new incarnations, for the whole store went back in time.
    public func noteRolledBack(_ stream: StreamID) throws {
        guard try hosts(stream.unit) else { return }
        guard try incarnation(of: stream.unit) != stream.incarnation else {
            try beginRecovery(.rolledBack)
            return
        }
        try markRecovering(stream.unit, .rolledBack)
    }

    /// A unit that has written before goes on with an empty disk: old dossiers may have come back only in part, and a step on a part
    /// would fork its own chain.
    public func noteReturning(_ unit: UnitCode) throws { try markRecovering(unit, .joinedAgain) }

    private func markRecovering(_ unit: UnitCode, _ cause: RecoveryCause) throws {
        try database.execute(
            literal: """
                INSERT OR IGNORE INTO recovering (unit, since, cause) VALUES (\(unit.text), \(now), \(cause.rawValue))
                """)
        try raiseAlarm(
            Self.recoveryAlarm, subject: unit.text,
            "单位 \(unit) 的数据\(cause == .joinedAgain ? "不在这台机器上" : "曾回到较早时刻")，正从上级取回旧数据；取回前只能录入新生，不能办理其他业务，也不能取号。")
    }

    /// Continues a hosted unit under a new incarnation with the same key.
    @discardableResult
    public func mintIncarnation(of unit: UnitCode) throws -> Incarnation {
        let secret = try secret(of: unit)
        let incarnation = surroundings.incarnation()
        try keepSecret(secret, of: unit, incarnation: incarnation)
        return incarnation
    }

    /// Ends the recovery of the units whose old streams are back and applied.
    /// - Parameter held: units of which a stream still stands still: their copies are not back.
    /// - Returns: the units that may do everything again.
    @discardableResult
    public func endRecovery(except held: Set<UnitCode> = []) throws -> [UnitCode] {
        var ended: [UnitCode] = []
        for unit in try reading.recoveringUnits() where !held.contains(unit) {
            guard try !reading.hasUnapplied(of: unit) else { continue }
            try database.execute(literal: "DELETE FROM recovering WHERE unit = \(unit.text)")
            try clearAlarm(Self.recoveryAlarm, subject: unit.text)
            try clearAlarm("rolledBack", subject: unit.text)
            ended.append(unit)
        }
        if !ended.isEmpty, try reading.ownUnit() == .centre, try mayOfficesWork() {
            for unit in try directory.revokedUnits() { noteRevoked(unit) }
            try withdrawRevoked()
        }
        return ended
    }

    /// The gate's rule while a unit recovers: the first step of a new dossier, and what belongs to recovery itself; nothing
    /// else.
    func checkRecovery(_ kind: EntryKind, _ payload: [UInt8], as unit: UnitCode) throws {
        switch kind {
        case .incarnation, .salvage, .drop, .address: return
        default: break
        }
        if kind == .step, steps.step(payload)?.kind == .enter { return }
        try reading.mustNotBeRecovering(unit)
    }

    /// Whether the offices may act: not while a unit in whose name they write is recovering.
    func mayOfficesWork() throws -> Bool { try reading.recoveringUnits().isEmpty && !reading.isClone() }
}
