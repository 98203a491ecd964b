import GRDB
import Protocol
import Rules
import Store

/// `revoke`: an authority above a unit ends its statement key, and with it its node's link.
public enum Revocations {
    struct Wish: Codable {
        let reason: String
        let since: String?
    }

    struct Item: Encodable, Sendable {
        let unit: String
        let generation: Int
        /// It was revoked just so before; nothing was written.
        let already: Bool
        /// Envelopes stored here that count no longer, and later ones that stay, for settled facts are in them.
        let withdrawn, settled: Int
    }

    struct Revoked: Encodable, Sendable {
        let unit: String
        /// What was stored here before then counts; null: all that is stored here.
        @OrNull var since: String?
        /// The unit's own key first, then those of the units that its node hosts.
        let keys: [Item]
        let already: Bool
        let withdrawn, settled: Int
    }

    private static let item = Schema.fields(
        ("unit", .string), ("generation", .integer), ("already", .boolean), ("withdrawn", .integer), ("settled", .integer))

    public static let all: [Operation] = [
        Operation(
            "units.revoke", .post, "/units/{unit}/revocation", "End the key of a unit below and its node's link", title: "吊销下级单位的密钥",
            parameters: [.path("unit", "Unit below, at any depth")], body: .json(.fields(("reason", .string), ("since?", .string))),
            response: .fields(
                ("unit", .string), ("since?", .string), ("keys", .array(item)), ("already", .boolean), ("withdrawn", .integer),
                ("settled", .integer)),
            roles: [.systemAdministrator]
        ) { call in
            let wish: Wish = try JSONBody.decode(call.body)
            let unit = UnitCode(call.parameters["unit"] ?? "")
            return .json(try call.archive.write { transaction in
                try revoke(unit, by: call.actor.unit, since: wish.since, reason: wish.reason, in: transaction)
            })
        },
    ]

    /// - Parameter since: as the operator wrote it; nil: all that is stored here counts.
    static func revoke(
        _ unit: UnitCode, by issuer: UnitCode, since: String?, reason: String, in transaction: Transaction
    ) throws -> Revoked {
        let end = try since.map { try instant($0, now: transaction.now) }
        let words = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !words.isEmpty, words.count <= 200 else {
            throw Refusal("revoke.reason", "吊销须写明理由，不超过 200 字。", remedy: "请用 --reason 写明理由，例如“笔记本电脑失窃”。", kind: .usage)
        }
        try check(unit, issuer, in: transaction)
        let all = [unit] + (try hosted(on: unit, in: transaction))
        let items = try all.compactMap { code in
            try transaction.revoke(code, by: issuer, since: end, reason: words).map {
                Item(unit: code.text, generation: $0.generation, already: $0.wasAlready, withdrawn: $0.withdrawn, settled: $0.settled)
            }
        }
        return Revoked(
            unit: unit.text, since: end.map(ChinaTime.text), keys: items, already: items.allSatisfy(\.already),
            withdrawn: items.reduce(0) { $0 + $1.withdrawn }, settled: items.reduce(0) { $0 + $1.settled })
    }

    private static func instant(_ text: String, now: Int64) throws -> Int64 {
        guard let seconds = ChinaTime.seconds(text) else {
            throw Refusal(
                "revoke.since", "--since 的时间“\(text)”不对。", remedy: "请写日期 2026-09-01（北京时间零点），或 2026-09-01T08:00:00+08:00。", kind: .usage)
        }
        guard seconds <= now else {
            throw Refusal("revoke.since", "--since 的时间在将来。", remedy: "请写出事的时间；不写则本节点已存的数据都有效。", kind: .usage)
        }
        return seconds
    }

    private static func check(_ unit: UnitCode, _ issuer: UnitCode, in transaction: Transaction) throws {
        let directory = transaction.directory
        guard unit != .centre else {
            throw Refusal("revoke.centre", "中央节点是信任的起点，不能吊销。", remedy: "请按运维手册恢复中央节点。", kind: .permission)
        }
        guard unit != issuer else {
            throw Refusal("revoke.self", "不能吊销本单位自己的密钥。", remedy: "请由上级单位办理。", kind: .permission)
        }
        guard let found = directory.unit(unit) else {
            throw Refusal("units.missing", question: "Q106", "机构库中没有单位 \(unit)。", remedy: "请核对单位代码。", kind: .missing)
        }
        guard directory.contains(issuer, unit), directory.tier(of: issuer).map({ TierRights.may($0, .revokeUnits) }) ?? false else {
            throw Refusal(
                "revoke.notBelow", "单位“\(found.name)”不是本单位的下级，不能吊销。", remedy: "请由它的任一上级教育行政部门办理。", kind: .permission)
        }
        guard let active = try directory.activeKey(of: unit) else {
            throw Refusal("revoke.noKey", "单位“\(found.name)”没有登记密钥，无须吊销。", remedy: "未入网的单位没有可吊销的密钥。", kind: .missing)
        }
        // Its key lies on its host's machine, and whoever has that machine has the host's key as well.
        guard active.node == unit else {
            throw Refusal(
                "revoke.hosted", "单位“\(found.name)”托管在 \(active.node) 的节点上，密钥在那台机器里，不能单独吊销。",
                remedy: "那台机器失窃：请由 \(active.node) 的上级吊销 \(active.node)，它托管的单位一并吊销。只是账号泄露：请用 account reset。")
        }
    }

    /// Units whose key lies on the machine of another unit's node.
    private static func hosted(on node: UnitCode, in transaction: Transaction) throws -> [UnitCode] {
        let units = try String.fetchAll(
            transaction.database.cachedStatement(sql: "SELECT DISTINCT unit FROM unit_key WHERE node = ? AND unit <> ? ORDER BY unit"),
            arguments: [node.text, node.text])
        return try units.map { UnitCode($0) }.filter {
            try transaction.directory.activeKey(of: $0)?.node == node && transaction.directory.contains(node, $0)
        }
    }
}
