import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Carries out, at the node that has a unit's accounts, what a superior has ordered: once, the newest alone, with the unit's receipt.
/// It waits while the unit recovers: what had been carried out before comes back with the unit's own streams.
public struct PasswordResetOffice: Office {
    static let name = "passwordReset"
    private static let atOnce = 50

    /// Which order each account's one-time password came from: this node's own, nothing of it travels.
    public let migrations: [(name: String, sql: String)] = [("password-taken-1", """
        CREATE TABLE password_taken (unit TEXT NOT NULL, account TEXT NOT NULL, reset BLOB NOT NULL, password BLOB NOT NULL,
          PRIMARY KEY (unit, account)) WITHOUT ROWID;
        """)]

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        try closeWithdrawn(in: transaction)
        let due = try transaction.errands(of: Self.name, limit: Self.atOnce)
        for id in due {
            try carryOut(Array(id), in: transaction)
            try transaction.endErrand(of: Self.name, id)
        }
        return due.count == Self.atOnce
    }

    private func carryOut(_ id: [UInt8], in transaction: Transaction) throws {
        let shelf = PasswordResetShelf(transaction.reading)
        guard let ordered = try shelf.reset(id), ordered.receipt == nil, try transaction.hosts(ordered.reset.unit),
              // An order for a node that was there before this one: its accounts are gone.
              try transaction.keyID(of: ordered.reset.unit) == ordered.reset.keyID else { return }
        let outcome = try outcome(of: ordered, shelf, in: transaction)
        let reset = ordered.reset
        let receipt = PasswordReceipt(unit: reset.unit, reset: ordered.id, outcome: outcome, at: transaction.now)
        try transaction.append(.passwordReset, Payload.encode(.receipt(receipt)), as: reset.unit, to: .up)
        try AuditTrail.record(
            "accounts.reset", by: Actor(unit: reset.unit, account: "superior \(reset.by)", roles: []), subject: reset.account,
            outcome: outcome.rawValue, in: transaction)
    }

    private func outcome(of ordered: OrderedReset, _ shelf: PasswordResetShelf, in transaction: Transaction) throws -> PasswordOutcome {
        let reset = ordered.reset
        guard shelf.mayOrder(reset) else { return .notAbove }
        let others = try shelf.resets(of: reset.account, at: reset.unit)
        guard !others.contains(where: { $0.reset.keyID == reset.keyID && shelf.mayOrder($0.reset) && shelf.isNewer($0, than: ordered) }) else {
            return .superseded
        }
        guard let account = try AccountShelf.account(reset.account, of: reset.unit, transaction.reading),
              let password = Password(stored: reset.password) else { return .noAccount }
        try give(password, to: account, why: "密码已由上级单位 \(reset.by) 重置", in: transaction)
        try transaction.database.execute(
            literal: """
                INSERT OR REPLACE INTO password_taken (unit, account, reset, password)
                VALUES (\(reset.unit.text), \(reset.account), \(Data(ordered.id.bytes)), \(Data(reset.password)))
                """)
        return .done
    }

    private func give(_ password: Password, to account: Account, why: String, in transaction: Transaction) throws {
        try AccountShelf.put(account.name, of: account.unit, roles: account.roles, oneTime: password, in: transaction)
        try SessionShelf.end(account.name, of: account.unit, why: why, in: transaction)
        try SignIn.reopen(account.name, of: account.unit, in: transaction)
    }

    /// A superior's key was revoked and its order taken back: whoever signed it may have the account by now. It is closed until its unit
    /// gives it a password; an account that has been given another one since is left alone.
    private func closeWithdrawn(in transaction: Transaction) throws {
        let rows = try Row.fetchAll(transaction.database.cachedStatement(sql: """
            SELECT unit, account, password FROM password_taken t
            WHERE NOT EXISTS (SELECT 1 FROM password_reset r WHERE r.id = t.reset) ORDER BY unit, account
            """))
        for row in rows {
            let (unit, name, taken): (String, String, Data) = (row["unit"], row["account"], row["password"])
            let account = try AccountShelf.account(name, of: UnitCode(unit), transaction.reading)
            if let account, account.initial.bytes == Array(taken) {
                try give(Password.unknown(transaction.surroundings), to: account, why: "重置密码的上级密钥已吊销", in: transaction)
                try transaction.raiseAlarm(
                    "password.withdrawn", subject: "\(unit)/\(name)",
                    "单位 \(unit) 的账号 \(name) 曾由已吊销的上级密钥重置密码，现已停用。请用 account reset 重新给出密码，"
                        + "核对该账号的操作记录后运行 alarm acknowledge password.withdrawn \(unit)/\(name)。")
            }
            try transaction.database.execute(literal: "DELETE FROM password_taken WHERE unit = \(unit) AND account = \(name)")
        }
    }
}
