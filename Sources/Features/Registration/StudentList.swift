import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Lists and counts of pupils within a unit's sight.
public enum StudentList {
    public static let maxPage = 1000

    struct Item: Encodable, Sendable {
        let dossier, name, school, `class`, state: String
        @OrNull var number: String?
        @OrNull var holder: String?
        let problems: [String]
        /// 学生状态, a code of `StudentStatus`; `present` before anything has changed.
        let status: String
        /// 在办业务; absent while no case is open.
        var openCase: CaseItem?
        @OrNull var verdict: VerdictItem?
        /// Until when the holder ought to act; absent while nobody is waited for.
        var deadline: DeadlineItem?
    }

    /// The limit of a business that waits for its holder (Q76).
    struct DeadlineItem: Encodable, Sendable {
        /// The last day that is in time.
        let due: String
        let isOverdue: Bool

        init?(_ deadline: Deadlines.Deadline?) {
            guard let deadline else { return nil }
            (due, isOverdue) = (deadline.due.description, deadline.isOverdue)
        }
    }

    /// The case that a dossier is in.
    struct CaseItem: Encodable, Sendable {
        /// Code of the case's stand, and what people call it.
        let stand, label, since: String

        init(_ open: OpenCase) {
            stand = open.stand.rawValue
            label = open.stand.caseLabel
            since = ChinaTime.text(open.opened.at)
        }
    }

    struct VerdictItem: Encodable, Sendable {
        let tier: String
        /// `clean` or `problem`.
        let result: String
        let peers: [PeerItem]
    }

    struct PeerItem: Encodable, Sendable {
        let dossier, problem, name, sex, birthDate, school, schoolName: String
        /// Whether a ruling has taken the pair out of question for this pupil (Q65).
        let isSettled: Bool
    }

    struct Page: Encodable, Sendable {
        let total: Int
        /// Give as `after` for the next page; nil on the last.
        @OrNull var next: String?
        let students: [Item]
        /// Chinese: which tab is empty (Q57); only where a tab was asked for.
        var notice: String?
    }

    struct Filter {
        var school: UnitCode?
        var classCode: String?
        /// One state, or several with commas between them.
        var state: String?
        /// 学生状态: one, or several with commas between them.
        var status: String?
        /// A code of `DuplicateKind`, or `any`.
        var problem: String?
        /// Name (prefix), number or ID number.
        var search: String?
        /// Only what waits for the unit itself.
        var holder: UnitCode?
        var limit = 100
        var after: DossierID?

        /// Whether the table of counts tells how many pass.
        var isOfCounts: Bool {
            classCode == nil && holder == nil && (search ?? "").isEmpty && [nil, "any"].contains(problem)
        }
    }

    /// The pupils of the unit's subtree that pass the filter, in order of dossier.
    static func page(_ filter: Filter, sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        let (condition, arguments) = try clause(filter, sight: unit, reading)
        let db = reading.database
        let counted = filter.isOfCounts ? "SELECT sum(n) FROM dossier_count" : "SELECT count(*) FROM dossier"
        let total = try Int.fetchOne(db, sql: "\(counted) WHERE \(condition)", arguments: arguments) ?? 0
        var pageCondition = condition
        var pageArguments = arguments
        if let after = filter.after {
            pageCondition += " AND id > ?"
            pageArguments += [Data(after.bytes)]
        }
        let limit = min(max(filter.limit, 1), maxPage)
        let ids = try Data.fetchAll(
            db, sql: "SELECT id FROM dossier WHERE \(pageCondition) ORDER BY id LIMIT \(limit + 1)", arguments: pageArguments)
            .compactMap { DossierID($0) }
        let shelf = DossierShelf(reading)
        let deadlines = Deadlines(reading: reading, today: today)
        let items = try ids.prefix(limit).compactMap { try shelf.dossier($0).map { item($0, try deadlines.deadline(of: $0)) } }
        return Page(total: total, next: ids.count > limit ? ids[limit - 1].description : nil, students: items)
    }

    static func clause(
        _ filter: Filter, sight unit: UnitCode, _ reading: Reading
    ) throws -> (String, StatementArguments) {
        var conditions: [String] = []
        var arguments = StatementArguments()
        func add(_ condition: String, _ values: StatementArguments) {
            conditions.append(condition)
            arguments += values
        }
        if reading.directory.tier(of: unit) == .school {
            add("home = ?", [unit.text])
        } else if try reading.ownUnit() != unit || reading.hasMoves() {
            // A node holds its own unit's subtree only; an authority that it hosts sees its part of that. What has moved away
            // is still held, and seen no longer.
            add("""
                home IN (WITH RECURSIVE below (code) AS (VALUES (?) UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code)
                  SELECT code FROM below)
                """, [unit.text])
        }
        if let school = filter.school {
            guard reading.directory.contains(unit, school) else {
                throw Refusal("sight", "学校 \(school) 不在本单位管理范围内。", remedy: "请核对学校标识码。", kind: .permission)
            }
            add("home = ?", [school.text])
        }
        if let code = filter.classCode { add("class = ?", [code]) }
        if let states = filter.state?.split(separator: ",").map(String.init), !states.isEmpty {
            if let unknown = states.first(where: { RegistrationState(rawValue: $0) == nil }) {
                throw Refusal(
                    "state.unknown", "没有“\(unknown)”这种状态。",
                    remedy: "可选：" + RegistrationState.allCases.map(\.rawValue).joined(separator: "、"), kind: .usage)
            }
            add("state IN (\(states.map { _ in "?" }.joined(separator: ",")))", StatementArguments(states))
            // Said in the words of the index of those under way.
            if !states.contains(where: { ["enrolled", "deleted"].contains($0) }) { add("state NOT IN ('enrolled', 'deleted')", []) }
        }
        if let statuses = filter.status?.split(separator: ",").map(String.init), !statuses.isEmpty {
            try RollStandings.mustExist(statuses)
            add("status IN (\(statuses.map { _ in "?" }.joined(separator: ",")))", StatementArguments(statuses))
        }
        if let problem = filter.problem {
            if problem == "any" {
                add("problems <> ''", [])
            } else if DuplicateKind(rawValue: problem) != nil {
                add("instr(',' || problems || ',', ?) > 0", ["," + problem + ","])
            } else {
                throw Refusal(
                    "problem.unknown", question: "Q61", "没有“\(problem)”这种问题。",
                    remedy: "可选：any、" + DuplicateKind.allCases.map(\.rawValue).joined(separator: "、"), kind: .usage)
            }
        }
        if let holder = filter.holder { add("holder = ?", [holder.text]) }
        if let search = filter.search, !search.isEmpty {
            let name = KeyText.name(search)
            // Each by an index of its own.
            add("""
                id IN (SELECT id FROM dossier WHERE name_key >= ? AND name_key < ?
                  UNION SELECT id FROM dossier WHERE id_number = ? AND id_number <> ''
                  UNION SELECT dossier FROM number WHERE number = ?)
                """, [name, name + "\u{10FFFF}", KeyText.number(search), search])
        }
        return (conditions.isEmpty ? "1" : conditions.joined(separator: " AND "), arguments)
    }

    static func item(_ dossier: Dossier, _ deadline: Deadlines.Deadline?) -> Item {
        Item(
            dossier: dossier.id.description, name: dossier.record.name, school: dossier.home.text,
            class: dossier.record.classCode, state: dossier.state.rawValue, number: dossier.number,
            holder: dossier.holder?.text, problems: dossier.problems, status: dossier.roll.status.rawValue,
            openCase: dossier.openCase.map(CaseItem.init),
            verdict: dossier.highestVerdict.map { verdict in
                VerdictItem(
                    tier: verdict.tier.rawValue, result: dossier.isClean(verdict) ? "clean" : "problem",
                    peers: verdict.peers.map {
                        PeerItem(
                            dossier: $0.dossier.description, problem: $0.problem, name: $0.name, sex: $0.sex,
                            birthDate: $0.birthDate, school: $0.school.text, schoolName: $0.schoolName,
                            isSettled: dossier.isSettled($0, in: verdict))
                    })
            }, deadline: DeadlineItem(deadline))
    }

    static func count(inClass code: String, of school: UnitCode, _ reading: Reading) throws -> Int {
        try Int.fetchOne(
            reading.database,
            sql: "SELECT count(*) FROM dossier WHERE home = ? AND class = ? AND state <> 'deleted' AND status IN (\(RollStandings.seated))",
            arguments: [school.text, code]) ?? 0
    }
}
