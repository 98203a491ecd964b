import Protocol
import Rules
import Store

/// Reads trails of units directly below whose nodes are others: asked over the link, kept in memory only.
public struct TrailsBelow: Sendable {
    public struct Standing: Sendable {
        /// Whether the unit's node has called lately.
        public var isConnected: Bool
        /// Seconds since 1970.
        public var lastContact: Int64?
        public var answeredAt: Int64?
        public var told: TrailTold?
        /// Whether this call has put a question.
        public var isNew: Bool

        public init(isConnected: Bool, lastContact: Int64?, answeredAt: Int64?, told: TrailTold?, isNew: Bool) {
            self.isConnected = isConnected
            self.lastContact = lastContact
            self.answeredAt = answeredAt
            self.told = told
            self.isNew = isNew
        }
    }

    /// Asks for a unit's newest lines in the name of an authority, at the node of `at`.
    public let ask: @Sendable (_ unit: UnitCode, _ by: UnitCode, _ at: UnitCode, _ limit: Int) throws -> Standing

    public init(ask: @escaping @Sendable (_ unit: UnitCode, _ by: UnitCode, _ at: UnitCode, _ limit: Int) throws -> Standing) {
        self.ask = ask
    }

    /// A stopped node.
    public static let none = TrailsBelow { _, _, _, _ in
        Standing(isConnected: false, lastContact: nil, answeredAt: nil, told: nil, isNew: false)
    }
}

/// 操作记录 of the own unit and of those below.
public enum TrailOperations {
    /// What the trail names that is no operation of its own.
    static let titles = [
        "audit.ask": "索取下级的操作记录", "inquiries.asked": "提出转学查询", "inquiries.answer": "答复转学查询", "inquiries.forward": "转送转学查询",
    ]

    struct Trail: Encodable, Sendable {
        let unit: String
        /// `here`, `answered`, `asked` (on its way), `away` (the unit's node does not call).
        let state: String
        let audit: [AuditTrail.Line]
        /// Of a trail from another node.
        @OrNull var answeredAt: String?
        @OrNull var lastContact: String?
    }

    public static func operations(_ below: @escaping @Sendable () -> TrailsBelow) -> [Operation] {
        [
            Operation(
                "audit.list", .get, "/audit", "Newest acts of the accounts of this unit or one below; a node elsewhere is asked over its link",
                title: "操作记录",
                parameters: [
                    Operation.Parameter("limit", "At most this many, 100 by default"),
                    Operation.Parameter("of", "A unit below, hosted here or with a node directly below; default: the own"),
                ],
                response: .fields(
                    ("unit", .string), ("state", .string),
                    ("audit", .array(.fields(
                        ("at", .string), ("unit", .string), ("account", .string), ("operation", .string), ("subject", .string),
                        ("outcome", .string)))),
                    ("answeredAt?", .string), ("lastContact?", .string)),
                roles: [.systemAdministrator, .head]
            ) { call in
                let unit = call.parameters["of"].map { UnitCode($0) } ?? call.actor.unit
                let limit = max(1, min(call.parameters["limit"].flatMap { Int($0) } ?? 100, TrailAnswer.mostLines))
                if let here = try call.archive.read({ try Self.here(unit, call.actor, limit, $0) }) { return .json(here) }
                return .json(try elsewhere(unit, limit, call, below()))
            },
        ]
    }

    /// Nil when the unit's accounts are at another node.
    private static func here(_ unit: UnitCode, _ actor: Actor, _ limit: Int, _ reading: Reading) throws -> Trail? {
        guard reading.directory.contains(actor.unit, unit) else {
            throw Refusal(
                "audit.notBelow", question: "Q111", "单位 \(unit) 不是本单位的下级，不能查看其操作记录。", remedy: "请核对单位代码。", kind: .permission)
        }
        guard try unit == actor.unit || reading.hostedUnits().contains(unit) else { return nil }
        return Trail(unit: unit.text, state: "here", audit: try AuditTrail.newest(limit, of: unit.text, reading))
    }

    private static func elsewhere(_ unit: UnitCode, _ limit: Int, _ call: Call, _ below: TrailsBelow) throws -> Trail {
        let node = try call.archive.read { try Self.node(of: unit, $0) }
        let standing = try below.ask(unit, call.actor.unit, node, limit)
        if standing.isNew {
            try call.archive.write {
                try AuditTrail.record("audit.ask", by: call.actor, subject: unit.text, outcome: "done", in: $0)
            }
        }
        var lines: [TrailLine] = []
        switch standing.told {
        case .refused:
            throw Refusal(
                "audit.refused", question: "Q111", "单位 \(unit) 的节点没有给出操作记录。", remedy: "该单位可能刚划转或正在恢复；请核对隶属关系后重试。")
        case .lines(let told): lines = Array(told.prefix(limit))
        case nil: break
        }
        var trail = Trail(
            unit: unit.text, state: standing.told != nil ? "answered" : standing.isConnected ? "asked" : "away",
            audit: lines.map { AuditTrail.Line($0, of: unit) })
        trail.answeredAt = standing.answeredAt.map(ChinaTime.text)
        trail.lastContact = standing.lastContact.map(ChinaTime.text)
        return trail
    }

    /// The unit at whose node the accounts are; it must call this node itself.
    private static func node(of unit: UnitCode, _ reading: Reading) throws -> UnitCode {
        guard let node = try reading.directory.activeKey(of: unit)?.node else {
            throw Refusal("audit.noNode", question: "Q111", "单位 \(unit) 还没有入网，没有操作记录。", remedy: "请先邀请它入网，或由上级托管。", kind: .missing)
        }
        guard let parent = reading.directory.unit(node)?.competent, try reading.hostedUnits().contains(parent) else {
            throw Refusal(
                "audit.notDirect", question: "Q111", "单位 \(unit) 的节点不直接连到本节点。", remedy: "请由它的直接上级查看，或向其索取。", kind: .permission)
        }
        return node
    }

    // MARK: At the unit's node

    /// What this node tells its parent of a trail; noted in that trail.
    public static func tell(_ question: TrailQuestion, _ archive: Archive) -> TrailTold {
        do {
            return try archive.write { transaction in
                let isAbove = question.by != question.unit && transaction.directory.contains(question.by, question.unit)
                guard try isAbove && transaction.hosts(question.unit) else { return .refused("trail.none") }
                let lines = try AuditTrail.lines(min(question.limit, TrailAnswer.mostLines), of: question.unit.text, transaction.reading)
                let asker = Actor(unit: question.unit, account: "superior \(question.by)", roles: [])
                try AuditTrail.record("audit.list", by: asker, subject: question.unit.text, outcome: "done", in: transaction)
                return .lines(lines)
            }
        } catch {
            return .refused("trail.failed")
        }
    }
}
