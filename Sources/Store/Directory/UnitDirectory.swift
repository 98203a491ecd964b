import FoundationEssentials
import GRDB
import Protocol
import Rules

/// The tree of units and every statement key, as the store has them. Remembers what it has read; lives as long as one
/// read or one transaction.
public final class UnitDirectory: Topology {
    let database: Database
    private var known: [UnitCode: Unit?] = [:]

    init(database: Database) { self.database = database }

    /// Reading from the store's own table fails only with the disk; such a unit counts as unknown, and the transaction
    /// fails at its next statement.
    public func unit(_ code: UnitCode) -> Unit? {
        if let remembered = known[code] { return remembered }
        let payload = try? Data.fetchOne(
            database.cachedStatement(sql: "SELECT payload FROM unit WHERE code = ?"), arguments: [code.text])
        let unit = payload.flatMap { Payload.unit(Array($0)) }
        known[code] = unit
        return unit
    }

    func forget(_ code: UnitCode) { known[code] = nil }
    func forgetAll() { known = [:] }

    /// A statement key of a unit, of any generation.
    public func key(of unit: UnitCode, id: [UInt8]) throws -> StatementPublicKey? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT public_key FROM unit_key WHERE unit = ? AND key_id = ?"),
            arguments: [unit.text, Data(id)]).flatMap { StatementPublicKey($0) }
    }

    /// The key that speaks for a unit now, with the unit whose node hosts it.
    public func activeKey(of unit: UnitCode) throws -> (key: StatementPublicKey, generation: Int, node: UnitCode)? {
        let row = try Row.fetchOne(
            database, sql: """
                SELECT public_key, generation, node FROM unit_key WHERE unit = ?
                ORDER BY generation DESC, key_id LIMIT 1
                """, arguments: [unit.text])
        guard let row, let key = StatementPublicKey(row["public_key"] as Data) else { return nil }
        return (key, row["generation"], UnitCode(row["node"]))
    }

    /// The units directly below, in order of code.
    public func children(of code: UnitCode) throws -> [Unit] {
        try Data.fetchAll(
            database, sql: "SELECT payload FROM unit WHERE competent = ? ORDER BY code", arguments: [code.text])
            .compactMap { Payload.unit(Array($0)) }
    }
}
