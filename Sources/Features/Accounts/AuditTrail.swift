import GRDB
import Protocol
import Rules
import Store

/// 操作留痕: who did what to which opaque subject, and what came of it. Never personal data.
public enum AuditTrail {
    public struct Line: Encodable, Sendable, Hashable {
        public let at: String
        public let unit: String
        public let account: String
        public let operation: String
        public let subject: String
        public let outcome: String
    }

    /// - Parameter outcome: `done`, or the code of the refusal.
    public static func record(
        _ operation: String, by actor: Actor, subject: String, outcome: String, in transaction: Transaction
    ) throws {
        _ = try line(operation, by: actor, subject: subject, outcome: outcome, in: transaction)
    }

    /// The same.
    /// - Returns: the line's place, for `correct`.
    public static func line(
        _ operation: String, by actor: Actor, subject: String, outcome: String, in transaction: Transaction
    ) throws -> Int64 {
        try transaction.database.cachedStatement(sql: "INSERT INTO audit (at, unit, account, operation, subject, outcome) VALUES (?, ?, ?, ?, ?, ?)")
            .execute(arguments: [transaction.now, actor.unit.text, actor.account, operation, subject, outcome])
        return transaction.database.lastInsertedRowID
    }

    /// What came of it after all, where an operation wrote something and then failed.
    public static func correct(_ line: Int64, outcome: String, in transaction: Transaction) throws {
        try transaction.database.cachedStatement(sql: "UPDATE audit SET outcome = ? WHERE id = ?").execute(arguments: [outcome, line])
    }

    /// The newest lines of a unit, at most 1,000.
    public static func newest(_ limit: Int, of unit: String, _ reading: Reading) throws -> [Line] {
        try lines(limit, of: unit, reading).map { Line($0, of: UnitCode(unit)) }
    }

    /// The same as they travel.
    static func lines(_ limit: Int, of unit: String, _ reading: Reading) throws -> [TrailLine] {
        try Row.fetchAll(
            reading.database,
            sql: "SELECT at, account, operation, subject, outcome FROM audit WHERE unit = ? ORDER BY id DESC LIMIT ?",
            arguments: [unit, min(limit, 1000)]
        ).map {
            TrailLine(at: $0["at"], account: $0["account"], operation: $0["operation"], subject: $0["subject"], outcome: $0["outcome"])
        }
    }
}

extension AuditTrail.Line {
    init(_ line: TrailLine, of unit: UnitCode) {
        self.init(
            at: ChinaTime.text(line.at), unit: unit.text, account: line.account, operation: line.operation, subject: line.subject,
            outcome: line.outcome)
    }
}
