import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The duplicate index on SQLite: which dossiers of this node's subtree stand under which keys.
struct StoredDuplicateIndex: DuplicateIndex {
    let database: Database

    static let migrations: [(name: String, sql: String)] = [("duplicate-index-1", """
        CREATE TABLE duplicate_key (
          key TEXT NOT NULL, dossier BLOB NOT NULL, has_id INTEGER NOT NULL, PRIMARY KEY (key, dossier)) WITHOUT ROWID;
        CREATE INDEX duplicate_key_dossier ON duplicate_key (dossier);
        """)]

    mutating func insert(_ subject: DossierID, _ fields: KeyFields) throws -> [DuplicateGroup<DossierID>] {
        let wanted = Dictionary(uniqueKeysWithValues: fields.keys.map { ($0, fields.hasResidentID) })
        return try replace(subject, with: wanted)
    }

    mutating func remove(_ subject: DossierID) throws -> [DuplicateGroup<DossierID>] { try replace(subject, with: [:]) }

    func members(of key: DuplicateKey) throws -> DuplicateGroup<DossierID> {
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT dossier, has_id FROM duplicate_key WHERE key = ?"), arguments: [key.text])
        return DuplicateGroup(key: key, members: rows.compactMap { row in
            DossierID(row["dossier"] as Data).map { DuplicateMember($0, hasResidentID: row["has_id"]) }
        })
    }

    private func replace(
        _ subject: DossierID, with wanted: [DuplicateKey: Bool]
    ) throws -> [DuplicateGroup<DossierID>] {
        let id = Data(subject.bytes)
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT key, has_id FROM duplicate_key WHERE dossier = ?"), arguments: [id])
        var present: [DuplicateKey: Bool] = [:]
        for row in rows { DuplicateKey(text: row["key"]).map { present[$0] = row["has_id"] } }
        var changed: [DuplicateKey] = []
        for key in present.keys where wanted[key] == nil {
            try database.cachedStatement(sql: "DELETE FROM duplicate_key WHERE key = ? AND dossier = ?")
                .execute(arguments: [key.text, id])
            changed.append(key)
        }
        for (key, hasID) in wanted where present[key] != hasID {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO duplicate_key (key, dossier, has_id) VALUES (?, ?, ?)")
                .execute(arguments: [key.text, id, hasID])
            changed.append(key)
        }
        return try changed.sorted().map { try members(of: $0) }
    }
}
