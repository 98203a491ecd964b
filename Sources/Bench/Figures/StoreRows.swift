import FoundationEssentials
import GRDB
import Protocol
import Store

/// The rows that a run of ours has written, kept in memory, with the transaction that each belongs to: what the gate stores, without what it
/// thinks about it. `sqlite_gate.c` does the same over SQLite's API.
struct StoreRows {
    /// Kept by triggers of other tables.
    private static let byTriggers: Set<String> = ["dossier_count"]

    private struct Insertion {
        let sql: String
        let arguments: StatementArguments
    }

    private let transactions: [[Insertion]]
    private let model: GateModel
    private let pupils: Int

    init(_ model: GateModel, _ steps: GateSteps) throws {
        self.model = model
        pupils = steps.dossiers.count
        let size = model.size
        let place = Dictionary(uniqueKeysWithValues: steps.dossiers.enumerated().map { (Data($1.bytes), $0 / size) })
        var transactions = [[Insertion]](repeating: [], count: (pupils + size - 1) / size)
        let queue = try DatabaseQueue(path: model.after)
        try queue.writeWithoutTransaction { db in try db.execute(sql: "ATTACH ? AS old", arguments: [model.before]) }
        try queue.read { db in
            let tables = try String.fetchAll(db, sql: """
                SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rootpage
                """)
            // Envelopes hold entries in the order of the pupils; their counts tell which.
            var sealed: [Int64: Int] = [:], entries = 0
            for row in try Row.fetchAll(db, sql: "SELECT c.position, c.entries FROM envelope_count c ORDER BY c.position") {
                guard try Int.fetchOne(db, sql: "SELECT 1 FROM old.envelope WHERE position = ?", arguments: [row["position"] as Int64]) == nil else { continue }
                sealed[row["position"]] = entries / size
                entries += row["entries"] as Int
            }
            for table in tables where !Self.byTriggers.contains(table) {
                let order = table.hasPrefix("envelope") ? " ORDER BY position" : ""
                for row in try Row.fetchAll(db, sql: "SELECT * FROM main.\"\(table)\" EXCEPT SELECT * FROM old.\"\(table)\"\(order)") {
                    let values = Array(row.databaseValues)
                    let own = values.lazy.compactMap { Data.fromDatabaseValue($0).flatMap { place[$0] } }.first
                    let envelope = table.hasPrefix("envelope") ? sealed[row["position"]] : nil
                    let marks = values.map { _ in "?" }.joined(separator: ", ")
                    let verb = own == nil && envelope == nil ? "INSERT OR REPLACE" : "INSERT"
                    transactions[own ?? envelope ?? 0].append(
                        Insertion(sql: "\(verb) INTO \"\(table)\" VALUES (\(marks))", arguments: StatementArguments(values)))
                }
            }
        }
        try queue.close()
        self.transactions = transactions
    }

    /// One run in a copy of the empty store, through `Archive.write`.
    func write(at place: Workplace) throws -> Trial {
        let folder = try place.fresh("rows")
        try FileManager.default.copyItem(atPath: model.before, toPath: folder + "/xueji.sqlite")
        let archive = try Archive(folder: folder, book: place.book(), surroundings: place.surroundings)
        let cpu = ProcessFigures.ownCPUSeconds()
        let (seconds, _) = try place.timed {
            for insertions in transactions {
                try archive.write { transaction in
                    var prepared: (sql: String, statement: Statement)?
                    for insertion in insertions {
                        // As `sqlite_gate.c`, which goes table by table.
                        if prepared?.sql != insertion.sql {
                            prepared = (insertion.sql, try transaction.database.cachedStatement(sql: insertion.sql))
                        }
                        try prepared?.statement.execute(arguments: insertion.arguments)
                    }
                }
            }
        }
        let used = ProcessFigures.ownCPUSeconds() - cpu
        try archive.close()
        return Trial(seconds: seconds, rows: pupils, check: try StoreDigest.of(folder + "/xueji.sqlite"), cpuSeconds: used)
    }
}
