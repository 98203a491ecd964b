import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 在办业务 (Q87): every flow of a unit's subtree that was begun and is not finished, the oldest first, each with where it is gone on with.
enum OpenCases {
    enum Business: String, Sendable, CaseIterable {
        case rollChange, transfer, keyData, problem, registration, deletion

        var label: String {
            switch self {
            case .rollChange: "学籍异动"
            case .transfer: "转学"
            case .keyData: "关键数据变更"
            case .problem: "问题学籍处理"
            case .registration: "学籍注册"
            case .deletion: "申请删除"
            }
        }

        /// Its rows of the table of dossiers.
        var clause: String {
            switch self {
            case .rollChange: "open_case IN (\(Self.stands(\.isRollChange)))"
            case .transfer: "open_case IN (\(Self.stands(\.isTransfer)))"
            case .keyData: "open_case IN (\(Self.stands(\.isKeyChange)))"
            case .problem: "open_case IN (\(Self.stands { $0.isInCase && !$0.isRollChange && !$0.isKeyChange && !$0.isTransfer }))"
            case .registration: "open_case = '' AND state IN ('submitted', 'returned')"
            case .deletion: "open_case = '' AND state IN ('deletionRequested', 'deletionConfirmed')"
            }
        }

        private static func stands(_ isMeant: (Stand) -> Bool) -> String {
            Stand.allCases.filter(isMeant).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        }

        init?(_ dossier: Dossier) {
            if let stand = dossier.openCase?.stand {
                self = Self.of(stand)
                return
            }
            switch dossier.stand {
            case .submitted, .returned: self = .registration
            case .deletionRequested, .deletionConfirmed: self = .deletion
            default: return nil
            }
        }

        /// Whose case stands here.
        static func of(_ stand: Stand) -> Business {
            stand.isRollChange ? .rollChange : stand.isTransfer ? .transfer : stand.isKeyChange ? .keyData : .problem
        }

        /// The console's page on which one of them is gone on with.
        func page(of dossier: Dossier) -> String {
            let id = dossier.id.description
            return switch self {
            case .rollChange: "/roll-changes/\(id)"
            // The one party of such a case is the application.
            case .transfer: "/transfers/\(dossier.openCase?.opening.parties.first?.dossier.description ?? "")"
            case .keyData: "/key-data/\(id)"
            case .problem: "/problems/\(id)"
            case .registration, .deletion: "/students/\(id)"
            }
        }
    }

    /// The console's list of what waits for the unit in cases that stand here.
    static func desk(of stand: Stand) -> String {
        if stand.isRollChange { return "/roll-changes?scope=self" }
        if stand.isTransfer { return "/transfers?scope=self" }
        return stand.isKeyChange ? "/key-data?scope=self" : "/problems?scope=self"
    }

    struct Item: Encodable, Sendable {
        let dossier, name, school, schoolName: String
        /// `rollChange`, `transfer`, `keyData`, `problem`, `registration` or `deletion`, and what people call it.
        let business, label: String
        /// Where it stands.
        let stand, since: String
        @OrNull var holder: String?
        @OrNull var due: String?
        let isOverdue: Bool
        /// The console's page for it.
        let page: String
    }

    struct Page: Encodable, Sendable {
        let total: Int
        /// Give as `after` for the next page; null on the last.
        @OrNull var next: String?
        let cases: [Item]
    }

    static func page(_ parameters: [String: String], sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        let asked = try ListParameters(parameters)
        var (condition, arguments) = try clause(parameters, sight: unit, today: today, reading)
        let total = try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM dossier WHERE \(condition)", arguments: arguments) ?? 0
        if let after = asked.after {
            condition += " AND (held_since, id) > (SELECT held_since, id FROM dossier WHERE id = ?)"
            arguments += [Data(after.bytes)]
        }
        let ids = try Data.fetchAll(
            reading.database, sql: "SELECT id FROM dossier WHERE \(condition) ORDER BY held_since, id LIMIT \(asked.limit + 1)", arguments: arguments)
            .compactMap { DossierID($0) }
        let shelf = DossierShelf(reading)
        let deadlines = Deadlines(reading: reading, today: today)
        let items = try ids.prefix(asked.limit).compactMap { try shelf.dossier($0).flatMap { try item($0, deadlines) } }
        return Page(total: total, next: ids.count > asked.limit ? ids[asked.limit - 1].description : nil, cases: items)
    }

    /// What is asked for: by business, school or unit, holder and age.
    static func clause(
        _ parameters: [String: String], sight unit: UnitCode, today: CalendarDate, _ reading: Reading
    ) throws -> (String, StatementArguments) {
        var filter = StudentList.Filter()
        filter.school = parameters["school"].map { UnitCode($0) }
        if let holder = parameters["holder"] { filter.holder = holder == "self" ? unit : UnitCode(holder) }
        let below = parameters["unit"].map { UnitCode($0) } ?? unit
        guard reading.directory.contains(unit, below) else {
            throw Refusal("sight", "单位 \(below) 不在本单位管理范围内。", remedy: "请核对单位代码。", kind: .permission)
        }
        var (condition, arguments) = try StudentList.clause(filter, sight: below, reading)
        if let text = parameters["days"] {
            guard let days = Int(text), (0...maxDays).contains(days) else {
                throw Refusal(
                    "cases.days", question: "Q87", "天数“\(text)”不对。", remedy: "请填写 0 至 \(maxDays) 的整数：在当前处理单位至少这么多天的。", kind: .usage)
            }
            condition += " AND held_since < ?"
            arguments += [CalendarDate(daysSince1970: today.daysSince1970 - days + 1).firstSecond]
        }
        let businesses = try parameters["business"].map { [try business($0)] } ?? Business.allCases
        return ("\(condition) AND (\(businesses.map { "(\($0.clause))" }.joined(separator: " OR ")))", arguments)
    }

    private static let maxDays = 3660

    static func business(_ text: String) throws -> Business {
        guard let business = Business(rawValue: text) else {
            throw Refusal(
                "cases.business", question: "Q87", "没有“\(text)”这种在办业务。",
                remedy: "可选：" + Business.allCases.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: "、"), kind: .usage)
        }
        return business
    }

    static func count(_ parameters: [String: String], sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Int {
        let (condition, arguments) = try clause(parameters, sight: unit, today: today, reading)
        return try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM dossier WHERE \(condition)", arguments: arguments) ?? 0
    }

    private static func item(_ dossier: Dossier, _ deadlines: Deadlines) throws -> Item? {
        guard let business = Business(dossier) else { return nil }
        let deadline = try deadlines.deadline(of: dossier)
        let change = dossier.openCase?.opening.change.map { "\($0.kind.label)：" } ?? ""
        return Item(
            dossier: dossier.id.description, name: dossier.record.name, school: dossier.home.text,
            schoolName: deadlines.reading.directory.unit(dossier.home)?.name ?? dossier.home.text, business: business.rawValue,
            label: business.label, stand: change + (dossier.openCase?.stand.caseLabel ?? dossier.state.label),
            since: ChinaTime.text(dossier.heldSince ?? 0), holder: dossier.holder?.text, due: deadline?.due.description,
            isOverdue: deadline?.isOverdue ?? false, page: business.page(of: dossier))
    }
}
