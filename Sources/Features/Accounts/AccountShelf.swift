import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// An account of a hosted unit, as kept.
public struct Account: Sendable, Hashable {
    public let unit: UnitCode
    public let name: String
    public let roles: Set<Role>
    public let password: Password
    /// The one-time password it began with: never accepted again once changed (Q110).
    public let initial: Password
    public let mustChange: Bool
    public let lastSeen: Int64?
    /// When its one-time password was last given.
    public let givenAt: Int64

    /// Since when nobody has used it, nor been given a way in.
    public var unusedSince: Int64 { max(lastSeen ?? givenAt, givenAt) }
}

/// Reads and keeps accounts.
public enum AccountShelf {
    public static func account(_ name: String, of unit: UnitCode, _ reading: Reading) throws -> Account? {
        try Row.fetchOne(
            reading.database.cachedStatement(sql: "SELECT * FROM account WHERE unit = ? AND name = ?"), arguments: [unit.text, name])
            .flatMap(account)
    }

    public static func accounts(of unit: UnitCode, _ reading: Reading) throws -> [Account] {
        try Row.fetchAll(
            reading.database.cachedStatement(sql: "SELECT * FROM account WHERE unit = ? ORDER BY name"), arguments: [unit.text])
            .compactMap(account)
    }

    private static func account(_ row: Row) -> Account? {
        guard let password = Password(stored: row["password"] as Data), let initial = Password(stored: row["initial"] as Data)
        else { return nil }
        return Account(
            unit: UnitCode(row["unit"]), name: row["name"], roles: roles(row["roles"]), password: password, initial: initial,
            mustChange: row["must_change"], lastSeen: row["last_seen"], givenAt: row["made_at"])
    }

    /// A one-time password and its hash.
    public static func oneTimePassword(_ surroundings: Surroundings) throws -> (text: String, password: Password) {
        let text = Password.oneTime(surroundings)
        return (text, try Password(text, salt: surroundings.randomBytes(16), cost: Password.oneTimeCost))
    }

    /// Makes an account, or replaces one of that name; its password must be changed at the first sign-in.
    public static func put(
        _ name: String, of unit: UnitCode, roles: Set<Role>, oneTime password: Password, in transaction: Transaction
    ) throws {
        let roles = roles.map(\.rawValue).sorted().joined(separator: " ")
        try transaction.database.execute(
            literal: """
                INSERT INTO account (unit, name, roles, password, initial, must_change, made_at)
                VALUES (\(unit.text), \(name), \(roles), \(Data(password.bytes)), \(Data(password.bytes)), 1, \(transaction.now))
                ON CONFLICT DO UPDATE SET roles = excluded.roles, password = excluded.password, initial = excluded.initial,
                  must_change = 1, made_at = excluded.made_at
                """)
    }

    /// The first account of a unit that a node comes to host. The three registry accounts are not separated by
    /// default (Q108), so it holds all three.
    public static func putAdministrator(of unit: UnitCode, _ password: Password, in transaction: Transaction) throws {
        try put(
            administrator, of: unit, roles: [.registrar, .head, .systemAdministrator], oneTime: password, in: transaction)
    }

    public static let administrator = "admin"

    /// Whether a text may be an account's name.
    static func isName(_ text: String) -> Bool {
        (2...32).contains(text.utf8.count) && text != "operator"
            && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_".utf8.contains($0) }
    }

    static func change(
        _ name: String, of unit: UnitCode, to password: Password, in transaction: Transaction
    ) throws {
        try transaction.database.execute(
            literal: """
                UPDATE account SET password = \(Data(password.bytes)), must_change = 0
                WHERE unit = \(unit.text) AND name = \(name)
                """)
    }

    /// Removes the accounts of a unit that moves to another node, and ends their sessions.
    public static func removeAll(of unit: UnitCode, in transaction: Transaction) throws {
        let names = try accounts(of: unit, transaction.reading).map(\.name)
        for name in names { try SessionShelf.end(name, of: unit, why: "该单位已迁到其他节点", in: transaction) }
        try transaction.database.execute(literal: "DELETE FROM account WHERE unit = \(unit.text)")
    }

    private static func roles(_ text: String) -> Set<Role> {
        Set(text.split(separator: " ").compactMap { Role(rawValue: String($0)) })
    }
}
