import FoundationEssentials
import GRDB
import Protocol
import Rules

/// The tree of units and every statement key, as the store has them. Remembers what it has read; lives as long as one
/// read or one transaction.
public final class UnitDirectory: Topology {
    let database: Database
    private var known: [UnitCode: Unit?] = [:]
    private var history: [UnitCode: [Unit]] = [:]
    /// Rises with each change of the tree: what was concluded from it before is to be concluded anew.
    private(set) var changes = 0

    init(database: Database) { self.database = database }

    /// Why a unit could not be read. Whoever ends the read or the transaction throws it: what was concluded from a unit that
    /// seemed unknown does not stand.
    private(set) var failure: (any Error)?

    /// Reading from the store's own table fails only with the disk; see `failure`.
    public func unit(_ code: UnitCode) -> Unit? {
        if let remembered = known[code] { return remembered }
        do {
            let payload = try Data.fetchOne(
                database.cachedStatement(sql: "SELECT payload FROM unit WHERE code = ?"), arguments: [code.text])
            let unit = payload.flatMap { Payload.unit(Array($0)) }
            known[code] = unit
            return unit
        } catch {
            failure = failure ?? error
            return nil
        }
    }

    /// Runs what reads; the directory's own failure goes before whatever followed from it.
    func guarding<Value>(_ body: () throws -> Value) throws -> Value {
        let result = Result { try body() }
        if let failure { throw failure }
        return try result.get()
    }

    /// As the unit was by a version of its record; nil while that has not come.
    public func unit(_ code: UnitCode, version: Int) -> Unit? {
        guard let present = unit(code) else { return nil }
        if present.version == version { return present }
        return (records(of: code) + (history[code]?.last?.version == present.version ? [] : [present])).asOf(version)
    }

    /// All records of a unit that are known, oldest first.
    func records(of code: UnitCode) -> [Unit] {
        if let remembered = history[code] { return remembered }
        do {
            let payloads = try Data.fetchAll(
                database.cachedStatement(sql: "SELECT payload FROM unit_version WHERE code = ? ORDER BY version"),
                arguments: [code.text])
            let records = payloads.compactMap { Payload.unit(Array($0)) }
            history[code] = records
            return records
        } catch {
            failure = failure ?? error
            return []
        }
    }

    /// Whether an authority stands above a unit, or did by an earlier record.
    public func hasContained(_ authority: UnitCode, _ code: UnitCode) -> Bool {
        contains(authority, code) || records(of: code).contains { TopologyOfRecord(self, $0).contains(authority, code) }
    }

    /// Whether a stream is, or by an earlier record was, of a unit below an authority or for one there.
    public func hasConcerned(_ authority: UnitCode, _ stream: StreamID) -> Bool {
        hasContained(authority, stream.unit) || stream.audience.addressee.map { hasContained(authority, $0) } ?? false
    }

    func forget(_ code: UnitCode) {
        changes += 1
        known[code] = nil
        history[code] = nil
    }

    func forgetAll() {
        changes += 1
        known = [:]
        history = [:]
    }

    /// A statement key of a unit, of any generation.
    public func key(of unit: UnitCode, id: [UInt8]) throws -> StatementPublicKey? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT public_key FROM unit_key WHERE unit = ? AND key_id = ?"),
            arguments: [unit.text, Data(id)]).flatMap { StatementPublicKey($0) }
    }

    /// All statement keys of a unit, oldest first.
    public func keys(of unit: UnitCode) throws -> [KeyEnrolment] {
        try Row.fetchAll(
            database.cachedStatement(sql: """
                SELECT public_key, issuer, generation, node, topology FROM unit_key WHERE unit = ? ORDER BY topology, generation, key_id
                """),
            arguments: [unit.text]
        ).compactMap { row in
            StatementPublicKey(row["public_key"] as Data).map {
                KeyEnrolment(
                    unit: unit, publicKey: $0, issuer: UnitCode(row["issuer"]), generation: row["generation"], node: UnitCode(row["node"]),
                    topology: row["topology"])
            }
        }
    }

    /// The key that speaks for a unit now, with the unit whose node hosts it. Of those enrolled by the newest record of the unit the
    /// youngest: what an authority that the unit has left enrolled before it knew of it came later, and speaks only for what it signed.
    public func activeKey(of unit: UnitCode) throws -> (key: StatementPublicKey, generation: Int, node: UnitCode, topology: Int)? {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: """
                SELECT public_key, generation, node, topology FROM unit_key WHERE unit = ?
                ORDER BY topology DESC, generation DESC, key_id LIMIT 1
                """), arguments: [unit.text])
        guard let row, let key = StatementPublicKey(row["public_key"] as Data) else { return nil }
        return (key, row["generation"], UnitCode(row["node"]), row["topology"])
    }

    /// The units directly below, in order of code.
    public func children(of code: UnitCode) throws -> [Unit] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT payload FROM unit WHERE competent = ? ORDER BY code"), arguments: [code.text])
            .compactMap { Payload.unit(Array($0)) }
    }
}
