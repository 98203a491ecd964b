import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The groups of doubles that a unit sees in its own subtree, from their stored rows: ranked, with what is still open first. Those
/// that have ended are among them.
struct DuplicateGroups {
    enum Status: String, Sendable, CaseIterable {
        case open, overdue, decided

        var label: String {
            switch self {
            case .open: "待处理"
            case .overdue: "已超期"
            case .decided: "已处理"
            }
        }
    }

    struct Filter {
        var kind: DuplicateKind?
        /// With a member in it.
        var province: UnitCode?
        /// Open for at least so many days.
        var days = 0
        var status: Status?
        var limit = 100
        /// How many to pass over.
        var from = 0
    }

    struct Group: Sendable {
        /// Opaque, for addresses: half the hash of the key.
        let id: String
        let kind: DuplicateKind
        /// Of the oldest pair on which nobody has ruled; seconds since 1970.
        let since: Int64
        /// How long it is open, or was.
        let days: Int
        let status: Status
        let settled: GroupCourse.Settlement?
        /// From 0 to 1.
        let score: Double
        /// In order of dossier; of one that has ended, who stood in it last and is still seen.
        let members: [Dossier]
    }

    let unit: UnitCode
    private let reading: Reading
    private let now: Int64
    /// What began then or before is overdue; nil where nothing ever is.
    private let overdueSince: Int64?

    private static let day: Int64 = 86_400

    init(sight unit: UnitCode, now: Int64, _ reading: Reading) throws {
        self.unit = unit
        self.now = now
        self.reading = reading
        let limit = Int64(try PolicyShelf(reading).value("problems.days", for: unit)) ?? 0
        overdueSince = limit > 0 ? now - (limit + 1) * Self.day : nil
    }

    /// The open ones first, then the highest score, then the oldest, then by their opaque names.
    func page(_ filter: Filter) throws -> (total: Int, groups: [Group]) {
        let (condition, arguments) = clause(filter)
        let total = try Int.fetchOne(
            reading.database, sql: "SELECT count(*) FROM duplicate_group g WHERE \(condition)", arguments: arguments) ?? 0
        let rows = try Row.fetchAll(
            reading.database, sql: """
                SELECT * FROM duplicate_group g WHERE \(condition) ORDER BY settled, weight DESC, since, grp LIMIT ? OFFSET ?
                """, arguments: arguments + [filter.limit, filter.from])
        return (total, try rows.compactMap { try group($0) })
    }

    func group(_ id: String) throws -> Group {
        // As many digits as a dossier's name has.
        let name = DossierID(hex: id).map { Data($0.bytes) }
        let row = try Row.fetchOne(
            reading.database, sql: "SELECT * FROM duplicate_group WHERE unit = ? AND grp = ?", arguments: [unit.text, name])
        guard let row, let group = try group(row) else {
            throw Refusal("group.unknown", question: "Q61", "没有这一组重复学籍。", remedy: "请从重复学籍列表中选取。", kind: .missing)
        }
        return group
    }

    private func clause(_ filter: Filter) -> (String, StatementArguments) {
        var conditions = ["g.unit = ?"]
        var arguments: StatementArguments = [unit.text]
        func add(_ condition: String, _ values: StatementArguments = []) {
            conditions.append(condition)
            arguments += values
        }
        if let kind = filter.kind { add("g.kind = ?", [kind.rawValue]) }
        switch filter.status {
        case .decided?: add("g.settled = 1")
        case .overdue?: add("g.settled = 0 AND g.since <= ?", [overdueSince ?? .min])
        case .open?: add("g.settled = 0 AND g.since > ?", [overdueSince ?? .min])
        case nil: break
        }
        if filter.days > 0 {
            let seconds = Int64(filter.days) * Self.day
            add("g.since <= ? AND coalesce(g.settled_at, ?) - g.since >= ?", [now - seconds, now, seconds])
        }
        if let province = filter.province {
            if reading.directory.tier(of: unit) == .centre {
                add("""
                    EXISTS (SELECT 1 FROM duplicate_part p WHERE p.unit = g.unit AND p.child = ? AND p.settled = g.settled
                      AND p.since = g.since AND p.grp = g.grp)
                    """, [province.text])
            } else if reading.directory.province(of: unit) != province {
                add("0")
            }
        }
        return (conditions.joined(separator: " AND "), arguments)
    }

    private func group(_ row: Row) throws -> Group? {
        guard let kind = DuplicateKind(rawValue: row["kind"]) else { return nil }
        let (group, since): (Data, Int64) = (row["grp"], row["since"])
        let how = (row["how"] as String?).flatMap { KeySpell.End(rawValue: $0) }
        let settled = how.map { GroupCourse.Settlement(at: row["settled_at"], how: $0) }
        let isOverdue = overdueSince.map { since <= $0 } ?? false
        let shelf = DossierShelf(reading)
        let members = try GroupSight(group, reading).course(of: unit)?.members.compactMap { try shelf.dossier($0.dossier) } ?? []
        return Group(
            id: DossierID(group)?.description ?? "", kind: kind, since: since, days: max(0, Int(((settled?.at ?? now) - since) / Self.day)),
            status: settled != nil ? .decided : isOverdue ? .overdue : .open, settled: settled, score: Double(row["weight"] as Int) / 100,
            members: members.filter { reading.directory.contains(unit, $0.home) })
    }

    // MARK: Figures

    struct Figures: Sendable, Hashable {
        var open = 0
        var overdue = 0
        var decided = 0
    }

    func figures() throws -> Figures {
        let row = try Row.fetchOne(
            reading.database, sql: """
                SELECT (SELECT count(*) FROM duplicate_group WHERE unit = ?1 AND settled = 0) AS unsettled,
                  (SELECT count(*) FROM duplicate_group WHERE unit = ?1 AND settled = 0 AND since <= ?2) AS overdue,
                  (SELECT count(*) FROM duplicate_group WHERE unit = ?1 AND settled = 1) AS decided
                """, arguments: [unit.text, overdueSince ?? .min])
        guard let row else { return Figures() }
        return Figures(open: row["unsettled"] - row["overdue"], overdue: row["overdue"], decided: row["decided"])
    }

    /// By the units directly below that have a member in them: a group counts for each of these.
    func figuresByUnit() throws -> [(unit: UnitCode, figures: Figures)] {
        let rows = try Row.fetchAll(
            reading.database, sql: """
                SELECT child, sum(settled = 0 AND since > ?2) AS open, sum(settled = 0 AND since <= ?2) AS overdue, sum(settled) AS decided
                FROM duplicate_part WHERE unit = ?1 GROUP BY child ORDER BY child
                """, arguments: [unit.text, overdueSince ?? .min])
        return rows.map { (UnitCode($0["child"]), Figures(open: $0["open"], overdue: $0["overdue"], decided: $0["decided"])) }
    }
}

extension KeySpell.End {
    /// How a group has ended, for people.
    var label: String {
        switch self {
        case .ruled: "已裁定"
        case .deleted: "重复的一份已删除"
        case .changed: "已变更"
        case .dissolved: "已调出"
        }
    }
}

/// Names and numbers as lists show them; whole ones are for who opens a group, and that is noted.
enum Masked {
    /// 张伟 → 张*, 欧阳娜娜 → 欧**娜.
    static func name(_ name: String) -> String {
        guard name.count > 1 else { return name.isEmpty ? "" : "*" }
        guard name.count > 2, let first = name.first, let last = name.last else { return String(name.prefix(1)) + "*" }
        return String(first) + String(repeating: "*", count: name.count - 2) + String(last)
    }

    /// All but the first six and the last two characters; short ones wholly.
    static func number(_ number: String) -> String {
        guard number.count > 10 else { return String(repeating: "*", count: number.count) }
        return number.prefix(6) + String(repeating: "*", count: number.count - 8) + number.suffix(2)
    }
}
