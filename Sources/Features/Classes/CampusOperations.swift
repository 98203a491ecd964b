import GRDB
import Protocol
import Rules
import Store

/// 分校区 (Q2, Q13, Q14, Q16): designated by the competent authority; a private school without a code stands under a public
/// one as a branch.
public enum CampusOperations {
    struct Item: Encodable, Sendable {
        let number: Int
        let name: String
        let isPrivate: Bool
    }

    struct List: Encodable, Sendable {
        let school: String
        let campuses: [Item]
    }

    struct Designation: Decodable {
        let name: String
        let isPrivate: Bool?
    }

    private static let schema = Schema.fields(
        ("school", .string), ("campuses", .array(.fields(("number", .integer), ("name", .string), ("isPrivate", .boolean)))))

    public static let all: [Operation] = [
        Operation(
            "campuses.list", .get, "/schools/{school}/campuses", "Branch campuses of a school", title: "分校区",
            parameters: [.path("school", "School code")], response: schema
        ) { call in .json(try call.archive.read { try list(school(call), sight: call.actor.unit, $0) }) },
        Operation(
            "campuses.set", .put, "/schools/{school}/campuses/{number}", "Designate a branch campus of a school", title: "指定分校区",
            parameters: [.path("school", "School code"), .path("number", "1 to 99; 0 is the main campus")],
            body: .json(.fields(("name", .string), ("isPrivate?", .boolean))), response: schema,
            roles: [.registrar, .head, .systemAdministrator]
        ) { call in
            let wish: Designation = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                try designate(wish, call, in: transaction)
                return try list(school(call), sight: call.actor.unit, transaction.reading)
            })
        },
    ]

    private static func school(_ call: Call) -> UnitCode { UnitCode(call.parameters["school"] ?? "") }

    private static func designate(_ wish: Designation, _ call: Call, in transaction: Transaction) throws {
        guard let school = transaction.directory.unit(school(call)), school.tier == .school else {
            throw Refusal("school.unknown", question: "Q6", "学校不在机构库", remedy: "请核对学校标识码。", kind: .missing)
        }
        guard school.competent == call.actor.unit else {
            throw Refusal(
                "campuses.right", question: "Q13", "分校区由学校的主管教育行政部门指定。", remedy: "请联系主管教育行政部门。", kind: .permission)
        }
        guard !school.isClosed else {
            throw Refusal("school.closed", question: "Q14", "学校“\(school.name)”已撤销，不能修改。", remedy: "已撤销的学校只能查询。")
        }
        guard let number = Int(call.parameters["number"] ?? ""), (1...99).contains(number), !wish.name.isEmpty,
              wish.name.count <= 60 else {
            throw Refusal("campuses.value", question: "Q16", "校区号应为1至99，名称不能为空且不超过60字。", remedy: "主校区为0号，不需要指定。", kind: .usage)
        }
        let present = try Row.fetchOne(
            transaction.database, sql: "SELECT * FROM campus WHERE school = ? AND number = ?", arguments: [school.code.text, number])
        let isPrivate = wish.isPrivate ?? false
        if let present, present["name"] == wish.name, present["private"] == isPrivate { return }
        let campus = Campus(
            school: school.code, number: number, name: wish.name, isPrivate: isPrivate,
            version: ((present?["version"] as Int?) ?? 0) + 1, by: call.actor.unit)
        try transaction.append(.campus, Payload.encode(campus), as: call.actor.unit, to: .unit(school.code))
    }

    private static func list(_ school: UnitCode, sight unit: UnitCode, _ reading: Reading) throws -> List {
        guard reading.directory.contains(unit, school) else {
            throw Refusal("units.sight", "只能查看本单位及下属单位。", remedy: "请核对单位代码。", kind: .permission)
        }
        let rows = try Row.fetchAll(
            reading.database, sql: "SELECT number, name, private FROM campus WHERE school = ? ORDER BY number",
            arguments: [school.text])
        return List(school: school.text, campuses: rows.map { Item(number: $0["number"], name: $0["name"], isPrivate: $0["private"]) })
    }
}
