import Protocol
import Rules
import Store

/// `policy list / get / set`.
public enum PolicyOperations {
    struct Item: Encodable, Sendable {
        let key, title, question, value: String
        @OrNull var setBy: String?
        @OrNull var setByName: String?
        let version: Int
        let owners: [String]
        let standard: String
    }

    struct List: Encodable, Sendable { let policies: [Item] }

    private static let schema = Schema.fields(("policies", .array(.fields(
        ("key", .string), ("title", .string), ("question", .string), ("value", .string), ("setBy?", .string),
        ("setByName?", .string), ("version", .integer), ("owners", .array(.string)), ("standard", .string)))))

    public static let all: [Operation] = [
        Operation(
            "policy.list", .get, "/policies", "Policies in force for the unit, with the tier that set each",
            title: "开关与时间设置", response: schema
        ) { call in
            .json(try call.archive.read { reading in
                List(policies: try PolicyCatalogue.all.map { try item($0, for: call.actor.unit, reading) })
            })
        },
        Operation(
            "policy.get", .get, "/policies/{key}", "One policy in force for the unit", title: "查看设置",
            parameters: [.path("key", "Key of the catalogue")], response: schema
        ) { call in
            let definition = try definition(call.parameters["key"] ?? "")
            return .json(try call.archive.read { List(policies: [try item(definition, for: call.actor.unit, $0)]) })
        },
        Operation(
            "policy.set", .put, "/policies/{key}", "Set a policy for the unit's subtree; travels down", title: "修改设置",
            parameters: [.path("key", "Key of the catalogue")], body: .json(.fields(("value", .string))),
            response: schema, roles: [.systemAdministrator, .head]
        ) { call in
            struct Body: Decodable { let value: String }
            let body: Body = try JSONBody.decode(call.body)
            let definition = try definition(call.parameters["key"] ?? "")
            return .json(try call.archive.write { transaction in
                try set(definition, to: body.value, as: call.actor, in: transaction)
                return List(policies: [try item(definition, for: call.actor.unit, transaction.reading)])
            })
        },
    ]

    private static func definition(_ key: String) throws -> PolicyDefinition {
        guard let definition = PolicyCatalogue.definition(key) else {
            throw Refusal(
                "policy.unknown", "没有名为 \(key) 的设置。", remedy: "请用 policy list 查看全部设置。", kind: .missing)
        }
        return definition
    }

    /// Sets a policy as the actor's unit. Setting the same value again changes nothing.
    static func set(
        _ definition: PolicyDefinition, to value: String, as actor: Actor, in transaction: Transaction
    ) throws {
        let tier = transaction.directory.tier(of: actor.unit) ?? .school
        guard definition.owners.contains(tier) else {
            let owners = definition.owners.sorted().map(\.label).joined(separator: "、")
            throw Refusal(
                "policy.owner", question: definition.question, "“\(definition.title)”由\(owners)设置，\(tier.label)单位不能修改。",
                remedy: "请联系上级教育行政部门。", kind: .permission)
        }
        if let fault = definition.fault(in: value) {
            throw Refusal(
                "policy.value", question: definition.question, "“\(definition.title)”的值不对：\(fault)。", remedy: "请按提示修改后重试。",
                kind: .usage)
        }
        try checkPresent(definition, value, actor.unit, in: transaction)
        let present = try PolicyShelf(transaction.reading).settings(definition.key, for: actor.unit)
            .first { $0.setBy == actor.unit }
        if present?.value == value { return }
        let setting = PolicySetting(
            unit: actor.unit, key: definition.key, value: value, version: (present?.version ?? 0) + 1, by: actor.unit,
            at: transaction.now)
        try transaction.append(
            .policy, Payload.encode(setting), as: actor.unit,
            to: actor.unit == .centre ? .everyone : .subtree(actor.unit))
    }

    /// A value may be sound by itself and yet contradict what is there.
    private static func checkPresent(
        _ definition: PolicyDefinition, _ value: String, _ unit: UnitCode, in transaction: Transaction
    ) throws {
        guard definition.value == .classRanges, let numbering = ClassRanges.numbering(value) else { return }
        for (text, facts) in try ClassShelf(transaction.reading).classes(of: unit).sorted(by: { $0.key < $1.key }) {
            guard let code = ClassCode(text) else { continue }
            do throws(ClassNumberingError) { try numbering.check(code, campus: facts.campus, taken: []) } catch {
                throw Refusal(error.code, question: "Q16", "已有班级不符合新的号段：\(error.message)。", remedy: error.remedy)
            }
        }
    }

    private static func item(_ definition: PolicyDefinition, for unit: UnitCode, _ reading: Reading) throws -> Item {
        let value = try PolicyShelf(reading).inForce(definition, for: unit)
        return Item(
            key: definition.key, title: definition.title, question: definition.question, value: value.value,
            setBy: value.setBy?.text, setByName: value.setBy.flatMap { reading.directory.unit($0)?.name },
            version: value.version, owners: definition.owners.sorted().map(\.rawValue), standard: definition.standard)
    }
}
