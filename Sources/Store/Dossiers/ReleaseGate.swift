import FoundationEssentials
import GRDB
import Protocol
import Rules

/// A number is official only when a child has stored it: until then a rollback of the centre could lose it, so nobody is
/// shown it. Rows exist at the centre alone.
public enum ReleaseGate {
    /// A number that waits for a copy.
    public struct Waiting: Sendable, Hashable {
        public let dossier: DossierID
        public let stream: StreamID
        public let sequence: UInt64
    }

    public static func holdsBack(_ dossier: DossierID, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM unreleased_number WHERE dossier = ?)"),
            arguments: [Data(dossier.bytes)]) ?? false
    }

    public static func waiting(_ reading: Reading) throws -> [Waiting] {
        try Row.fetchAll(reading.database.cachedStatement(sql: "SELECT * FROM unreleased_number ORDER BY sequence LIMIT 10000")).compactMap { row in
            guard let id = DossierID(row["dossier"] as Data), let incarnation = Incarnation(row["incarnation"] as Data),
                  let audience = Audience(row["audience"]) else { return nil }
            let stream = StreamID(unit: UnitCode(row["unit"]), incarnation: incarnation, audience: audience)
            return Waiting(dossier: id, stream: stream, sequence: UInt64(row["sequence"] as Int64))
        }
    }

    /// Holds the number of a dossier back until the place it was written to is stored elsewhere.
    public static func holdBack(_ dossier: DossierID, _ place: Transaction.Place, in transaction: Transaction) throws {
        try transaction.database.execute(
            literal: """
                INSERT OR REPLACE INTO unreleased_number (dossier, unit, incarnation, audience, sequence)
                VALUES (\(Data(dossier.bytes)), \(place.stream.unit.text), \(Data(place.stream.incarnation.bytes)),
                        \(place.stream.audience.text), \(Int64(place.sequence)))
                """)
        transaction.touch(dossier)
    }

    public static func release(_ dossier: DossierID, in transaction: Transaction) throws {
        try transaction.database.execute(literal: "DELETE FROM unreleased_number WHERE dossier = \(Data(dossier.bytes))")
        transaction.touch(dossier)
    }
}
