import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The desk for doubles at centre, provinces and below: which groups there are, one side by side, asking a school, figures by unit.
/// Rulings are `problems.rule`, one pair at a time.
public enum DuplicateOperations {
    private static let group = Operation.Parameter.path("group", "Group, from the list")

    public static let all: [Operation] = [
        Operation(
            "duplicates.list", .get, "/duplicates", "Groups of doubles in the unit's subtree, open ones first, ranked; names and numbers partly masked",
            title: "重复学籍",
            parameters: [
                .init("kind", "`id_dup`, `nsd_dup` or `nsd_cross`"), .init("province", "Province with a member of the group"),
                .init("days", "Open for at least so many days"), .init("status", "`open`, `overdue` or `decided`; all by default"),
                .init("limit", "1 to 1000, default 100"), .init("from", "How many to pass over"),
            ],
            response: .fields(("total", .integer), ("groups", .array(.anything)))
        ) { call in
            let now = call.archive.surroundings.now()
            return .json(try call.archive.read { try DuplicateList.page(call.parameters, sight: call.actor.unit, now: now, $0) })
        },
        Operation(
            "duplicates.open", .post, "/duplicates/{group}/open", "One group side by side, unmasked; every opening is noted", title: "查看重复学籍",
            parameters: [group], response: .anything, roles: [.registrar, .head]
        ) { call in
            let now = call.archive.surroundings.now()
            return .json(try call.archive.read { reading in
                let group = try DuplicateGroups(sight: call.actor.unit, now: now, reading).group(call.parameters["group"] ?? "")
                return DuplicateComparison.of(group, sight: call.actor.unit, reading.directory)
            })
        },
        Operation(
            "duplicates.ask", .post, "/students/{dossier}/problem/request", "Ask the school for evidence", title: "要求学校补充材料",
            parameters: [.path("dossier", "Dossier id")], body: .json(.fields(("text", .string))), response: RegistrationOperations.outcome,
            roles: [.registrar, .head]
        ) { call in
            struct Body: Decodable { let text: String }
            let body: Body = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                try ask(id, body.text, as: call.actor, in: transaction)
                return RegistrationOperations.Outcome(done: [id.description])
            })
        },
        Operation(
            "duplicates.statistics", .get, "/duplicates/statistics", "Groups open, overdue and decided, by the units directly below",
            title: "重复学籍统计",
            response: .fields(
                ("open", .integer), ("overdue", .integer), ("decided", .integer), ("units", .array(.fields(
                    ("unit", .string), ("name", .string), ("open", .integer), ("overdue", .integer), ("decided", .integer)))))
        ) { call in
            let now = call.archive.surroundings.now()
            return .json(try call.archive.read { try DuplicateStatistics.of(call.actor.unit, now: now, $0) })
        },
    ]

    private static func ask(_ id: DossierID, _ text: String, as actor: Actor, in transaction: Transaction) throws {
        guard let dossier = try transaction.dossier(id), actor.unit != dossier.home, transaction.directory.contains(actor.unit, dossier.home)
        else { throw StepRefusals.unknown(id) }
        guard dossier.stand != .deleted else { throw StepRefusals.notHolder(dossier, .prepareEvidence, transaction.directory) }
        guard text.contains(where: { !$0.isWhitespace }), text.count <= 200 else {
            throw Refusal("request.text", question: "Q62", "须写明要求学校补充什么，不超过 200 字。", remedy: "请填写后重试。", kind: .usage)
        }
        let position = 1 + (try Int64.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT max(position) FROM word WHERE writer = ? AND kind = ?"),
            arguments: [actor.unit.text, Int64(EntryKind.evidenceRequest.rawValue)]) ?? 0)
        let request = EvidenceRequest(dossier: id, by: actor.unit, position: position, text: text, at: transaction.now)
        try transaction.append(.evidenceRequest, Payload.encode(request), as: actor.unit, to: .unit(dossier.home))
    }
}

/// The list: whom a group concerns, masked.
enum DuplicateList {
    struct Member: Encodable, Sendable {
        let dossier, name, idNumber, sex, birthYear, school, schoolName, provinceName, state: String
        @OrNull var number: String?
        var openCase: StudentList.CaseItem?
    }

    struct Item: Encodable, Sendable {
        let group, kind, label, since, status: String
        /// When and how it was settled: `ruled`, `deleted`, `changed` or `dissolved`; absent while it is open.
        var settledAt, how: String?
        let days: Int
        let score: Double
        /// Who stands above all of them.
        @OrNull var authority: String?
        let members: [Member]
    }

    struct Page: Encodable, Sendable {
        let total: Int
        let groups: [Item]
    }

    static func page(_ parameters: [String: String], sight unit: UnitCode, now: Int64, _ reading: Reading) throws -> Page {
        func number(_ name: String, _ standard: Int, _ range: ClosedRange<Int>) throws -> Int {
            guard let text = parameters[name] else { return standard }
            guard let value = Int(text), range.contains(value) else {
                throw Refusal(
                    name, "\(name) 应为 \(range.lowerBound) 至 \(range.upperBound) 的整数。", remedy: "请修改后重试。", kind: .usage)
            }
            return value
        }
        var filter = DuplicateGroups.Filter()
        filter.limit = try number("limit", 100, 1...StudentList.maxPage)
        (filter.days, filter.from) = (try number("days", 0, 0...100_000), try number("from", 0, 0...100_000_000))
        filter.kind = try parameters["kind"].map { text in
            if let kind = DuplicateKind(rawValue: text) { return kind }
            throw Refusal(
                "problem.unknown", question: "Q61", "没有“\(text)”这种重复。", remedy: "可选：id_dup、nsd_dup、nsd_cross", kind: .usage)
        }
        filter.status = try parameters["status"].map { text in
            if let status = DuplicateGroups.Status(rawValue: text) { return status }
            throw Refusal("status.unknown", "没有“\(text)”这种状态。", remedy: "可选：open、overdue、decided", kind: .usage)
        }
        filter.province = parameters["province"].map { UnitCode($0) }
        let page = try DuplicateGroups(sight: unit, now: now, reading).page(filter)
        return Page(total: page.total, groups: page.groups.map { item($0, reading.directory) })
    }

    static func item(_ group: DuplicateGroups.Group, _ directory: UnitDirectory) -> Item {
        Item(
            group: group.id, kind: group.kind.rawValue, label: group.kind.chineseName, since: ChinaTime.text(group.since),
            status: group.status.rawValue, settledAt: group.settled.map { ChinaTime.text($0.at) }, how: group.settled?.how.rawValue,
            days: group.days, score: group.score,
            authority: directory.lowestCommonAuthority(of: group.members.map(\.home))?.text,
            members: group.members.map { member($0, directory) })
    }

    private static func member(_ dossier: Dossier, _ directory: UnitDirectory) -> Member {
        Member(
            dossier: dossier.id.description, name: Masked.name(dossier.record.name), idNumber: Masked.number(dossier.record.idNumber),
            sex: dossier.record.sex, birthYear: String(dossier.record.birthDate.prefix(4)), school: dossier.home.text,
            schoolName: directory.unit(dossier.home)?.name ?? dossier.home.text,
            provinceName: directory.province(of: dossier.home).flatMap { directory.unit($0)?.name } ?? "", state: dossier.state.rawValue,
            number: dossier.number.map { String($0.prefix(1)) }, openCase: dossier.openCase.map { .init($0) })
    }
}

/// One group side by side, with the differences marked and what has been ruled.
enum DuplicateComparison {
    struct Line: Encodable, Sendable {
        let field: String
        /// In the order of the members; empty where an item is not filled.
        let values: [String]
        let differs: Bool
    }

    struct Member: Encodable, Sendable {
        let dossier, name, school, schoolName, state: String
        @OrNull var number: String?
        @OrNull var holder: String?
        let problems: [String]
    }

    struct Pair: Encodable, Sendable {
        let first, second: String
        /// Whether this unit may rule now.
        let isOurs: Bool
        var ruling: ProblemPage.RulingItem?
    }

    struct Answer: Encodable, Sendable {
        let summary: DuplicateList.Item
        let members: [Member]
        let lines: [Line]
        let pairs: [Pair]
    }

    static func of(_ group: DuplicateGroups.Group, sight unit: UnitCode, _ directory: UnitDirectory) -> Answer {
        let members = group.members
        let lines = StudentField.allCases.compactMap { field -> Line? in
            let values = members.map { RecordChanges.text($0.record, field) }
            guard values.contains(where: { !$0.isEmpty }) else { return nil }
            return Line(field: field.label, values: values, differs: Set(values).count > 1)
        }
        let pairs = members.indices.flatMap { one in
            members.indices.filter { $0 > one }.map { other in
                Pair(
                    first: members[one].id.description, second: members[other].id.description,
                    isOurs: members[one].stand != .deleted && members[other].stand != .deleted
                        && directory.lowestCommonAuthority(members[one].home, members[other].home).map { directory.contains(unit, $0) } ?? false,
                    ruling: members[one].ruling(with: members[other].id).map { ProblemPage.RulingItem($0, directory) })
            }
        }
        return Answer(
            summary: DuplicateList.item(group, directory),
            members: members.map { member in
                Member(
                    dossier: member.id.description, name: member.record.name, school: member.home.text,
                    schoolName: directory.unit(member.home)?.name ?? member.home.text, state: member.state.rawValue, number: member.number,
                    holder: member.holder?.text, problems: member.problems)
            }, lines: lines, pairs: pairs)
    }
}

/// How many groups are open, overdue and decided: in all, and by the units directly below that have a member in them.
enum DuplicateStatistics {
    struct Line: Encodable, Sendable {
        let unit, name: String
        let open, overdue, decided: Int
    }

    struct Answer: Encodable, Sendable {
        let open, overdue, decided: Int
        let units: [Line]
    }

    static func of(_ unit: UnitCode, now: Int64, _ reading: Reading) throws -> Answer {
        let groups = try DuplicateGroups(sight: unit, now: now, reading)
        let all = try groups.figures()
        return Answer(
            open: all.open, overdue: all.overdue, decided: all.decided,
            units: try groups.figuresByUnit().map { below, figures in
                Line(
                    unit: below.text, name: reading.directory.unit(below)?.name ?? below.text, open: figures.open, overdue: figures.overdue,
                    decided: figures.decided)
            })
    }
}
