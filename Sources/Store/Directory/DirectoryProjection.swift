import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Units and statement keys. Built in, because the journal itself needs them to verify what comes.
struct DirectoryProjection: Projection {
    let kinds: Set<EntryKind> = [.unit, .key]
    let migrations: [(name: String, sql: String)] = []
    let tables = [
        (table: "unit", sql: "SELECT code, version, payload FROM unit ORDER BY code"),
        (table: "unit_key", sql: "SELECT unit, key_id, public_key, issuer, generation, node, topology FROM unit_key ORDER BY unit, key_id"),
    ]

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        if entry.kind == EntryKind.unit.rawValue {
            guard let unit = Payload.unit(entry.payload) else { return .void("malformed unit") }
            return try apply(unit, entry.payload, of: writer, in: transaction)
        }
        guard let key = Payload.key(entry.payload) else { return .void("malformed key") }
        return try apply(key, of: writer, in: transaction)
    }

    /// An issuer enters only units under its own path (Q106). Another competent authority is given by an authority above both.
    private func apply(
        _ unit: Unit, _ payload: [UInt8], of writer: StreamID, in transaction: Transaction
    ) throws -> Outcome {
        let directory = transaction.directory
        let present = directory.unit(unit.code)
        if unit.code != .centre {
            guard let competent = unit.competent else { return .void("unit without competent authority") }
            guard let above = directory.unit(competent) else { return .parked(waitsFor: "unit:\(competent)") }
            guard above.tier > unit.tier else { return .void("competent authority is not of a higher tier") }
            guard directory.contains(writer.unit, competent) else { return .void("unit outside the issuer's path") }
            guard let tier = directory.tier(of: writer.unit) else { return .void("unknown issuer") }
            if !TierRights.may(tier, .importUnits) {
                // Who takes in no feed may move a unit or close it, and changes nothing else of its record.
                guard let before = directory.unit(unit.code, version: unit.version - 1) else { return .parked(waitsFor: "unit:\(unit.code)") }
                guard TierRights.may(tier, .moveUnits) && Self.isMoveOnly(from: before, to: unit)
                    || TierRights.may(tier, .mergeUnits) && Self.isCloseOnly(from: before, to: unit) else {
                    return .void("issuer may not import units")
                }
            }
            switch directory.standing(of: unit, by: writer.unit) {
            case .counts: break
            case .waits: return .parked(waitsFor: "unit:\(unit.code)")
            case .never(let reason): return .void(reason)
            }
        } else if writer.unit != .centre || unit.tier != .centre {
            return .void("only the centre describes itself")
        }
        return try keep(unit, payload, isForAll: writer.audience == .everyone, replacing: present, in: transaction)
    }

    private static func isMoveOnly(from before: Unit, to after: Unit) -> Bool {
        var moved = before
        moved.competent = after.competent
        moved.territorial = after.territorial
        moved.version = after.version
        return moved == after
    }

    private static func isCloseOnly(from before: Unit, to after: Unit) -> Bool {
        var closed = before
        closed.isClosed = true
        closed.version = after.version
        return closed == after && !before.isClosed && before.tier == .school
    }

    /// Every record is kept, for steps are judged by the one they name; the newest counts, of two with one version the same at
    /// every node.
    private func keep(
        _ unit: Unit, _ payload: [UInt8], isForAll: Bool, replacing present: Unit?, in transaction: Transaction
    ) throws -> Outcome {
        let (database, directory) = (transaction.database, transaction.directory)
        try database.execute(
            literal: """
                INSERT INTO unit_version (code, version, payload, everyone)
                VALUES (\(unit.code.text), \(unit.version), \(Data(payload)), \(isForAll))
                ON CONFLICT DO UPDATE SET payload = max(payload, excluded.payload), everyone = CASE
                  WHEN excluded.payload = payload THEN max(everyone, excluded.everyone)
                  WHEN excluded.payload > payload THEN excluded.everyone ELSE everyone END
                """)
        directory.forget(unit.code)
        if let present, present.version > unit.version {
            // What happened between the two is judged by this one from now on.
            try followMove(of: unit.code, in: transaction)
            transaction.satisfy("unit:\(unit.code)")
            return .applied
        }
        try database.execute(
            literal: """
                INSERT INTO unit (code, name, tier, competent, territorial, closed, version, payload)
                VALUES (\(unit.code.text), \(unit.name), \(unit.tier.rawValue), \(unit.competent?.text),
                        \(unit.territorial?.text), \(unit.isClosed), \(unit.version), \(Data(payload)))
                ON CONFLICT DO UPDATE SET name = excluded.name, tier = excluded.tier, competent = excluded.competent,
                  territorial = excluded.territorial, closed = excluded.closed, version = excluded.version,
                  payload = excluded.payload
                WHERE excluded.version > version OR excluded.payload > payload
                """)
        directory.forget(unit.code)
        if let present, let now = directory.unit(unit.code), present.competent != now.competent || present.isClosed != now.isClosed {
            try followMove(of: unit.code, in: transaction)
        }
        transaction.satisfy("unit:\(unit.code)")
        return .applied
    }

    /// A unit has another competent authority: each pen that the old one held is the new one's now; whoever hosted the unit
    /// and does not stand above it any more speaks for it no longer. Or it was closed: its open cases come to an end.
    private func followMove(of unit: UnitCode, in transaction: Transaction) throws {
        let homes = try Data.fetchAll(
            transaction.database.cachedStatement(sql: "SELECT id FROM dossier WHERE home = ?"), arguments: [unit.text])
        for id in homes { DossierID(id).map(transaction.touch) }
        for follower in transaction.book.followers { try follower.followMove(of: unit, in: transaction) }
        try AttachmentProjection.followMove(of: unit, in: transaction)
        try FormerPaths.noteMoved(unit, in: transaction)
        guard let own = try transaction.reading.ownUnit(), own != unit, try transaction.hosts(unit),
              !transaction.directory.contains(own, unit) else { return }
        try transaction.retireSecret(of: unit)
        try transaction.raiseAlarm("moved", subject: unit.text, "单位 \(unit) 已划转到别的主管部门，本节点只能查看。")
    }

    /// An issuer may enrol only units under its own path, and every verifier checks that, by the record of the unit that the issuer went
    /// by: it may be given away before the enrolment comes.
    private func apply(_ key: KeyEnrolment, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        let directory = transaction.directory
        guard key.issuer == writer.unit else { return .void("enrolment in another's name") }
        guard let record = key.topology == 0 ? directory.unit(key.unit) : directory.unit(key.unit, version: key.topology) else {
            return .parked(waitsFor: "unit:\(key.unit)")
        }
        guard TopologyOfRecord(directory, record).contains(key.issuer, key.unit), key.issuer != key.unit || key.unit == .centre else {
            return .void("enrolment outside the issuer's path")
        }
        // Said by two authorities, its own and one that moved it: which one is kept does not hang on the order of arrival.
        try transaction.database.execute(
            literal: """
                INSERT INTO unit_key (unit, key_id, public_key, issuer, generation, node, topology)
                VALUES (\(key.unit.text), \(Data(key.publicKey.id)), \(Data(key.publicKey.bytes)), \(key.issuer.text),
                        \(key.generation), \(key.node.text), \(key.topology))
                ON CONFLICT DO UPDATE SET topology = min(topology, excluded.topology), issuer = max(issuer, excluded.issuer)
                """)
        try FormerPaths.noteKey(of: key.unit, in: transaction)
        try retireSupersededSecret(of: key.unit, in: transaction)
        transaction.satisfy("key:\(key.unit)")
        return .applied
    }

    /// A unit that was enrolled elsewhere is no longer this node's to speak for: one active key, one writer.
    private func retireSupersededSecret(of unit: UnitCode, in transaction: Transaction) throws {
        guard let seed = try Data.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT seed FROM secret WHERE unit = ? AND active = 1"), arguments: [unit.text]),
            let secret = StatementKey(seed: Array(seed)), let active = try transaction.directory.activeKey(of: unit),
            active.key != secret.publicKey else { return }
        // A key that is not enrolled yet is newer than all that are. Of two of one generation (an enrolment was lost with its
        // issuer's disk and its number given again) the directory knows one as active: the other gives way.
        guard try transaction.directory.key(of: unit, id: secret.publicKey.id) != nil else { return }
        try transaction.retireSecret(of: unit)
        try transaction.raiseAlarm("moved", subject: unit.text, "单位 \(unit) 已改由其他节点办理，本节点只能查看。")
    }
}

extension Transaction {
    /// The trust anchor of a fresh node: the root's key, known from the invitation's fingerprint.
    public func trustRoot(_ key: StatementPublicKey) throws {
        try database.execute(
            literal: """
                INSERT OR IGNORE INTO unit_key (unit, key_id, public_key, issuer, generation, node)
                VALUES ('000000', \(Data(key.id)), \(Data(key.bytes)), '000000', 1, '000000')
                """)
    }
}
