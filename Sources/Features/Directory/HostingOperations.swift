import GRDB
import Protocol
import Rules
import Store

/// `invite`, `host`, `unhost`: how units below come to have a node, their own or this one.
public enum HostingOperations {
    struct Invited: Encodable, Sendable { let unit, code, expires, parent: String }

    struct Administrator: Encodable, Sendable { let account, password: String }

    struct Hosted: Encodable, Sendable {
        let unit, node: String
        let admin: Administrator?
    }

    /// Key of the node's value with the address that children dial.
    public static let peerAddress = "peer"

    private static let hosted = Schema.fields(
        ("unit", .string), ("node", .string), ("admin?", .fields(("account", .string), ("password", .string))))

    public static let all: [Operation] = [
        Operation(
            "units.invite", .post, "/units/{unit}/invitation", "One-time code that makes a machine the unit's node", title: "邀请下级单位",
            parameters: [.path("unit", "Unit directly below")],
            response: .fields(("unit", .string), ("code", .string), ("expires", .string), ("parent", .string)),
            roles: [.systemAdministrator]
        ) { call in
            let unit = UnitCode(call.parameters["unit"] ?? "")
            return .json(try call.archive.write { transaction in
                let issued = try Invitations.issue(for: unit, by: call.actor.unit, in: transaction)
                return Invited(
                    unit: unit.text, code: issued.code.text, expires: ChinaTime.text(issued.endsAt),
                    parent: try transaction.reading.nodeText(peerAddress) ?? "")
            })
        },
        Operation(
            "units.host", .post, "/units/{unit}/host", "Give a unit without a server its home on this node", title: "托管下级单位",
            parameters: [.path("unit", "Unit directly below")], response: hosted, roles: [.systemAdministrator], handle: host),
        Operation(
            "units.unhost", .delete, "/units/{unit}/host", "End hosting: the unit gets a node of its own by invitation",
            title: "结束托管", parameters: [.path("unit", "Hosted unit directly below")], response: hosted,
            roles: [.systemAdministrator], handle: unhost),
    ]

    private static func host(_ call: Call) throws -> Reply {
        let unit = UnitCode(call.parameters["unit"] ?? "")
        let (text, password) = try AccountShelf.oneTimePassword(call.archive.surroundings)
        return .json(try call.archive.write { transaction in
            try Invitations.mustBeBelow(unit, call.actor.unit, in: transaction)
            let node = try ownUnit(transaction)
            guard try !transaction.hosts(unit) else {
                throw Refusal("units.hosted", "单位 \(unit) 已在本节点托管。", remedy: "无须再次办理；忘记密码可用 account reset。")
            }
            let key = transaction.surroundings.statementKey()
            let hasSpoken = try !transaction.directory.keys(of: unit).isEmpty
            try Invitations.enrol(key.publicKey, for: unit, by: call.actor.unit, on: node, in: transaction)
            try transaction.keepSecret(key, of: unit, incarnation: transaction.surroundings.incarnation())
            try transaction.clearAlarm("moved", subject: unit.text)
            // This disk is itself not whole yet, or the unit came from another authority: what it wrote before may still be on its way.
            if hasSpoken, try transaction.reading.isRefilling() || hasArrivedWithout(unit, transaction) { try transaction.noteReturning(unit) }
            try transaction.takeUpSalvage(of: unit)
            try AccountShelf.putAdministrator(of: unit, password, in: transaction)
            return Hosted(
                unit: unit.text, node: node.text,
                admin: Administrator(account: AccountShelf.administrator, password: text))
        })
    }

    /// Whether a unit was moved and nothing that it wrote is here yet.
    private static func hasArrivedWithout(_ unit: UnitCode, _ transaction: Transaction) throws -> Bool {
        guard try transaction.reading.move(of: unit) != nil else { return false }
        return try Bool.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT NOT EXISTS (SELECT 1 FROM stream WHERE unit = ? AND sequence > 0)"), arguments: [unit.text]) ?? false
    }

    private static func unhost(_ call: Call) throws -> Reply {
        let unit = UnitCode(call.parameters["unit"] ?? "")
        return .json(try call.archive.write { transaction in
            let node = try ownUnit(transaction)
            guard transaction.directory.unit(unit)?.competent == call.actor.unit, unit != node else {
                throw Refusal(
                    "units.notBelow", question: "Q10", "单位 \(unit) 不是本单位直接主管的下级。", remedy: "请由它的主管教育行政部门办理。",
                    kind: .permission)
            }
            guard try transaction.hosts(unit) else {
                throw Refusal("units.notHosted", "单位 \(unit) 不在本节点托管。", remedy: "请用 units 查看各单位所在的节点。")
            }
            try transaction.retireSecret(of: unit)
            try AccountShelf.removeAll(of: unit, in: transaction)
            return Hosted(unit: unit.text, node: node.text, admin: nil)
        })
    }

    private static func ownUnit(_ transaction: Transaction) throws -> UnitCode {
        guard let own = try transaction.reading.ownUnit() else {
            throw StoreError(.notInitialised, message: "本节点还没有初始化。", remedy: "请先运行 xueji init 或 xueji join。")
        }
        return own
    }
}
