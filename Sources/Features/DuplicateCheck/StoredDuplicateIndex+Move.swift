import FoundationEssentials
import GRDB
import Rules

/// From the index of earlier versions, a table with a row a key.
extension StoredDuplicateIndex {
    /// Dossiers moved in one transaction.
    private static let slice = 20_000

    /// Whether the old table has any left.
    func hasOld() throws -> Bool {
        try Bool.fetchOne(database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM duplicate_key)")) ?? false
    }

    /// Takes over the next dossiers of the old table. Until it is empty the index does not know everyone, and nobody may be judged by it.
    /// - Returns: false where the old table was empty already.
    mutating func moveOld(slice: Int = Self.slice) throws -> Bool {
        guard try hasOld() else { return false }
        let dossiers = try Data.fetchAll(
            database, sql: "SELECT DISTINCT dossier FROM duplicate_key ORDER BY dossier LIMIT ?", arguments: [slice])
        guard let last = dossiers.last else { return false }
        var batch = DuplicateBatch()
        var keys: [DuplicateKey] = []
        var current: DossierID?
        func put() {
            if let current { batch.append(current, keys: keys) }
            keys = []
        }
        let rows = try Row.fetchCursor(
            database, sql: "SELECT dossier, key FROM duplicate_key WHERE dossier <= ? ORDER BY dossier", arguments: [last])
        while let row = try rows.next() {
            guard let dossier = DossierID(row["dossier"] as Data), let key = DuplicateKey(text: row["key"]) else { continue }
            if dossier != current { put() }
            current = dossier
            keys.append(key)
        }
        put()
        _ = try insert(batch)
        try database.execute(literal: "DELETE FROM duplicate_key WHERE dossier <= \(last)")
        return true
    }
}
