import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// `units move`: a school is given to another authority, by a signed record of the lowest authority above both.
public enum UnitMoves {
    struct Wish: Decodable {
        let to: String
        let territorial: String?
    }

    struct Moved: Encodable, Sendable {
        let unit, from, to: String
        let version: Int
        /// Where its node will find the new parent; nil where that node has not said.
        @OrNull var address: String?
        /// Pupils whose pen passes to the new authority.
        let pens: Int
    }

    public static let all: [Operation] = [
        Operation(
            "units.move", .post, "/units/{unit}/move", "Give a school to another authority", title: "学校划转",
            parameters: [.path("unit", "School below the authority that is above both")],
            body: .json(.fields(("to", .string), ("territorial?", .string))),
            response: .fields(
                ("unit", .string), ("from", .string), ("to", .string), ("version", .integer), ("address?", .string), ("pens", .integer)),
            roles: [.systemAdministrator]
        ) { call in
            let wish: Wish = try JSONBody.decode(call.body)
            let unit = UnitCode(call.parameters["unit"] ?? "")
            return .json(try call.archive.write { transaction in
                try move(unit, to: UnitCode(wish.to), territorial: wish.territorial.map { UnitCode($0) }, by: call.actor.unit, in: transaction)
            })
        },
    ]

    static func move(
        _ code: UnitCode, to target: UnitCode, territorial: UnitCode?, by mover: UnitCode, in transaction: Transaction
    ) throws -> Moved {
        let (school, former) = try check(code, to: target, by: mover, in: transaction)
        try transaction.mustBeProvenFresh("学校划转")
        let directory = transaction.directory
        if let territorial, directory.tier(of: territorial).map({ $0 == .school }) ?? true {
            throw Refusal("units.territorial", question: "Q10", "属地管理部门“\(territorial)”不在机构库。", remedy: "请核对单位代码。", kind: .missing)
        }
        let pens = try Int.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT count(*) FROM dossier WHERE home = ? AND holder = ?"), arguments: [code.text, former.text]) ?? 0
        // Its keys, and those of the authorities that wrote to it, so that the new path can verify what there is.
        let below = directory.path(of: code).prefix { $0 != mover }
        let keys = try below.flatMap { try directory.keys(of: $0) }
        var record = school
        record.competent = target
        record.territorial = territorial ?? school.territorial
        record.version += 1
        let address = try addressOfNode(of: target, in: transaction)
        let tier = directory.tier(of: mover) ?? .school
        let audience: Audience = TierRights.may(tier, .importUnits) ? .everyone : .subtree(mover)
        try transaction.append(.unit, Payload.encode(record), as: mover, to: audience)
        let move = UnitMove(
            unit: code, from: former, to: target, version: record.version, address: address ?? "", at: transaction.now)
        try transaction.append(.move, Payload.encode(move), as: mover, to: audience)
        for key in keys {
            var welcome = key
            welcome.issuer = mover
            welcome.topology = key.unit == code ? record.version : directory.unit(key.unit)?.version ?? 0
            try transaction.append(.key, Payload.encode(welcome), as: mover, to: .subtree(code))
        }
        return Moved(unit: code.text, from: former.text, to: target.text, version: record.version, address: address, pens: pens)
    }

    private static func check(
        _ code: UnitCode, to target: UnitCode, by mover: UnitCode, in transaction: Transaction
    ) throws -> (school: Unit, former: UnitCode) {
        let directory = transaction.directory
        guard let school = directory.unit(code), let former = school.competent else {
            throw Refusal("units.missing", question: "Q106", "机构库中没有单位 \(code)。", remedy: "请核对单位代码。", kind: .missing)
        }
        guard school.tier == .school, !school.isClosed else {
            throw Refusal("units.move", question: "Q107", "单位“\(school.name)”不是在用的学校，不能划转。", remedy: "只有未撤销的学校可以划转。")
        }
        guard let new = directory.unit(target), new.tier != .school, !new.isClosed else {
            throw Refusal("units.target", question: "Q107", "“\(target)”不是在用的教育行政部门。", remedy: "请核对 --to 的单位代码。", kind: .missing)
        }
        guard former != target else {
            throw Refusal("units.same", question: "Q107", "学校“\(school.name)”已由“\(new.name)”主管。", remedy: "无须办理。")
        }
        let common = directory.lowestCommonAuthority(former, target)
        guard common == mover, directory.tier(of: mover).map({ TierRights.may($0, .moveUnits) }) ?? false else {
            let name = common.flatMap { directory.unit($0)?.name } ?? "中央"
            throw Refusal(
                "units.move.right", question: "Q107", "划转须由新旧主管部门共同的最近上级“\(name)”办理。", remedy: "请到该部门的节点办理。", kind: .permission)
        }
        return (school, former)
    }

    private static func addressOfNode(of unit: UnitCode, in transaction: Transaction) throws -> String? {
        let reading = transaction.reading
        let own = try reading.ownUnit()
        if unit == own { return try reading.nodeText(HostingOperations.peerAddress) }
        if try reading.directory.activeKey(of: unit)?.node == own { return try reading.nodeText(HostingOperations.peerAddress) }
        return try reading.nodeAddress(of: unit)
    }

    // MARK: What follows at the nodes concerned

    /// Key of the node's value with the address that it has told those below.
    private static let addressSaid = "addressSaid"

    /// Says where the nodes below reach this one, whenever that has changed, to all of them: those further below ask here about their
    /// parent. Ends the accounts of schools that were hosted here
    /// and have moved away.
    public static func follow(in transaction: Transaction) throws {
        let reading = transaction.reading
        guard let own = try reading.ownUnit(), try transaction.hosts(own), try !reading.isClone() else { return }
        if reading.directory.tier(of: own).map({ TierRights.may($0, .admitUnits) }) ?? false,
           let address = try reading.nodeText(HostingOperations.peerAddress), !address.isEmpty,
           try reading.nodeAddress(of: own) != address || reading.nodeText(addressSaid) != address {
            // The newest counts everywhere: what was said under a clock of 2090 must not stand for ever.
            let before = try reading.saidAddress(of: own)?.at ?? .min
            let said = NodeAddress(unit: own, address: address, at: max(transaction.now, before < .max ? before + 1 : before))
            try transaction.append(.address, Payload.encode(said), as: own, to: .subtree(own))
            try transaction.setNodeText(addressSaid, address)
        }
        guard try reading.hasMoves() else { return }
        let strangers = try String.fetchAll(transaction.database.cachedStatement(sql: """
            SELECT DISTINCT a.unit FROM account a JOIN unit_move m ON m.unit = a.unit
            WHERE NOT EXISTS (SELECT 1 FROM secret s WHERE s.unit = a.unit AND s.active = 1)
            """))
        for unit in strangers where UnitCode(unit) != own { try AccountShelf.removeAll(of: UnitCode(unit), in: transaction) }
    }
}
