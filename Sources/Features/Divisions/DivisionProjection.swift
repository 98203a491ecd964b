import GRDB
import Protocol
import Rules
import Store

/// Divisions that the centre added to the national table (Q102).
public struct DivisionProjection: Projection {
    public let kinds: Set<EntryKind> = [.division]
    public let migrations: [(name: String, sql: String)] = [("division-1", """
        CREATE TABLE division (code TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT NOT NULL) WITHOUT ROWID;
        """)]

    public let tables = [
        (table: "division", sql: "SELECT * FROM division ORDER BY code"),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let division = Payload.division(entry.payload) else { return .void("malformed division") }
        guard writer.unit == .centre else { return .void("only the centre adds divisions") }
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO division (code, name, parent)
                VALUES (\(division.code), \(division.name), \(division.parent))
                """)
        return .applied
    }

    /// The built-in table with the centre's additions.
    public static func table(_ reading: Reading) throws -> DivisionTable {
        var additions: [String: String] = [:]
        for row in try Row.fetchAll(reading.database, sql: "SELECT code, name FROM division") { additions[row["code"]] = row["name"] }
        return (try? DivisionTable(additions: additions)) ?? DivisionTable()
    }
}

/// Custom divisions: only the centre gives a code (Q102).
public enum DivisionOperations {
    struct Body: Codable { let code: String; let name: String }
    struct List: Encodable, Sendable { let divisions: [Item] }
    struct Item: Encodable, Sendable { let code, name: String }

    private static let schema = Schema.fields(("divisions", .array(.fields(("code", .string), ("name", .string)))))

    public static let all: [Operation] = [
        Operation(
            "divisions.list", .get, "/divisions", "Divisions the centre added", title: "自建行政区划", response: schema
        ) { call in .json(try call.archive.read { try list($0) }) },
        Operation(
            "divisions.add", .post, "/divisions", "Add a division that the national table lacks", title: "自建行政区划赋码",
            body: .json(.fields(("code", .string), ("name", .string))), response: schema, roles: [.systemAdministrator]
        ) { call in
            let body: Body = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                guard let tier = transaction.directory.tier(of: call.actor.unit), TierRights.may(tier, .addDivisions) else {
                    throw Refusal(
                        "divisions.right", question: "Q102", "自建行政区划由教育部统一赋码，省市县不能自编代码。", remedy: "请由省级申报。",
                        kind: .permission)
                }
                let table = try DivisionProjection.table(transaction.reading)
                do throws(DivisionError) { _ = try table.adding(code: body.code, name: body.name) } catch {
                    throw Refusal(error.code, question: "Q102", error.message, remedy: error.remedy)
                }
                let division = CustomDivision(
                    code: body.code, name: body.name, parent: DivisionCode.parent(of: body.code) ?? "")
                try transaction.append(.division, Payload.encode(division), as: call.actor.unit, to: .everyone)
                return try list(transaction.reading)
            })
        },
    ]

    private static func list(_ reading: Reading) throws -> List {
        List(divisions: try DivisionProjection.table(reading).additions.sorted { $0.key < $1.key }
            .map { Item(code: $0.key, name: $0.value) })
    }
}
