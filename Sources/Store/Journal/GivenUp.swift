import FoundationEssentials
import GRDB
import Protocol
import Rules

/// What nodes say to have given up. It changes nothing else: each node decides for itself, and sees what others did.
struct DropProjection: Projection {
    let kinds: Set<EntryKind> = [.drop]
    let migrations: [(name: String, sql: String)] = []
    let tables = [(table: "given_up", sql: "SELECT * FROM given_up ORDER BY entry_hash, unit")]

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let drop = Payload.drop(entry.payload) else { return .void("malformed drop") }
        guard drop.by == writer.unit else { return .void("in another's name") }
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO given_up
                  (entry_hash, unit, writer, incarnation, audience, sequence, slot, dossier, reason, at)
                VALUES (\(Data(drop.entryHash.bytes)), \(drop.by.text), \(drop.stream.unit.text),
                        \(Data(drop.stream.incarnation.bytes)), \(drop.stream.audience.text), \(Int64(drop.sequence)), \(drop.slot),
                        \(drop.dossier.map { Data($0.bytes) }), \(drop.reason), \(drop.at))
                """)
        return .applied
    }

    func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        guard let drop = Payload.drop(entry.payload), drop.by == writer.unit else { return true }
        try transaction.database.execute(
            literal: "DELETE FROM given_up WHERE entry_hash = \(Data(drop.entryHash.bytes)) AND unit = \(drop.by.text)")
        return true
    }
}

extension Reading {
    /// The newest first.
    public func givenUp(limit: Int = 1000) throws -> [DroppedEntry] {
        try drops("ORDER BY at DESC, entry_hash, unit LIMIT ?", [limit])
    }

    public func givenUp(entry: Digest) throws -> [DroppedEntry] {
        try drops("WHERE entry_hash = ? ORDER BY at, unit", [Data(entry.bytes)])
    }

    public func givenUp(dossier: DossierID) throws -> [DroppedEntry] {
        try drops("WHERE dossier = ? ORDER BY at, unit", [Data(dossier.bytes)])
    }

    private func drops(_ clause: String, _ arguments: StatementArguments) throws -> [DroppedEntry] {
        try Row.fetchAll(database, sql: "SELECT * FROM given_up " + clause, arguments: arguments).compactMap { row in
            guard let incarnation = Incarnation(row["incarnation"] as Data), let audience = Audience(row["audience"]),
                  let hash = Digest(row["entry_hash"] as Data) else { return nil }
            return DroppedEntry(
                stream: StreamID(unit: UnitCode(row["writer"]), incarnation: incarnation, audience: audience),
                sequence: UInt64(row["sequence"] as Int64), slot: row["slot"], entryHash: hash,
                dossier: (row["dossier"] as Data?).flatMap { DossierID($0) }, by: UnitCode(row["unit"]), reason: row["reason"],
                at: row["at"])
        }
    }
}
