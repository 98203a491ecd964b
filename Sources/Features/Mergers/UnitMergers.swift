import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// `units merge`: a school is closed and its pupils go to another, by a signed record of the lowest authority above both (Q112).
public enum UnitMergers {
    struct Wish: Decodable { let into: String }

    struct Merged: Encodable, Sendable {
        let source, target: String
        let version: Int
        /// Dossiers that are now being handed over.
        let handOvers: Int
    }

    struct Line: Encodable, Sendable {
        let source, target, by, at: String
        /// Dossiers that wait for their hand-over.
        let waiting: Int
        /// Of late dossiers, those with a case that is not ended: they are handed over then.
        let openCases: Int
    }

    struct List: Encodable, Sendable { let mergers: [Line] }

    /// Open cases named in one refusal.
    static let maxCases = 1000

    public static let all: [Operation] = [
        Operation(
            "units.merge", .post, "/units/{unit}/merge", "Close a school and hand its pupils over to another", title: "学校合并",
            parameters: [.path("unit", "School to be closed, below the authority that is above both")], body: .json(.fields(("into", .string))),
            response: .fields(("source", .string), ("target", .string), ("version", .integer), ("handOvers", .integer)),
            roles: [.systemAdministrator]
        ) { call in
            let wish: Wish = try JSONBody.decode(call.body)
            let unit = UnitCode(call.parameters["unit"] ?? "")
            return .json(try call.archive.write { try merge(unit, into: UnitCode(wish.into), by: call.actor.unit, in: $0) })
        },
        Operation(
            "units.mergers", .get, "/mergers", "Schools closed by a merger, and what is left to hand over", title: "学校合并进度",
            response: .fields(("mergers", .array(.fields(
                ("source", .string), ("target", .string), ("by", .string), ("at", .string), ("waiting", .integer), ("openCases", .integer)))))
        ) { call in
            .json(try call.archive.read { try list(sight: call.actor.unit, $0) })
        },
    ]

    static func merge(
        _ code: UnitCode, into target: UnitCode, by merger: UnitCode, in transaction: Transaction
    ) throws -> Merged {
        let (source, receiving) = try check(code, into: target, by: merger, transaction.reading)
        try refuseOpenCases(of: source, transaction.reading)
        try transaction.mustBeProvenFresh("学校合并")
        var record = source
        record.isClosed = true
        record.version += 1
        let tier = transaction.directory.tier(of: merger) ?? .school
        let word = UnitMerger(
            source: code, target: target, version: record.version, targetVersion: receiving.version, at: transaction.now)
        // For all, and before the hand-overs in their own streams: whoever has one of those has what it stands by, also when this
        // node's disk goes back.
        let all: Audience = TierRights.may(tier, .importUnits) ? .everyone : .subtree(merger)
        let (closing, saying) = (transaction.surroundings.act(), transaction.surroundings.act())
        for audience in [all, .unit(code), .unit(target)] {
            try transaction.append(.unit, Payload.encode(record), as: merger, to: audience, act: closing)
            try transaction.append(.merger, Payload.encode(word), as: merger, to: audience, act: saying)
        }
        return Merged(
            source: code.text, target: target.text, version: record.version, handOvers: try waiting(code, transaction.reading))
    }

    private static func check(
        _ code: UnitCode, into target: UnitCode, by merger: UnitCode, _ reading: Reading
    ) throws -> (source: Unit, target: Unit) {
        let directory = reading.directory
        guard let source = directory.unit(code), source.tier == .school else {
            throw Refusal("units.missing", question: "Q112", "机构库中没有学校 \(code)。", remedy: "请核对学校标识码。", kind: .missing)
        }
        guard !source.isClosed else { throw try StepRefusals.closed(source, reading) }
        guard code != target else {
            throw Refusal("units.merge.same", question: "Q112", "接收学校不能是被合并的学校自己。", remedy: "请核对 --into 的学校标识码。")
        }
        guard let receiving = directory.unit(target), receiving.tier == .school, !receiving.isClosed else {
            throw Refusal(
                "units.target", question: "Q112", "接收学校 \(target) 不在机构库，或已撤销。", remedy: "请核对 --into 的学校标识码。", kind: .missing)
        }
        let common = directory.lowestCommonAuthority(code, target)
        guard common == merger, directory.tier(of: merger).map({ TierRights.may($0, .mergeUnits) }) ?? false else {
            let name = common.flatMap { directory.unit($0)?.name } ?? "中央"
            throw Refusal(
                "units.merge.right", question: "Q112", "合并须由两校共同的最近上级“\(name)”办理，接收学校须在其管理范围内。",
                remedy: "请到该部门的节点办理。", kind: .permission)
        }
        if let stage = source.stages.subtracting(receiving.stages).min() {
            throw Refusal(
                "units.merge.stages", question: "Q112", "接收学校“\(receiving.name)”没有\(StageName.label(stage))学段，无法给学生分班。",
                remedy: "请另选接收学校，或先通过机构变更增加其学段。")
        }
        return (source, receiving)
    }

    /// 在办业务 must be cleared first (Q87, Q112): the pen is neither at the school nor laid down.
    private static func refuseOpenCases(of school: Unit, _ reading: Reading) throws {
        let rows = try Row.fetchAll(
            reading.database.cachedStatement(sql: """
                SELECT id, state, holder FROM dossier WHERE home = ? AND holder IS NOT NULL AND holder <> home ORDER BY state, id LIMIT ?
                """), arguments: [school.code.text, maxCases])
        guard !rows.isEmpty else { return }
        let cases = rows.map { row in
            Refusal.OpenCase(
                dossier: DossierID(row["id"] as Data)?.description ?? "", state: row["state"], holder: row["holder"])
        }
        let byState = Dictionary(grouping: cases, by: \.state).sorted { $0.key < $1.key }
        let kinds = byState.map { state, cases -> String in
            let holders = Set(cases.map(\.holder)).sorted().map { reading.directory.unit(UnitCode($0))?.name ?? $0 }
            let label = RegistrationState(rawValue: state)?.label ?? state
            return "\(label) \(cases.count) 件（在\(holders.joined(separator: "、"))）"
        }
        var refusal = Refusal(
            "units.merge.openCases", question: "Q112", "学校“\(school.name)”还有在办业务，不能合并：\(kinds.joined(separator: "；"))。",
            remedy: "请各当前处理单位先办结或退回，再办理合并。")
        refusal.cases = cases
        throw refusal
    }

    static func waiting(_ school: UnitCode, _ reading: Reading) throws -> Int {
        try Int.fetchOne(
            reading.database.cachedStatement(sql: "SELECT count(*) FROM dossier WHERE home = ? AND holder = home"), arguments: [school.text]) ?? 0
    }

    private static func list(sight unit: UnitCode, _ reading: Reading) throws -> List {
        let directory = reading.directory
        let lines = try reading.mergedUnits().filter { directory.contains(unit, $0) }.compactMap { source -> Line? in
            guard let (merger, writer) = try reading.merger(of: source) else { return nil }
            let open = try Int.fetchOne(
                reading.database.cachedStatement(sql: "SELECT count(*) FROM dossier WHERE home = ? AND holder IS NOT NULL AND holder <> home"),
                arguments: [source.text]) ?? 0
            return Line(
                source: source.text, target: merger.target.text, by: writer.text, at: ChinaTime.text(merger.at),
                waiting: try waiting(source, reading), openCases: open)
        }
        return List(mergers: lines)
    }

    // MARK: What follows at the nodes concerned

    /// A closed school that was hosted here has nobody any more who signs in; on its own node its people may still look.
    public static func follow(in transaction: Transaction) throws {
        guard try !transaction.reading.isClone() else { return }
        let own = try transaction.reading.ownUnit()
        let closed = try String.fetchAll(
            transaction.database.cachedStatement(sql: "SELECT DISTINCT a.unit FROM account a JOIN unit_merger m ON m.source = a.unit ORDER BY a.unit"))
        for unit in closed.map({ UnitCode($0) }) where unit != own { try AccountShelf.removeAll(of: unit, in: transaction) }
    }
}
