import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// `salvage list`: envelopes that were kept apart, for people to look at. What lost a fork goes to its writer by itself; what a
/// revoked key has signed does not: somebody enters again what was true of it.
public enum SalvageOperations {
    /// Never the payload: it may hold a pupil's data.
    struct Item: Encodable, Sendable {
        let hash, unit, incarnation, audience: String
        let sequence, entries: Int
        /// When it was put apart, and the neighbour that brought it; empty: it had been stored here.
        let at, from: String
        /// `revoked`, or `fork`.
        let reason: String
        /// Nobody has to do anything: written again by its writer, or on its way to him. Revoked: looked at by people alone.
        let settled: Bool
        /// Opaque ids of the dossiers that it is about.
        let dossiers: [String]
    }

    struct List: Encodable, Sendable {
        let total: Int
        let salvage: [Item]
    }

    /// Envelopes in one list.
    private static let most = 1000

    public static let all: [Operation] = [
        Operation(
            "salvage.list", .get, "/salvage", "Envelopes that were kept apart: of lost forks, and of revoked keys", title: "另存的数据",
            parameters: [.init("unit", "Only this writer's")],
            response: .fields(("total", .integer), ("salvage", .array(.anything))), roles: [.systemAdministrator]
        ) { call in .json(try call.archive.read { try list($0, of: call.parameters["unit"]) }) },
    ]

    static func list(_ reading: Reading, of unit: String?) throws -> List {
        let rows = try Row.fetchAll(
            reading.database, sql: """
                SELECT s.* FROM salvage s WHERE (? IS NULL OR s.unit = ?)
                  AND NOT EXISTS (SELECT 1 FROM envelope e WHERE e.hash = s.hash) ORDER BY s.at DESC, s.unit, s.sequence
                """, arguments: [unit, unit])
        return List(total: rows.count, salvage: try rows.prefix(most).compactMap { try item($0, reading) })
    }

    private static func item(_ row: Row, _ reading: Reading) throws -> Item? {
        guard let envelope = try? Envelope(bytes: Array(row["bytes"] as Data)) else { return nil }
        let entries = (try? envelope.entries()) ?? []
        return Item(
            hash: envelope.hash.description, unit: envelope.stream.unit.text, incarnation: envelope.stream.incarnation.hex,
            audience: envelope.stream.audience.text, sequence: Int(envelope.sequence), entries: entries.count,
            at: ChinaTime.text(row["at"]), from: row["source"],
            reason: try reading.directory.isRevoked(envelope) ? "revoked" : "fork", settled: row["settled_at"] as Int64? != nil,
            dossiers: Set(entries.compactMap { $0?.dossier?.description }).sorted())
    }
}
