import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Keys that have spoken: applies seals and answers what they end. Built in, because the journal itself asks.
struct KeySeals: Projection {
    let kinds: Set<EntryKind> = [.seal]
    let migrations: [(name: String, sql: String)] = []

    /// Only an authority above the unit ends its keys.
    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let seal = Payload.seal(entry.payload) else { return .void("malformed seal") }
        guard seal.issuer == writer.unit else { return .void("seal in another's name") }
        guard transaction.directory.unit(seal.unit) != nil else { return .parked(waitsFor: "unit:\(seal.unit)") }
        guard transaction.directory.contains(seal.issuer, seal.unit), seal.issuer != seal.unit else {
            return .void("seal outside the issuer's path")
        }
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO key_seal (act, unit, generation, issuer, revoked, reason, at)
                VALUES (\(Data(entry.act.bytes)), \(seal.unit.text), \(seal.generation), \(seal.issuer.text), \(seal.isRevocation),
                        \(seal.reason), \(seal.at))
                """)
        for head in seal.heads {
            try transaction.database.execute(
                literal: """
                    INSERT OR IGNORE INTO key_seal_head (act, incarnation, audience, sequence, hash)
                    VALUES (\(Data(entry.act.bytes)), \(Data(head.stream.incarnation.bytes)), \(head.stream.audience.text),
                            \(Int64(head.sequence)), \(Data(head.hash.bytes)))
                    """)
        }
        if seal.isRevocation, try transaction.hosts(seal.unit) {
            try transaction.raiseAlarm("revoked", subject: seal.unit.text, "单位 \(seal.unit) 的密钥已被上级吊销,请联系上级,凭新的邀请码重新入网。")
        }
        return .applied
    }
}

extension UnitDirectory {
    /// How far a key of a unit speaks in a stream; nil without a seal on it.
    public func lastGoodSequence(of stream: StreamID, keyID: [UInt8]) throws -> UInt64? {
        try Int64.fetchOne(
            database.cachedStatement(sql: """
                SELECT min(coalesce(h.sequence, 0)) FROM unit_key k
                JOIN key_seal s ON s.unit = k.unit AND s.generation >= k.generation
                LEFT JOIN key_seal_head h ON h.act = s.act AND h.incarnation = ? AND h.audience = ?
                WHERE k.unit = ? AND k.key_id = ?
                """),
            arguments: [Data(stream.incarnation.bytes), stream.audience.text, stream.unit.text, Data(keyID)]).map(UInt64.init)
    }

    /// Whether the unit's active key, and with it its node's right to link, has been revoked.
    public func isRevoked(_ unit: UnitCode) throws -> Bool {
        guard let active = try activeKey(of: unit) else { return false }
        return try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM key_seal WHERE unit = ? AND revoked AND generation >= ?)"),
            arguments: [unit.text, active.generation]) ?? false
    }
}

extension Transaction {
    /// Says, as an authority, that a unit's keys up to its active one have spoken as far as is stored here and no further.
    public func sealKeys(of unit: UnitCode, by issuer: UnitCode, isRevocation: Bool, reason: String = "") throws {
        guard let active = try directory.activeKey(of: unit) else { return }
        let seal = KeySeal(
            unit: unit, issuer: issuer, generation: active.generation, isRevocation: isRevocation,
            heads: try Journal.heads(in: database, of: unit), reason: reason, at: now)
        try append(.seal, Payload.encode(seal), as: issuer, to: .subtree(unit))
    }
}
