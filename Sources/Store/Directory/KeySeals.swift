import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Keys that have spoken: applies seals and answers what they end. Built in, because the journal itself asks.
struct KeySeals: Projection {
    let kinds: Set<EntryKind> = [.seal]
    let migrations: [(name: String, sql: String)] = []
    let tables = [
        (table: "key_seal", sql: "SELECT * FROM key_seal ORDER BY act"),
        (table: "key_seal_head", sql: "SELECT * FROM key_seal_head ORDER BY act, incarnation, audience"),
    ]

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
                INSERT OR IGNORE INTO key_seal (act, unit, generation, issuer, revoked, reason, at, topology)
                VALUES (\(Data(entry.act.bytes)), \(seal.unit.text), \(seal.generation), \(seal.issuer.text), \(seal.isRevocation),
                        \(seal.reason), \(seal.at), \(seal.topology))
                """)
        for head in seal.heads {
            try transaction.database.execute(
                literal: """
                    INSERT OR IGNORE INTO key_seal_head (act, incarnation, audience, sequence, hash)
                    VALUES (\(Data(entry.act.bytes)), \(Data(head.stream.incarnation.bytes)), \(head.stream.audience.text),
                            \(Int64(head.sequence)), \(Data(head.hash.bytes)))
                    """)
        }
        if seal.isRevocation {
            transaction.noteRevoked(seal.unit)
            try shutOut(seal, in: transaction)
        }
        return .applied
    }

    /// The seal on the very key that this node signs with; not one on a key that it had before.
    private func shutOut(_ seal: KeySeal, in transaction: Transaction) throws {
        guard try transaction.hosts(seal.unit), let own = try transaction.enrolmentOfSecret(of: seal.unit),
              seal.covers(generation: own.generation, topology: own.topology) else { return }
        try transaction.noteShutOut("单位 \(seal.unit) 的密钥已由上级 \(seal.issuer) 吊销：\(seal.reason)")
    }
}

/// The end of what a key may say in a stream.
struct LastGood: Sendable, Hashable {
    /// 0: nothing in it is good.
    let sequence: UInt64
    /// Of the link with that sequence.
    let hash: Digest?

    /// Whether a link is beyond it, or another one in the place of the last good one.
    func isPassed(by envelope: Envelope) -> Bool {
        envelope.sequence > sequence || (envelope.sequence == sequence && envelope.hash != hash)
    }
}

extension UnitDirectory {
    /// Whether a seal `s` covers a key `k`: `KeySeal.covers`.
    private static let covers = """
        (CASE WHEN s.topology = 0 THEN k.generation <= s.generation
         ELSE k.topology < s.topology OR k.topology = s.topology AND k.generation <= s.generation END)
        """

    /// How far a key of a unit speaks in a stream; nil without a seal on it. The shortest counts; the centre's revocations count before
    /// all other seals, for it alone knows what it has settled.
    /// - Parameter byRevocation: seals of revocations alone count.
    func lastGood(of stream: StreamID, keyID: [UInt8], byRevocation: Bool = false) throws -> LastGood? {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: """
                SELECT coalesce(h.sequence, 0) AS sequence, h.hash FROM unit_key k
                JOIN key_seal s ON s.unit = k.unit AND \(Self.covers) AND (s.revoked OR NOT ?)
                LEFT JOIN key_seal_head h ON h.act = s.act AND h.incarnation = ? AND h.audience = ?
                WHERE k.unit = ? AND k.key_id = ? ORDER BY (s.revoked AND s.issuer = ?) DESC, 1, s.act LIMIT 1
                """),
            arguments: [
                byRevocation, Data(stream.incarnation.bytes), stream.audience.text, stream.unit.text, Data(keyID),
                UnitCode.centre.text,
            ])
        return row.map { LastGood(sequence: UInt64($0["sequence"] as Int64), hash: ($0["hash"] as Data?).flatMap { Digest($0) }) }
    }

    /// Whether an envelope is beyond the last good link of a revoked key.
    public func isRevoked(_ envelope: Envelope) throws -> Bool {
        let last = try lastGood(of: envelope.stream, keyID: envelope.keyID, byRevocation: true)
        return last?.isPassed(by: envelope) ?? false
    }

    /// Whether the unit's active key, and with it its node's right to link, has been revoked.
    public func isRevoked(_ unit: UnitCode) throws -> Bool { try revocation(of: unit) != nil }

    /// The revocations of a unit's keys that are known here, oldest generation first.
    func revocations(of unit: UnitCode) throws -> [KeySeal] {
        try Row.fetchAll(
            database.cachedStatement(sql: "SELECT * FROM key_seal WHERE unit = ? AND revoked ORDER BY generation, at, act"), arguments: [unit.text]
        ).map { row in
            let heads = try Row.fetchAll(
                database.cachedStatement(sql: "SELECT * FROM key_seal_head WHERE act = ? ORDER BY audience, incarnation"), arguments: [row["act"] as Data])
            return KeySeal(
                unit: unit, issuer: UnitCode(row["issuer"]), generation: row["generation"], topology: row["topology"], isRevocation: true,
                heads: heads.compactMap { head in
                    guard let incarnation = Incarnation(head["incarnation"] as Data), let audience = Audience(head["audience"]),
                          let hash = Digest(head["hash"] as Data) else { return nil }
                    return StreamHead(
                        stream: StreamID(unit: unit, incarnation: incarnation, audience: audience),
                        sequence: UInt64(head["sequence"] as Int64), hash: hash)
                }, reason: row["reason"], at: row["at"])
        }
    }

    /// Units of which a key was revoked, in order of code.
    func revokedUnits() throws -> [UnitCode] {
        try String.fetchAll(database.cachedStatement(sql: "SELECT DISTINCT unit FROM key_seal WHERE revoked ORDER BY unit")).map { UnitCode($0) }
    }

    /// Who revoked the unit's active key, when (seconds since 1970) and why; nil when nobody has.
    public func revocation(of unit: UnitCode) throws -> (issuer: UnitCode, at: Int64, reason: String)? {
        guard let active = try activeKey(of: unit) else { return nil }
        return try Row.fetchOne(
            database.cachedStatement(sql: """
                SELECT s.issuer, s.at, s.reason FROM unit_key k JOIN key_seal s ON s.unit = k.unit AND s.revoked AND \(Self.covers)
                WHERE k.unit = ? AND k.key_id = ? ORDER BY s.at, s.issuer DESC, s.act LIMIT 1
                """),
            arguments: [unit.text, Data(active.key.id)]
        ).map { (UnitCode($0["issuer"]), $0["at"], $0["reason"]) }
    }

    /// When any of the unit's keys was revoked last, also one that another has replaced since; seconds since 1970.
    public func newestRevocation(of unit: UnitCode) throws -> Int64? {
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(at) FROM key_seal WHERE unit = ? AND revoked"), arguments: [unit.text])
    }
}

extension Transaction {
    /// Says, as an authority, that a unit's keys up to its active one have spoken as far as is stored here and no further; a newer
    /// one takes their place.
    public func sealKeys(of unit: UnitCode, by issuer: UnitCode) throws {
        guard let active = try directory.activeKey(of: unit) else { return }
        let seal = KeySeal(
            unit: unit, issuer: issuer, generation: active.generation, topology: active.topology, isRevocation: false,
            heads: try Journal.heads(in: database, of: unit), reason: "", at: now)
        let act = surroundings.act()
        for audience in audiences(ofKeysOf: unit) { try append(.seal, Payload.encode(seal), as: issuer, to: audience, act: act) }
    }

    /// Who has to know which keys a unit has, and where they end: its subtree; everyone besides, where the unit may speak to
    /// everyone. Two copies of one act, for a unit must know its own key also while the stream to everyone is being mended.
    public func audiences(ofKeysOf unit: UnitCode) -> [Audience] {
        let speaksToAll = directory.tier(of: unit).map { TierRights.may($0, .importUnits) } ?? false
        return speaksToAll ? [.subtree(unit), .everyone] : [.subtree(unit)]
    }

    /// Enrolment of the key with which this node signs for a unit; nil when it is not enrolled here yet.
    func enrolmentOfSecret(of unit: UnitCode) throws -> KeyEnrolment? {
        guard let seed = try Data.fetchOne(
            database.cachedStatement(sql: "SELECT seed FROM secret WHERE unit = ? AND active = 1"), arguments: [unit.text]),
            let secret = StatementKey(seed: Array(seed)) else { return nil }
        return try directory.keys(of: unit).first { $0.publicKey == secret.publicKey }
    }
}
