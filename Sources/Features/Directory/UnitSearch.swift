import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// `units.search`: the directory below a unit, filtered and paged.
enum UnitSearch {
    /// Who keeps a unit's records.
    enum NodeState: String, CaseIterable {
        case own, hosted, none

        var label: String {
            switch self {
            case .own: "自有节点"
            case .hosted: "由上级托管"
            case .none: "未入网"
            }
        }
    }

    struct Campus: Encodable, Sendable {
        let number: Int
        let name: String
        let isPrivate: Bool
    }

    struct Item: Encodable, Sendable {
        let code, name, tier, kind, owner, urban: String
        @OrNull var competent: String?
        @OrNull var territorial: String?
        let stages: [Int]
        /// Years of each of the stages.
        let years: [Int]
        let closed: Bool
        let version: Int
        /// `own`, `hosted`, `none`; and the unit whose node it is.
        let nodeState: String
        @OrNull var node: String?
        var campuses: [Campus]
    }

    struct Page: Encodable, Sendable {
        let total, page, pages: Int
        let units: [Item]
    }

    static let perPage = 50

    private static let item = Schema.fields(
        ("code", .string), ("name", .string), ("tier", .string), ("kind", .string), ("owner", .string), ("urban", .string),
        ("competent?", .string), ("territorial?", .string), ("stages", .array(.integer)), ("years", .array(.integer)), ("closed", .boolean),
        ("version", .integer), ("nodeState", .string), ("node?", .string),
        ("campuses", .array(.fields(("number", .integer), ("name", .string), ("isPrivate", .boolean)))))

    static let operations: [Operation] = [
        Operation(
            "units.search", .get, "/units/search", "Units below, filtered, \(perPage) a page", title: "机构查询",
            parameters: [
                .init("under", "Below this unit of the own subtree; default: the own"), .init("deep", "`true`: at any depth, not only directly"),
                .init("text", "Part of the name, or the beginning of the code"), .init("tier", "school, county, city, province"),
                .init("kind", "Code of the school type"), .init("stage", "1, 2 or 3"), .init("node", "own, hosted or none"),
                .init("closed", "`true`: also closed ones"), .init("page", "From 1"),
            ],
            response: .fields(("total", .integer), ("page", .integer), ("pages", .integer), ("units", .array(item)))
        ) { call in .json(try call.archive.read { try search(call.parameters, sight: call.actor.unit, $0) }) },
        Operation(
            "units.show", .get, "/units/{unit}", "One unit of the own subtree, or one above", title: "机构",
            parameters: [.path("unit", "Unit code")], response: item
        ) { call in .json(try call.archive.read { try show(UnitCode(call.parameters["unit"] ?? ""), sight: call.actor.unit, $0) }) },
    ]

    private static func show(_ code: UnitCode, sight: UnitCode, _ reading: Reading) throws -> Item {
        let directory = reading.directory
        guard directory.contains(sight, code) || directory.contains(code, sight), let unit = directory.unit(code) else {
            throw Refusal("units.sight", "只能查看本单位、上级及下属单位。", remedy: "请核对单位代码。", kind: .permission)
        }
        return try filled(item(unit, node: directory.activeKey(of: code)?.node.text), reading)
    }

    static func search(_ filter: [String: String], sight: UnitCode, _ reading: Reading) throws -> Page {
        let under = filter["under"].map { UnitCode($0) } ?? sight
        guard reading.directory.contains(sight, under) else {
            throw Refusal("units.sight", "只能查看本单位及下属单位。", remedy: "请核对单位代码。", kind: .permission)
        }
        let page = max(1, filter["page"].flatMap { Int($0) } ?? 1)
        let (first, last) = ((page - 1).multipliedReportingOverflow(by: perPage), filter["stage"].flatMap { Int($0) })
        guard !first.overflow else { return Page(total: 0, page: page, pages: 0, units: []) }
        var (total, units) = (0, [Item]())
        let rows = try self.rows(filter, under: under, reading)
        while let row = try rows.next() {
            guard let unit = Payload.unit(Array(row["payload"] as Data)) else { continue }
            if let kind = filter["kind"], unit.kind != kind { continue }
            if let last, !unit.stages.contains(where: { $0.rawValue == last }) { continue }
            let item = item(unit, node: row["node"])
            if let state = filter["node"], item.nodeState != state { continue }
            if total >= first.partialValue, units.count < perPage { units.append(item) }
            total += 1
        }
        return Page(
            total: total, page: page, pages: (total + perPage - 1) / perPage, units: try units.map { try filled($0, reading) })
    }

    private static func rows(_ filter: [String: String], under: UnitCode, _ reading: Reading) throws -> RowCursor {
        var conditions = [
            filter["deep"] == "true"
                ? """
                    u.code IN (WITH RECURSIVE below(code) AS (
                      SELECT code FROM unit WHERE competent = :under UNION SELECT c.code FROM unit c JOIN below b ON c.competent = b.code)
                      SELECT code FROM below)
                    """
                : "u.competent = :under",
        ]
        var arguments: StatementArguments = ["under": under.text]
        if filter["closed"] != "true" { conditions.append("u.closed = 0") }
        if let tier = filter["tier"] {
            conditions.append("u.tier = :tier")
            arguments += ["tier": tier]
        }
        if let text = filter["text"] {
            conditions.append("(instr(u.name, :text) > 0 OR substr(u.code, 1, length(:text)) = :text)")
            arguments += ["text": text]
        }
        return try Row.fetchCursor(
            reading.database, sql: """
                SELECT u.payload, (SELECT node FROM unit_key k WHERE k.unit = u.code ORDER BY generation DESC, key_id LIMIT 1) AS node
                FROM unit u WHERE \(conditions.joined(separator: " AND ")) ORDER BY u.code
                """, arguments: arguments)
    }

    private static func item(_ unit: Unit, node: String?) -> Item {
        let stages = unit.stages.sorted()
        let state: NodeState = node == nil ? .none : node == unit.code.text ? .own : .hosted
        return Item(
            code: unit.code.text, name: unit.name, tier: unit.tier.rawValue, kind: unit.kind, owner: unit.owner, urban: unit.urban,
            competent: unit.competent?.text, territorial: unit.territorial?.text, stages: stages.map(\.rawValue),
            years: stages.map { unit.years[$0] ?? 0 }, closed: unit.isClosed, version: unit.version, nodeState: state.rawValue, node: node,
            campuses: [])
    }

    private static func filled(_ item: Item, _ reading: Reading) throws -> Item {
        var item = item
        guard item.tier == Tier.school.rawValue else { return item }
        item.campuses = try Row.fetchAll(
            reading.database.cachedStatement(sql: "SELECT number, name, private FROM campus WHERE school = ? ORDER BY number"), arguments: [item.code]
        ).map { Campus(number: $0["number"], name: $0["name"], isPrivate: $0["private"]) }
        return item
    }
}
