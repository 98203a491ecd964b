import Protocol
import Rules
import Store

/// Tables of accounts, sessions and the audit trail: this node's own, nothing of them travels.
public struct AccountSchema: Office {
    public let migrations: [(name: String, sql: String)] = [("accounts-1", """
        CREATE TABLE account (
          unit TEXT NOT NULL, name TEXT NOT NULL, roles TEXT NOT NULL,
          password BLOB NOT NULL, initial BLOB NOT NULL, must_change INTEGER NOT NULL,
          made_at INTEGER NOT NULL, last_seen INTEGER,
          PRIMARY KEY (unit, name)) WITHOUT ROWID;
        -- One live session an account; ended ones stay a while, to tell why. Only the token's hash is kept.
        CREATE TABLE session (
          token BLOB PRIMARY KEY, unit TEXT NOT NULL, account TEXT NOT NULL,
          begun_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, ended_at INTEGER, ended_why TEXT) WITHOUT ROWID;
        CREATE INDEX session_account ON session (unit, account);
        -- Failed sign-ins, also for names that do not exist, so that both are answered alike.
        CREATE TABLE attempt (
          subject BLOB PRIMARY KEY, failures INTEGER NOT NULL, closed_until INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        -- Who did what: opaque identifiers only.
        CREATE TABLE audit (
          id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, unit TEXT NOT NULL, account TEXT NOT NULL,
          operation TEXT NOT NULL, subject TEXT NOT NULL, outcome TEXT NOT NULL);
        CREATE INDEX audit_account ON audit (unit, account);
        """)]

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}
    public func work(in transaction: Transaction) throws -> Bool { false }
}
