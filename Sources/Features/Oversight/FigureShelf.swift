import GRDB
import Protocol
import Rules
import Store

/// Figures of a node over time, for charts: one row an hour for a week, one row a day for a year, and no more.
public enum FigureShelf {
    /// Seconds of one row, and how many rows are kept.
    public enum Span: Int64, Sendable, CaseIterable {
        case hour = 3600, day = 86_400

        var kept: Int64 {
            switch self {
            case .hour: 7 * 24
            case .day: 366
            }
        }

        /// Days end at midnight in China.
        func bucket(_ seconds: Int64) -> Int64 { (seconds + 8 * 3600) / rawValue }
        func start(_ bucket: Int64) -> Int64 { bucket * rawValue - 8 * 3600 }
    }

    struct Sample: Sendable, Hashable {
        /// Seconds since 1970, when its hour or day began.
        var start: Int64
        /// At its end: dossiers of the subtree, formal numbers among them, envelopes of the journal.
        var dossiers, numbers, envelopes: Int
        /// The most that has waited for this node's offices and its second stage.
        var queue: Int
    }

    /// Notes how things stand; the last one of an hour and of a day stays.
    public static func take(in transaction: Transaction) throws {
        let db = transaction.database
        let dossiers = try Int.fetchOne(db, sql: "SELECT sum(n) FROM dossier_count") ?? 0
        // Formal ones begin with G or J.
        let numbers = try Int.fetchOne(db, sql: "SELECT sum(n) FROM dossier_count WHERE letter IN ('G', 'J')") ?? 0
        let envelopes = try Journal.position(in: db)
        let queue = try Int.fetchOne(db, sql: "SELECT (SELECT count(*) FROM errand) + (SELECT count(*) FROM unapplied)") ?? 0
        for span in Span.allCases {
            let bucket = span.bucket(transaction.now)
            try db.execute(
                literal: """
                    INSERT INTO figure (span, bucket, dossiers, numbers, envelopes, queue)
                    VALUES (\(span.rawValue), \(bucket), \(dossiers), \(numbers), \(envelopes), \(queue))
                    ON CONFLICT DO UPDATE SET dossiers = excluded.dossiers, numbers = excluded.numbers, envelopes = excluded.envelopes,
                      queue = max(queue, excluded.queue)
                    """)
            try db.execute(
                literal: "DELETE FROM figure WHERE span = \(span.rawValue) AND (bucket <= \(bucket - span.kept) OR bucket > \(bucket))")
        }
    }

    /// Oldest first; hours and days at which the node stood still are missing.
    static func samples(_ span: Span, _ reading: Reading) throws -> [Sample] {
        try Row.fetchAll(
            reading.database, sql: "SELECT * FROM figure WHERE span = ? ORDER BY bucket", arguments: [span.rawValue]
        ).map {
            Sample(
                start: span.start($0["bucket"]), dossiers: $0["dossiers"], numbers: $0["numbers"], envelopes: $0["envelopes"], queue: $0["queue"])
        }
    }
}

/// The table of figures: this node's own, nothing of it travels.
public struct FigureSchema: Office {
    public let migrations: [(name: String, sql: String)] = [("figures-1", """
        CREATE TABLE figure (
          span INTEGER NOT NULL, bucket INTEGER NOT NULL, dossiers INTEGER NOT NULL, numbers INTEGER NOT NULL,
          envelopes INTEGER NOT NULL, queue INTEGER NOT NULL, PRIMARY KEY (span, bucket)) WITHOUT ROWID;
        """)]

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}
    public func work(in transaction: Transaction) throws -> Bool { false }
}

/// `node.figures`.
enum FigureOperations {
    struct Item: Encodable, Sendable {
        let at: String
        let dossiers, numbers, envelopes, queue: Int
    }

    struct Report: Encodable, Sendable { let hours, days: [Item] }

    private static let item = Schema.fields(
        ("at", .string), ("dossiers", .integer), ("numbers", .integer), ("envelopes", .integer), ("queue", .integer))

    static let all: [Operation] = [
        Operation(
            "node.figures", .get, "/figures", "Totals and the longest queue, by hour for a week and by day for a year", title: "走势",
            response: .fields(("hours", .array(item)), ("days", .array(item)))
        ) { call in
            .json(try call.archive.read { reading in
                guard try reading.ownUnit() == call.actor.unit else {
                    throw Refusal("figures.unit", "走势只有节点自己的单位可以查看。", remedy: "请用节点单位的账号。", kind: .permission)
                }
                func items(_ span: FigureShelf.Span) throws -> [Item] {
                    try FigureShelf.samples(span, reading).map {
                        Item(
                            at: ChinaTime.text($0.start), dossiers: $0.dossiers, numbers: $0.numbers, envelopes: $0.envelopes, queue: $0.queue)
                    }
                }
                return Report(hours: try items(.hour), days: try items(.day))
            })
        },
    ]
}
