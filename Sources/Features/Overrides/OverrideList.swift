import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What has waited longer than its limit in a unit's subtree, the longest first.
enum OverrideList {
    enum Scope: String, Sendable, CaseIterable {
        /// Overdue, whoever holds it.
        case overdue
        /// Overdue with this unit.
        case own = "self"
        /// The school has asked for an override.
        case requested
        /// Asked for, and this unit's to decide.
        case ours

        /// 已超期 / 超期未办,在本单位 / 已提请强制干预 / 待本单位强制干预.
        var label: String {
            switch self {
            case .overdue: "已超期"
            case .own: "在本单位超期"
            case .requested: "已提请强制干预"
            case .ours: "待本单位决定"
            }
        }
    }

    /// What is known of a dossier's limit, wherever one pupil is shown.
    struct State: Encodable, Sendable {
        /// `registration`, `keyDataChange` or `rollChange`.
        let business: String
        /// Since when the holder has had it, the last day in time, and whether that is over.
        let since, due: String
        let isOverdue: Bool
        /// Who may act in the holder's stead; null where nobody may.
        @OrNull var authority: String?
        var request: RequestItem?
    }

    struct RequestItem: Encodable, Sendable { let by, reason, at: String }

    struct Item: Encodable, Sendable {
        let dossier, name, school, schoolName: String
        @OrNull var holder: String?
        let label: String
        /// Its fields stand beside the others.
        let deadline: State

        private enum Fields: String, CodingKey { case dossier, name, school, schoolName, holder, label }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Fields.self)
            try fields.encode(dossier, forKey: .dossier)
            try fields.encode(name, forKey: .name)
            try fields.encode(school, forKey: .school)
            try fields.encode(schoolName, forKey: .schoolName)
            try fields.encode(holder, forKey: .holder)
            try fields.encode(label, forKey: .label)
            try deadline.encode(to: encoder)
        }
    }

    struct Page: Encodable, Sendable {
        let total: Int
        let overrides: [Item]
    }

    static func page(_ parameters: [String: String], sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        let text = parameters["scope"] ?? Scope.overdue.rawValue
        guard let scope = Scope(rawValue: text) else {
            throw Refusal("scope", "没有“\(text)”这个范围。", remedy: "可选：" + Scope.allCases.map(\.rawValue).joined(separator: "、"), kind: .usage)
        }
        let limit = try ListParameters.limit(parameters)
        let shelf = DossierShelf(reading)
        let deadlines = Deadlines(reading: reading, today: today)
        let ids = try dossiers(scope, sight: unit, today: today, limit: limit, reading)
        let total = ids.count < limit ? ids.count : try count(scope, sight: unit, today: today, reading)
        return Page(total: total, overrides: try ids.compactMap { id in
            guard let dossier = try shelf.dossier(id), let state = try state(of: dossier, deadlines) else { return nil }
            return Item(
                dossier: id.description, name: dossier.record.name, school: dossier.home.text,
                schoolName: reading.directory.unit(dossier.home)?.name ?? dossier.home.text, holder: dossier.holder?.text,
                label: dossier.openCase?.stand.caseLabel ?? dossier.state.label, deadline: state)
        })
    }

    static func count(_ scope: Scope, sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Int {
        guard scope != .ours else { return try dossiers(scope, sight: unit, today: today, limit: .max, reading).count }
        let (condition, arguments) = try clause(scope, sight: unit, today: today, reading)
        return try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM dossier WHERE \(condition)", arguments: arguments) ?? 0
    }

    private static func clause(
        _ scope: Scope, sight unit: UnitCode, today: CalendarDate, _ reading: Reading
    ) throws -> (String, StatementArguments) {
        var filter = StudentList.Filter()
        if scope == .own { filter.holder = unit }
        var (condition, arguments) = try StudentList.clause(filter, sight: unit, reading)
        switch scope {
        case .overdue, .own: condition += " AND " + (try Deadlines(reading: reading, today: today).overdueClause(for: unit))
        case .requested, .ours: condition += " AND requested = 1"
        }
        return (condition, arguments)
    }

    /// Those who have waited longest first. Whose the decision is, the table does not know: of the few that are asked for it is worked out.
    private static func dossiers(
        _ scope: Scope, sight unit: UnitCode, today: CalendarDate, limit: Int, _ reading: Reading
    ) throws -> [DossierID] {
        let (condition, arguments) = try clause(scope, sight: unit, today: today, reading)
        let rows = try Row.fetchCursor(
            reading.database, sql: "SELECT id, home, holder FROM dossier WHERE \(condition) ORDER BY held_since, id", arguments: arguments)
        var found: [DossierID] = []
        while found.count < limit, let row = try rows.next() {
            if scope == .ours {
                let holder = (row["holder"] as String?).map { UnitCode($0) }
                let authority = Workflow.resolve(.overridingAuthority, home: UnitCode(row["home"]), holder: holder, in: reading.directory)
                guard authority == unit else { continue }
            }
            if let id = DossierID(row["id"] as Data) { found.append(id) }
        }
        return found
    }

    static func state(of dossier: Dossier, _ deadlines: Deadlines) throws -> State? {
        guard let business = dossier.timedBusiness, let since = dossier.heldSince, let deadline = try deadlines.deadline(of: dossier) else { return nil }
        return State(
            business: business.rawValue, since: ChinaTime.text(since), due: deadline.due.description, isOverdue: deadline.isOverdue,
            authority: dossier.overridingAuthority(in: deadlines.reading.directory)?.text,
            request: dossier.overrideRequest.map { RequestItem(by: $0.by.text, reason: $0.reason, at: ChinaTime.text($0.at)) })
    }
}
