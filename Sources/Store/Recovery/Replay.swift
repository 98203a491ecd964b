import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Builds every table anew in place, in the transaction under way: after directory entries were taken back, on which any other
/// entry may have rested. Costs as much as applying the whole journal; only a revoked authority's own entries ask for it.
extension Transaction {
    /// Envelopes between two foldings, as in an ordinary pass.
    private static let stretch = 32

    /// - Returns: units that have lost keys by it, of which there may be envelopes now that nobody may have signed.
    func replayJournal() throws -> [UnitCode] {
        let keys = try enrolledKeys()
        let dossiers = try Set(Data.fetchAll(database.cachedStatement(sql: "SELECT id FROM dossier")))
        let secrets = try Row.fetchAll(database.cachedStatement(sql: "SELECT unit, active FROM secret ORDER BY unit"))
        let alarms = try Row.fetchAll(database.cachedStatement(sql: "SELECT code, subject FROM alarm"))
        let root = try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM unit_key WHERE unit = '000000' AND generation = 1"))
        try empty()
        for row in root {
            try database.execute(
                sql: "INSERT INTO unit_key VALUES (?, ?, ?, ?, ?, ?, ?)", arguments: StatementArguments(row.databaseValues))
        }
        try applyAll()
        // Whom this node speaks for, and what it has told its operator, is no table of the journal's.
        for row in secrets {
            let (unit, isActive): (String, Bool) = (row["unit"], row["active"])
            try database.execute(literal: "UPDATE secret SET active = \(isActive) WHERE unit = \(unit)")
        }
        memory.forgetAll()
        try forgetAlarms(except: Set(alarms.map { ($0["code"] as String) + " " + ($0["subject"] as String) }))
        for id in dossiers.subtracting(try Set(Data.fetchAll(database.cachedStatement(sql: "SELECT id FROM dossier")))).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            if let dossier = DossierID(id) { for office in book.offices { try office.vanished(dossier, in: self) } }
        }
        let left = try enrolledKeys()
        return Set(keys.subtracting(left).map(\.unit)).sorted()
    }

    private struct EnrolledKey: Hashable {
        let unit: UnitCode
        let id: Data
    }

    private func enrolledKeys() throws -> Set<EnrolledKey> {
        try Set(Row.fetchAll(database.cachedStatement(sql: "SELECT unit, key_id FROM unit_key")).map { EnrolledKey(unit: UnitCode($0["unit"]), id: $0["key_id"]) })
    }

    private func empty() throws {
        for (table, _) in book.tables + [("unit_version", ""), ("unit_given", ""), ("void", ""), ("parked", ""), ("quarantine", "")] {
            try database.execute(sql: "DELETE FROM \(table)")
        }
        directory.forgetAll()
    }

    private func applyAll() throws {
        let waiting = try Set(Int64.fetchAll(database.cachedStatement(sql: "SELECT position FROM unapplied")))
        let positions = try Int64.fetchAll(database.cachedStatement(sql: "SELECT position FROM envelope ORDER BY position")).filter { !waiting.contains($0) }
        var report = ApplicationReport()
        for (index, position) in positions.enumerated() {
            try applyEnvelope(at: position, &report)
            guard index % Self.stretch == Self.stretch - 1 else { continue }
            try retryParked(&report)
            try settle()
        }
        try retryParked(&report)
        try settle()
        // Seals come by again, too; what they cut is cut.
        _ = takeRevoked()
    }

    private func forgetAlarms(except kept: Set<String>) throws {
        for row in try Row.fetchAll(database.cachedStatement(sql: "SELECT code, subject FROM alarm WHERE code <> 'quarantine'")) {
            let (code, subject): (String, String) = (row["code"], row["subject"])
            if !kept.contains(code + " " + subject) { try clearAlarm(code, subject: subject) }
        }
    }
}
