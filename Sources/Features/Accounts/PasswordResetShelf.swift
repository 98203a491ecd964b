import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// A reset ordered from above, as the tables have it.
struct OrderedReset {
    let id: Rules.Digest
    let reset: PasswordReset
    /// The unit's own word; nil while none has come.
    let receipt: PasswordReceipt?
}

/// Reads resets ordered from above.
struct PasswordResetShelf {
    let reading: Reading

    init(_ reading: Reading) { self.reading = reading }

    func reset(_ id: [UInt8]) throws -> OrderedReset? { try fetch("r.id = ?", [Data(id)]).first }

    /// All of one account, in no order that counts.
    func resets(of account: String, at unit: UnitCode) throws -> [OrderedReset] {
        try fetch("r.unit = ? AND r.account = ?", [unit.text, account])
    }

    /// The newest, at most 200, that a unit has ordered or that concern its own accounts.
    func concerning(_ unit: UnitCode) throws -> [OrderedReset] {
        try fetch("r.id IN (SELECT id FROM password_reset WHERE by = ?1 UNION SELECT id FROM password_reset WHERE unit = ?1)", [unit.text])
    }

    private func fetch(_ condition: String, _ arguments: StatementArguments) throws -> [OrderedReset] {
        try Row.fetchAll(
            reading.database, sql: """
                SELECT r.*, w.outcome, w.at AS came FROM password_reset r
                LEFT JOIN password_receipt w ON w.reset = r.id AND w.unit = r.unit
                WHERE \(condition) ORDER BY r.at DESC, r.number DESC, r.id LIMIT 200
                """, arguments: arguments
        ).compactMap { row in
            guard let id = Rules.Digest(row["id"] as Data) else { return nil }
            let unit = UnitCode(row["unit"])
            let outcome = (row["outcome"] as String?).flatMap(PasswordOutcome.init)
            return OrderedReset(
                id: id,
                reset: PasswordReset(
                    unit: unit, account: row["account"], password: Array(row["password"] as Data), by: UnitCode(row["by"]),
                    keyID: Array(row["key_id"] as Data), topology: row["topology"], number: row["number"], at: row["at"]),
                receipt: outcome.map { PasswordReceipt(unit: unit, reset: id, outcome: $0, at: row["came"]) })
        }
    }

    /// Whether the issuer still stands above the unit.
    func mayOrder(_ reset: PasswordReset) -> Bool {
        reset.by != reset.unit && reading.directory.contains(reset.by, reset.unit)
    }

    /// Of two for one account: the higher number, then the higher tier, then the smaller hash. No clock is asked.
    func isNewer(_ one: OrderedReset, than other: OrderedReset) -> Bool {
        func tier(_ unit: UnitCode) -> Tier { reading.directory.tier(of: unit) ?? .school }
        let (mine, others) = (one.reset, other.reset)
        if mine.number != others.number { return mine.number > others.number }
        if tier(mine.by) != tier(others.by) { return tier(mine.by) > tier(others.by) }
        return one.id < other.id
    }
}
