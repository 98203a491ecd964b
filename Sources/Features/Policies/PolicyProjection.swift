import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Settings as signed by the authorities; every version is kept, the highest counts.
public struct PolicyProjection: Projection {
    public let kinds: Set<EntryKind> = [.policy]
    public let migrations: [(name: String, sql: String)] = [("policy-1", """
        CREATE TABLE policy (
          unit TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL, by TEXT NOT NULL,
          at INTEGER NOT NULL, PRIMARY KEY (unit, key, version)) WITHOUT ROWID;
        """)]

    public let tables = [
        (table: "policy", sql: "SELECT * FROM policy ORDER BY unit, key, version"),
        (table: "sufficient_verdict", sql: "SELECT * FROM sufficient_verdict ORDER BY unit"),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let setting = Payload.policy(entry.payload) else { return .void("malformed policy") }
        guard setting.by == writer.unit, setting.unit == writer.unit else { return .void("in another's name") }
        guard let tier = transaction.directory.tier(of: setting.unit) else {
            return .parked(waitsFor: "unit:\(setting.unit)")
        }
        guard let definition = PolicyCatalogue.definition(setting.key) else {
            return .parked(waitsFor: "policy:\(setting.key)")
        }
        guard definition.owners.contains(tier) else { return .void("not this tier's to set") }
        // Two of one version are a writer's that went back: which one counts follows from the two, not from the order of arrival.
        try transaction.database.execute(
            literal: """
                INSERT INTO policy (unit, key, version, value, by, at)
                VALUES (\(setting.unit.text), \(setting.key), \(setting.version), \(setting.value), \(setting.by.text), \(setting.at))
                ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at WHERE (excluded.value, excluded.at) > (value, at)
                """)
        if setting.key == "duplicates.sufficient" {
            try transaction.database.execute(
                literal: """
                    INSERT INTO sufficient_verdict (unit, value)
                    SELECT unit, value FROM policy WHERE unit = \(setting.unit.text) AND key = \(setting.key)
                    ORDER BY version DESC LIMIT 1
                    ON CONFLICT DO UPDATE SET value = excluded.value
                    """)
            try refold(under: setting.unit, in: transaction)
        }
        return .applied
    }

    public func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        guard let setting = Payload.policy(entry.payload), setting.by == writer.unit, setting.unit == writer.unit else { return true }
        try transaction.database.execute(
            literal: """
                DELETE FROM policy WHERE unit = \(setting.unit.text) AND key = \(setting.key) AND version = \(setting.version)
                """)
        if setting.key == "duplicates.sufficient" {
            try transaction.database.execute(literal: "DELETE FROM sufficient_verdict WHERE unit = \(setting.unit.text)")
            try refold(under: setting.unit, in: transaction)
        }
        return true
    }

    /// Which verdict suffices decides between unchecked and clean: the waiting ones are folded anew.
    private func refold(under unit: UnitCode, in transaction: Transaction) throws {
        transaction.forgetFolds()
        let waiting = try Row.fetchAll(
            transaction.database, sql: "SELECT id, home FROM dossier WHERE state IN ('unchecked', 'clean')")
        for row in waiting where transaction.directory.contains(unit, UnitCode(row["home"])) {
            if let dossier = DossierID(row["id"] as Data) { transaction.touch(dossier) }
        }
    }
}
