import GRDB
import Rules

extension Transaction {
    /// Kinds and senders kept apart at most; what is beyond them counts under one name, so that a flood of senders fills nothing.
    private static let refusalsKept = 200
    public static let refusalAlarm = "peer.refused"

    /// Counts messages refused at the peers' door and tells the operator.
    /// - Parameters:
    ///   - kind: stable code of the refusal.
    ///   - who: a unit's code or an address; no personal data.
    ///   - label: Chinese, what was wrong.
    public func noteRefusals(_ kind: String, from who: String, label: String, count: Int) throws {
        let isKnown = try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM refusal WHERE kind = ? AND who = ?)"), arguments: [kind, who]) ?? false
        let rows = try Int.fetchOne(database.cachedStatement(sql: "SELECT count(*) FROM refusal")) ?? 0
        let who = isKnown || rows < Self.refusalsKept ? who : "…"
        try database.execute(
            literal: """
                INSERT INTO refusal (kind, who, count, first, last) VALUES (\(kind), \(who), \(count), \(now), \(now))
                ON CONFLICT DO UPDATE SET count = count + excluded.count, last = excluded.last
                """)
        let total = try Int.fetchOne(
            database.cachedStatement(sql: "SELECT count FROM refusal WHERE kind = ? AND who = ?"), arguments: [kind, who]) ?? count
        let subject = kind + " " + who
        try clearAlarm(Self.refusalAlarm, subject: subject)
        let since = try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT first FROM refusal WHERE kind = ? AND who = ?"), arguments: [kind, who]) ?? now
        try database.execute(
            literal: """
                INSERT INTO alarm (code, subject, since, text) VALUES (\(Self.refusalAlarm), \(subject), \(since),
                \("拒绝了来自 \(who) 的请求 \(total) 次：\(label)（\(kind)）。"))
                """)
    }

    /// Forgets refusals that have not come again for so many seconds, and their alarms.
    public func forgetRefusals(olderThan seconds: Int64) throws {
        for row in try Row.fetchAll(database.cachedStatement(sql: "SELECT kind, who FROM refusal WHERE last < ?"), arguments: [now - seconds]) {
            let (kind, who): (String, String) = (row["kind"], row["who"])
            try clearAlarm(Self.refusalAlarm, subject: kind + " " + who)
            try database.execute(literal: "DELETE FROM refusal WHERE kind = \(kind) AND who = \(who)")
        }
    }
}
