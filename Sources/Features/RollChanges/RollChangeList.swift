import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Roll changes of a unit's subtree by kind, period, stage and unit (Q77), the latest first.
enum RollChangeList {
    struct Item: Encodable, Sendable {
        let dossier, name, number, school, schoolName: String
        /// Kind of `RollChangeKind`, its code in the national table and its name.
        let kind, code, label: String
        /// 教育阶段, as people call it; empty where no class says.
        let stage: String
        /// Text of the cause; empty where none is asked for.
        let cause, date: String
        @OrNull var until: String?
        @OrNull var country: String?
        @OrNull var `class`: String?
        /// `open` or `approved`.
        let state: String
        /// Where an open one stands, else 已通过.
        let stand: String
        let openedAt: String
        @OrNull var decidedAt: String?
        @OrNull var decidedBy: String?
        /// Who has an open one, until when, and whether that is over.
        @OrNull var holder: String?
        @OrNull var due: String?
        let isOverdue: Bool
        /// A death that was reported after its limit (M-DEATH).
        let isLate: Bool
    }

    struct Page: Encodable, Sendable {
        let total: Int
        /// Give as `after` for the next page; null on the last.
        @OrNull var next: String?
        let changes: [Item]
    }

    /// Rows of one list on the screen; a workbook holds all.
    static let maxRows = 1000
    static let maxWorkbookRows = 1_000_000

    static func page(
        _ parameters: [String: String], limit: Int? = nil, sight unit: UnitCode, today: CalendarDate, _ reading: Reading
    ) throws -> Page {
        let most = try limit ?? ListParameters.limit(parameters, most: maxRows)
        var (condition, arguments) = try clause(parameters, sight: unit, reading)
        let from = "FROM roll_change r JOIN dossier d ON d.id = r.dossier WHERE"
        let total = try Int.fetchOne(reading.database, sql: "SELECT count(*) \(from) \(condition)", arguments: arguments) ?? 0
        if let text = parameters["after"] {
            guard let place = Place(text) else { throw unknown("页码", text, ["上一页结果中的 next"]) }
            condition += " AND r.date <= ? AND (r.date < ? OR (r.dossier, r.opened) > (?, ?))"
            arguments += [place.date, place.date, Data(place.dossier.bytes), Data(place.opened.bytes)]
        }
        let rows = try Row.fetchCursor(
            reading.database, sql: """
                SELECT r.*, d.name, coalesce(d.formal, d.provisional, '') AS number, d.open_case, d.holder \(from) \(condition)
                ORDER BY r.date DESC, r.dossier, r.opened LIMIT \(most + 1)
                """, arguments: arguments)
        let sight = Sight(deadlines: Deadlines(reading: reading, today: today), guards: RollChangeGuards(reading: reading, today: today))
        var (changes, last, next): ([Item], Place?, String?) = ([], nil, nil)
        while let row = try rows.next() {
            if changes.count == most {
                next = last?.text
                break
            }
            last = Place(row)
            if let item = try sight.item(row) { changes.append(item) }
        }
        return Page(total: total, next: next, changes: changes)
    }

    /// Where a page ends: the day, the pupil and the application of its last line.
    private struct Place {
        let date: String
        let dossier: DossierID
        let opened: Digest

        init?(_ row: Row) {
            guard let dossier = DossierID(row["dossier"] as Data), let opened = Digest(row["opened"] as Data) else { return nil }
            (date, self.dossier, self.opened) = (row["date"], dossier, opened)
        }

        init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, CalendarDate(compact: parts[0]) != nil, let dossier = DossierID(hex: parts[1]),
                  let opened = Digest(hex: parts[2]) else { return nil }
            (date, self.dossier, self.opened) = (parts[0], dossier, opened)
        }

        var text: String { "\(date).\(dossier).\(opened)" }
    }

    private static func clause(
        _ parameters: [String: String], sight unit: UnitCode, _ reading: Reading
    ) throws -> (String, StatementArguments) {
        var filter = StudentList.Filter()
        filter.holder = try ListParameters.holder(parameters, of: unit)
        let below = parameters["unit"].map { UnitCode($0) } ?? unit
        guard reading.directory.contains(unit, below) else {
            throw Refusal("sight", "单位 \(below) 不在本单位管理范围内。", remedy: "请核对单位代码。", kind: .permission)
        }
        // Who asked is what counts: a pupil may stand elsewhere by now.
        var conditions = ["r.home IN (WITH RECURSIVE below (code) AS (VALUES (?) UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code) SELECT code FROM below)"]
        var arguments: StatementArguments = [below.text]
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            conditions.append(condition)
            arguments += [value]
        }
        if let text = parameters["kind"] {
            guard let kind = RollChangeKind(rawValue: text) else { throw unknown("异动类型", text, RollChangeKind.allCases.map(\.rawValue)) }
            add("r.kind = ?", kind.rawValue)
        }
        if let text = parameters["stage"] {
            guard let stage = Int(text).flatMap(Stage.init(rawValue:)) else { throw unknown("学段", text, Stage.allCases.map { String($0.rawValue) }) }
            add("r.stage = ?", stage.rawValue)
        }
        switch parameters["state"] {
        case nil: break
        case "open"?: conditions.append("r.decided_at = 0")
        case "approved"?: conditions.append("r.decided_at > 0")
        case let text?: throw unknown("办理状态", text, ["open", "approved"])
        }
        if let holder = filter.holder { add("r.decided_at = 0 AND d.holder = ?", holder.text) }
        for (name, sign) in [("from", ">="), ("to", "<=")] {
            guard let text = parameters[name] else { continue }
            guard let day = CalendarDate(text: text) else { throw unknown("日期", text, ["2026-09-01"]) }
            add("r.date \(sign) ?", day.compact)
        }
        return (conditions.joined(separator: " AND "), arguments)
    }

    static func unknown(_ what: String, _ text: String, _ choices: [String]) -> Refusal {
        Refusal("rollChanges.filter", question: "Q77", "\(what)“\(text)”不对。", remedy: "可选：" + choices.joined(separator: "、"), kind: .usage)
    }

    /// Turns rows into what is shown.
    private struct Sight {
        let deadlines: Deadlines
        let guards: RollChangeGuards

        func item(_ row: Row) throws -> Item? {
            guard let kind = RollChangeKind(rawValue: row["kind"]), let date = CalendarDate(compact: row["date"]),
                  let id = DossierID(row["dossier"] as Data) else { return nil }
            let directory = deadlines.reading.directory
            let (home, decidedAt): (String, Int64) = (row["home"], row["decided_at"])
            let isOpen = decidedAt == 0
            let deadline = isOpen ? try DossierShelf(deadlines.reading).dossier(id).flatMap { try deadlines.deadline(of: $0) } : nil
            let cause: String = row["cause"]
            let country: String = row["country"]
            return Item(
                dossier: id.description, name: row["name"], number: row["number"], school: home,
                schoolName: directory.unit(UnitCode(home))?.name ?? home, kind: kind.rawValue, code: kind.rule.code, label: kind.label,
                stage: Stage(rawValue: row["stage"])?.label ?? "", cause: CodeTable.changeReason.text(for: cause) ?? cause,
                date: date.description, until: CalendarDate(compact: row["until"])?.description,
                country: country.isEmpty ? nil : CodeTable.country.text(for: country) ?? country,
                class: (row["class"] as String).isEmpty ? nil : row["class"], state: isOpen ? "open" : "approved",
                stand: isOpen ? Stand(rawValue: row["open_case"])?.caseLabel ?? "" : "已通过", openedAt: ChinaTime.text(row["opened_at"]),
                decidedAt: isOpen ? nil : ChinaTime.text(decidedAt), decidedBy: isOpen ? nil : row["decided_by"],
                holder: isOpen ? row["holder"] : nil, due: deadline?.due.description, isOverdue: deadline?.isOverdue ?? false,
                isLate: try isLate(kind, date, UnitCode(home), openedAt: row["opened_at"]))
        }

        private func isLate(_ kind: RollChangeKind, _ date: CalendarDate, _ home: UnitCode, openedAt: Int64) throws -> Bool {
            guard kind == .death, let day = try guards.reportingDay(date, for: home) else { return false }
            return CalendarDate(secondsSince1970: openedAt) > day
        }
    }
}
