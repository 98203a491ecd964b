import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 导入结果 (Q50): one file, one result, kept over restarts.
public struct ImportReport: Codable, Sendable, Hashable {
    public enum Outcome: String, Codable, Sendable {
        /// 成功 / 失败 / 不符合模板 / 待处理
        case success, failed
        case templateMismatch = "template_mismatch"
        case pending
    }

    public struct Item: Codable, Sendable, Hashable {
        /// Row of the sheet, from 1; nil for the file as a whole.
        @OrNull public var row: Int?
        /// For example `AF7`; nil when the finding is about the row.
        @OrNull public var cell: String?
        /// Column title.
        @OrNull public var field: String?
        public var rule: String
        public var question: String
        public var severity: String
        public var message: String
        public var remedy: String
    }

    public var job: String
    public var outcome: Outcome
    public var rows: Int
    /// Rows that entered, problem records among them.
    public var accepted: Int
    /// Rows that had entered before: nothing was changed.
    public var already: Int
    /// Accepted rows that are problem records at once (身份证号错误 and the like).
    public var problems: Int
    public var failed: Int
    /// The first ones, in order of rows; see `findingLimit`.
    public var findings: [Item]
    /// File of the failed rows with the cells marked; nil when there is none.
    @OrNull public var marked: String?

    public static let findingLimit = 20_000

    public init(job: String) {
        self.job = job
        outcome = .pending
        rows = 0
        accepted = 0
        already = 0
        problems = 0
        failed = 0
        findings = []
        marked = nil
    }

    mutating func add(_ finding: Finding, row: Int?, cell: String?) {
        guard findings.count < Self.findingLimit else { return }
        findings.append(Self.item(finding, row: row, cell: cell))
    }

    /// What holds for the file stands before the rows, and is told however many these are.
    mutating func tell(_ fileWide: FileWideFindings) {
        let place = findings.firstIndex { $0.row != nil } ?? findings.endIndex
        findings.insert(contentsOf: fileWide.findings.map { Self.item($0, row: nil, cell: nil) }, at: place)
    }

    private static func item(_ finding: Finding, row: Int?, cell: String?) -> Item {
        Item(
            row: row, cell: cell, field: finding.field?.label, rule: finding.rule, question: finding.question,
            severity: finding.severity.rawValue, message: finding.message, remedy: finding.remedy)
    }
}

/// The import jobs of this node. Local: a job is no fact about a pupil and does not travel.
public struct ImportShelf: Office {
    public let migrations: [(name: String, sql: String)] = [("import-1", """
        CREATE TABLE import_job (
          id TEXT PRIMARY KEY, unit TEXT NOT NULL, account TEXT NOT NULL, roles TEXT NOT NULL, file_name TEXT NOT NULL,
          path TEXT NOT NULL, strict INTEGER NOT NULL, state TEXT NOT NULL, done_rows INTEGER NOT NULL,
          created_at INTEGER NOT NULL, finished_at INTEGER, report TEXT) WITHOUT ROWID;
        CREATE INDEX import_job_unit ON import_job (unit, created_at);
        -- Which content entered as which dossier: sending a file twice changes nothing.
        CREATE TABLE import_row (
          school TEXT NOT NULL, digest BLOB NOT NULL, dossier BLOB NOT NULL, job TEXT NOT NULL,
          PRIMARY KEY (school, digest, dossier)) WITHOUT ROWID;
        -- Which earlier dossier answered for a row of a job.
        CREATE TABLE import_claim (job TEXT NOT NULL, dossier BLOB NOT NULL, PRIMARY KEY (job, dossier)) WITHOUT ROWID;
        """), ("import-2", "CREATE INDEX import_row_job ON import_row (job);")]

    public init() {}
    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}
    public func work(in transaction: Transaction) throws -> Bool { false }

    /// A job as people see it in the list.
    public struct Job: Sendable {
        public let id: String
        public let actor: Actor
        public let fileName: String
        public let path: String
        public let isStrict: Bool
        public let state: String
        public let doneRows: Int
        public let createdAt: Int64
        public let report: ImportReport?
    }

    static func job(_ row: Row) -> Job {
        let text: String? = row["report"]
        let roles = (row["roles"] as String).split(separator: ",").compactMap { Role(rawValue: String($0)) }
        return Job(
            id: row["id"], actor: Actor(unit: UnitCode(row["unit"]), account: row["account"], roles: Set(roles)),
            fileName: row["file_name"], path: row["path"], isStrict: row["strict"], state: row["state"],
            doneRows: row["done_rows"], createdAt: row["created_at"],
            report: text.flatMap { try? JSONDecoder().decode(ImportReport.self, from: Data($0.utf8)) })
    }

    public static func find(_ id: String, of unit: UnitCode, _ reading: Reading) throws -> Job? {
        try Row.fetchOne(reading.database, sql: "SELECT * FROM import_job WHERE id = ? AND unit = ?", arguments: [id, unit.text])
            .map(job)
    }

    /// Jobs that a crash or stop left unfinished, oldest first.
    public static func waiting(_ reading: Reading) throws -> [Job] {
        try Row.fetchAll(reading.database, sql: "SELECT * FROM import_job WHERE state = 'waiting' ORDER BY created_at, id").map(job)
    }

    static func list(of unit: UnitCode, _ reading: Reading) throws -> [Job] {
        try Row.fetchAll(
            reading.database, sql: "SELECT * FROM import_job WHERE unit = ? ORDER BY created_at DESC, id LIMIT 200",
            arguments: [unit.text]).map(job)
    }

    static func add(
        _ file: (path: String, name: String), strict: Bool, as actor: Actor, in transaction: Transaction
    ) throws -> String {
        let id = transaction.surroundings.randomBytes(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let roles = actor.roles.map(\.rawValue).sorted().joined(separator: ",")
        try transaction.database.execute(
            literal: """
                INSERT INTO import_job (id, unit, account, roles, file_name, path, strict, state, done_rows, created_at)
                VALUES (\(id), \(actor.unit.text), \(actor.account), \(roles), \(file.name),
                        \(file.path), \(strict), 'waiting', 0, \(transaction.now))
                """)
        return id
    }

    /// What an earlier run of the job entered before it was cut short: named `job/earlier`, and its claims are void.
    static func earlier(_ id: String) -> String { id + "/earlier" }

    static func begin(_ id: String, in transaction: Transaction) throws {
        try transaction.database.execute(literal: "UPDATE import_row SET job = \(earlier(id)) WHERE job = \(id)")
        try transaction.database.execute(literal: "DELETE FROM import_claim WHERE job = \(id)")
    }

    static func progress(_ id: String, rows: Int, in transaction: Transaction) throws {
        try transaction.database.execute(literal: "UPDATE import_job SET done_rows = \(rows) WHERE id = \(id)")
    }

    /// Ends a job that our own program could not carry out, with the reason; the rows that entered stay entered and are
    /// known by their content when the file is sent again.
    public static func fail(_ id: String, _ reason: String, in transaction: Transaction) throws {
        var report = ImportReport(job: id)
        report.outcome = .failed
        report.add(
            Finding(
                rule: "Q50-interrupted", question: "Q50", severity: .error, field: nil, message: "导入中断：\(reason)",
                remedy: "请排除原因后重新导入同一文件；已录入的行不会重复。"), row: nil, cell: nil)
        try finish(id, report, in: transaction)
    }

    static func finish(_ id: String, _ report: ImportReport, in transaction: Transaction) throws {
        let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        try transaction.database.execute(
            literal: """
                UPDATE import_job SET state = 'done', done_rows = \(report.rows), finished_at = \(transaction.now), report = \(text)
                WHERE id = \(id)
                """)
    }
}
