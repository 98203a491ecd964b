import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// A stored row for each roll change that was approved or is under way: what lists, periods and exports read without folding anybody.
public struct RollChangeRegister: DossierFollower {
    public let migrations: [(name: String, sql: String)] = [("roll_changes_2", """
        -- `opened`: the step with what is asked for; `home`: the school that asked. Days as YYYYMMDD; `decided_at` 0 while under way.
        CREATE TABLE roll_change (
          dossier BLOB NOT NULL, opened BLOB NOT NULL, home TEXT NOT NULL, kind TEXT NOT NULL, cause TEXT NOT NULL, date TEXT NOT NULL,
          until TEXT NOT NULL, country TEXT NOT NULL, class TEXT NOT NULL, stage INTEGER NOT NULL, opened_at INTEGER NOT NULL,
          decided_by TEXT NOT NULL, decided_at INTEGER NOT NULL, PRIMARY KEY (dossier, opened)) WITHOUT ROWID;
        CREATE INDEX roll_change_date ON roll_change (date, dossier);
        CREATE INDEX roll_change_home ON roll_change (home, date, dossier);
        """)]

    public let tables = [(table: "roll_change", sql: "SELECT * FROM roll_change ORDER BY dossier, opened")]

    public init() {}

    public func follow(_ dossier: Dossier, in transaction: Transaction) throws {
        try forget(dossier.id, in: transaction)
        for row in Self.rows(of: dossier) {
            try transaction.database.cachedStatement(sql: """
                INSERT INTO roll_change (dossier, opened, home, kind, cause, date, until, country, class, stage, opened_at, decided_by, decided_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """).execute(arguments: [
                    Data(dossier.id.bytes), Data(row.opened.hash.bytes), row.opened.by.text, row.change.kind.rawValue, row.change.cause,
                    row.change.date.compact, row.change.until?.compact ?? "", row.change.country, row.change.classCode, row.stage,
                    row.opened.at, row.decision?.by.text ?? "", row.decision?.at ?? 0,
                ])
        }
    }

    public func forget(_ dossier: DossierID, in transaction: Transaction) throws {
        try transaction.database.cachedStatement(sql: "DELETE FROM roll_change WHERE dossier = ?").execute(arguments: [Data(dossier.bytes)])
    }

    public func followMove(of unit: UnitCode, in transaction: Transaction) throws {}

    struct Row {
        let opened: Step
        let change: RollChange
        /// 0 where no class says.
        let stage: Int
        let decision: Step?
    }

    /// What was approved, and what is under way, oldest first; withdrawn ones leave no row.
    static func rows(of dossier: Dossier) -> [Row] {
        var rows: [Row] = []
        var opened: Step?
        for step in dossier.chain {
            if step.opening != nil { opened = step }
            // Taken back: it is in the dossier's path, and no change any more.
            if step.kind == .correctDeath, rows.last?.change.kind.to.isTerminal ?? false { rows.removeLast() }
            if step.kind == .approveRollChange, let opened, let row = row(opened, dossier, decision: step) { rows.append(row) }
        }
        if let open = dossier.openCase, open.stand.isRollChange, let row = row(open.opened, dossier, decision: nil) { rows.append(row) }
        return rows
    }

    private static func row(_ opened: Step, _ dossier: Dossier, decision: Step?) -> Row? {
        guard let change = opened.opening?.change else { return nil }
        let code = change.classCode.isEmpty ? dossier.record.classCode : change.classCode
        return Row(opened: opened, change: change, stage: ClassCode(code)?.stage.rawValue ?? 0, decision: decision)
    }
}
