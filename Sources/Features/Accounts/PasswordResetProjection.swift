import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Resets ordered from above and what became of them. A reset is known by the hash of its payload: said twice it is one.
public struct PasswordResetProjection: Projection {
    public let kinds: Set<EntryKind> = [.passwordReset]
    public let migrations: [(name: String, sql: String)] = [("password-reset-1", """
        CREATE TABLE password_reset (
          id BLOB PRIMARY KEY, unit TEXT NOT NULL, account TEXT NOT NULL, password BLOB NOT NULL, by TEXT NOT NULL,
          key_id BLOB NOT NULL, topology INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX password_reset_account ON password_reset (unit, account, number);
        CREATE INDEX password_reset_by ON password_reset (by, at);
        CREATE TABLE password_receipt (reset BLOB NOT NULL, unit TEXT NOT NULL, outcome TEXT NOT NULL, at INTEGER NOT NULL,
          PRIMARY KEY (reset, unit)) WITHOUT ROWID;
        """)]

    public let tables = [
        (table: "password_reset", sql: "SELECT * FROM password_reset ORDER BY id"),
        (table: "password_receipt", sql: "SELECT * FROM password_receipt ORDER BY reset, unit"),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        switch Payload.password(entry.payload) {
        case nil: .void("malformed password reset")
        case .reset(let reset): try apply(reset, id: Hashing.sha256(entry.payload), of: writer, in: transaction)
        case .receipt(let receipt): try apply(receipt, of: writer, in: transaction)
        }
    }

    /// Signed by a unit above, by the record that it names, in its own name, and addressed to the unit alone.
    private func apply(_ reset: PasswordReset, id: Rules.Digest, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard reset.by == writer.unit else { return .void("in another's name") }
        guard writer.audience == .unit(reset.unit) else { return .void("misaddressed") }
        guard AccountShelf.isName(reset.account), let password = Password(stored: reset.password), password.isBearable else {
            return .void("no account name, or no hash that this program compares")
        }
        let directory = transaction.directory
        guard let record = directory.unit(reset.unit, version: reset.topology) else { return .parked(waitsFor: "unit:\(reset.unit)") }
        guard reset.by != reset.unit, TopologyOfRecord(directory, record).contains(reset.by, reset.unit) else {
            return .void("issuer does not stand above the unit")
        }
        guard try directory.key(of: reset.unit, id: reset.keyID) != nil else { return .parked(waitsFor: "key:\(reset.unit)") }
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO password_reset (id, unit, account, password, by, key_id, topology, number, at)
                VALUES (\(Data(id.bytes)), \(reset.unit.text), \(reset.account), \(Data(reset.password)), \(reset.by.text),
                        \(Data(reset.keyID)), \(reset.topology), \(reset.number), \(reset.at))
                """)
        if try transaction.hosts(reset.unit) { try transaction.errand(PasswordResetOffice.name, id.bytes) }
        return .applied
    }

    private func apply(_ receipt: PasswordReceipt, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard receipt.unit == writer.unit else { return .void("in another's name") }
        // A unit that went back may have given two: the same one counts everywhere.
        try transaction.database.execute(
            literal: """
                INSERT INTO password_receipt (reset, unit, outcome, at)
                VALUES (\(Data(receipt.reset.bytes)), \(receipt.unit.text), \(receipt.outcome.rawValue), \(receipt.at))
                ON CONFLICT DO UPDATE SET outcome = excluded.outcome, at = excluded.at
                WHERE (excluded.at, excluded.outcome) < (at, outcome)
                """)
        return .applied
    }

    /// What a reset has done at the unit's node is no row of the journal's: `PasswordResetOffice` sees that the reset is gone.
    public func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        switch Payload.password(entry.payload) {
        case nil: break
        case .reset(let reset):
            let id = Data(Hashing.sha256(entry.payload).bytes)
            if reset.by == writer.unit { try transaction.database.execute(literal: "DELETE FROM password_reset WHERE id = \(id)") }
        case .receipt(let receipt):
            let reset = Data(receipt.reset.bytes)
            try transaction.database.execute(
                literal: "DELETE FROM password_receipt WHERE reset = \(reset) AND unit = \(writer.unit.text)")
        }
        return true
    }
}
