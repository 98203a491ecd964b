import FoundationEssentials
import GRDB
import Protocol
import Rules
import Sheets
import Store

/// Transfers of a unit's subtree by direction, kind, period and unit: the workbook (Q77), and the statistics of days per station and of
/// units that let their time pass.
enum TransferReport {
    /// Transfers that one report looks at; more are refused, never left out.
    static let most = 20_000

    /// What is asked for, besides the filters of the list.
    struct Scope {
        let filter: TransferList.Filter
        let kind: TransferKind?
        /// Of the application, both inside.
        let from, to: CalendarDate?
        let sight: UnitCode
        /// Transfers that are looked at.
        var most = TransferReport.most

        init(_ parameters: [String: String], actor: Actor, _ directory: UnitDirectory) throws {
            filter = try TransferList.Filter(parameters.filter { $0.key != "limit" }, actor: actor)
            kind = try parameters["kind"].map { text in
                guard let kind = TransferKind(rawValue: text) else {
                    throw RollChangeList.unknown("转学类别", text, TransferKind.allCases.map { "\($0.rawValue)（\($0.label)）" })
                }
                return kind
            }
            func day(_ name: String) throws -> CalendarDate? {
                try parameters[name].map { text in
                    guard let day = CalendarDate(text: text) else { throw RollChangeList.unknown("日期", text, ["2026-09-01"]) }
                    return day
                }
            }
            (from, to) = (try day("from"), try day("to"))
            sight = parameters["unit"].map { UnitCode($0) } ?? actor.unit
            guard directory.contains(actor.unit, sight) else {
                throw Refusal("sight", "单位 \(sight) 不在本单位管理范围内。", remedy: "请核对单位代码。", kind: .permission)
            }
        }

        func isMeant(_ schools: Schools, _ directory: UnitDirectory) -> Bool {
            kind == nil || TransferKind(from: UnitCode(schools.releasing), to: UnitCode(schools.receiving), in: directory) == kind
        }

        func holds(_ transfer: Transfer) -> Bool {
            let applied = CalendarDate(secondsSince1970: transfer.applied)
            return (from.map { $0 <= applied } ?? true) && (to.map { applied <= $0 } ?? true)
        }
    }

    /// The two schools of a transfer.
    struct Schools: Hashable { let releasing, receiving: String }

    static func each(_ scope: Scope, today: CalendarDate, _ reading: Reading, _ body: (Transfer) throws -> Void) throws {
        var (condition, arguments) = try TransferList.clause(scope.filter, sight: scope.sight, today: today, reading)
        // A row from before the column is looked at whatever the period: the transfer itself tells.
        if let from = scope.from {
            condition += " AND (applied IS NULL OR applied >= ?)"
            arguments += [from.firstSecond]
        }
        if let to = scope.to {
            condition += " AND (applied IS NULL OR applied < ?)"
            arguments += [to.firstSecond + 86_400]
        }
        // The kind follows from the two schools alone, by the directory: what is of another kind does not count towards the limit.
        let rows = try Row.fetchCursor(
            reading.database, sql: "SELECT id, releasing, receiving FROM transfer WHERE \(condition) ORDER BY since DESC, id", arguments: arguments)
        var (ids, isMeant): ([DossierID], [Schools: Bool]) = ([], [:])
        while ids.count <= scope.most, let row = try rows.next() {
            let schools = Schools(releasing: row["releasing"], receiving: row["receiving"])
            let holds = isMeant[schools] ?? scope.isMeant(schools, reading.directory)
            isMeant[schools] = holds
            if holds, let id = DossierID(row["id"] as Data) { ids.append(id) }
        }
        guard ids.count <= scope.most else {
            throw Refusal(
                "transfers.tooMany", question: "Q77", "范围内的转学超过 \(scope.most) 件，不能一次统计或导出。",
                remedy: "请缩短申请时段，或选择下属单位、转学类别、转学状态，缩小范围后重试。", kind: .usage)
        }
        let shelf = TransferShelf(reading)
        for id in ids {
            guard let transfer = try shelf.transfer(id), scope.holds(transfer) else { continue }
            try body(transfer)
        }
    }

    // MARK: Statistics

    struct Stage: Encodable, Sendable {
        let station, label: String
        /// Stays that have ended, and those that have not.
        var ended = 0, open = 0
        /// Of those that have ended, in days.
        var meanDays = 0.0
        var longest = 0
        var overdue = 0
    }

    struct Party: Encodable, Sendable {
        let unit, name: String
        var handled = 0
        /// Stays over the limit, and those of them that still go on.
        var overdue = 0, open = 0
    }

    struct Statistics: Encodable, Sendable {
        let total: Int
        let byState: [String: Int]
        let stages: [Stage]
        /// Units of the sight and those that its transfers were with, which let their time pass; the most often first.
        let units: [Party]
    }

    static func statistics(_ scope: Scope, today: CalendarDate, _ reading: Reading) throws -> Statistics {
        var (total, byState) = (0, [String: Int]())
        var stages: [TransferStation: (stage: Stage, days: Int)] = [:]
        var parties: [UnitCode: Party] = [:]
        try each(scope, today: today, reading) { transfer in
            total += 1
            byState[transfer.state.rawValue, default: 0] += 1
            for stay in transfer.stays {
                let isOverdue = stay.isOverdue(today: today)
                var line = stages[stay.station] ?? (Stage(station: stay.station.rawValue, label: stay.station.label), 0)
                if stay.until == nil {
                    line.stage.open += 1
                } else {
                    let days = stay.days(today: today)
                    line.stage.ended += 1
                    line.days += days
                    line.stage.longest = max(line.stage.longest, days)
                }
                if isOverdue { line.stage.overdue += 1 }
                stages[stay.station] = line
                var party = parties[stay.holder]
                    ?? Party(unit: stay.holder.text, name: reading.directory.unit(stay.holder)?.name ?? stay.holder.text)
                party.handled += 1
                if isOverdue { party.overdue += 1 }
                if isOverdue, stay.until == nil { party.open += 1 }
                parties[stay.holder] = party
            }
        }
        return Statistics(
            total: total, byState: byState,
            stages: TransferStation.allCases.compactMap { stages[$0] }.map { line in
                var stage = line.stage
                if stage.ended > 0 { stage.meanDays = (Double(line.days) / Double(stage.ended) * 10).rounded() / 10 }
                return stage
            },
            units: parties.values.filter { $0.overdue > 0 }.sorted { ($1.overdue, $0.unit) < ($0.overdue, $1.unit) })
    }

    // MARK: Workbook

    /// A school's workbook names its pupils; an authority's has no names and numbers, for those leave only by the export rules (Q103).
    static func write(_ scope: Scope, isNamed: Bool, title: String, today: CalendarDate, _ reading: Reading, to path: String) throws {
        let personal = isNamed ? [ColumnSpec("姓名"), ColumnSpec("学籍号", width: 22)] : []
        let writer = try TableWriter(
            path: path,
            columns: [ColumnSpec("序号", width: 6)] + personal + [
                ColumnSpec("转学类别", width: 16), ColumnSpec("转出学校标识码", width: 14), ColumnSpec("转出学校", width: 22),
                ColumnSpec("转入学校标识码", width: 14), ColumnSpec("转入学校", width: 22), ColumnSpec("年级", width: 10), ColumnSpec("申请时间", width: 20),
                ColumnSpec("状态", width: 10), ColumnSpec("环节", width: 18), ColumnSpec("当前处理单位", width: 22), ColumnSpec("自", width: 20),
                ColumnSpec("办理期限", width: 12), ColumnSpec("超期", width: 8), ColumnSpec("用时（天）", width: 10), ColumnSpec("原因", width: 24),
            ], sheetName: "转学", title: title)
        var place = 0
        try each(scope, today: today, reading) { transfer in
            place += 1
            try writer.write([String(place)] + row(transfer, isNamed: isNamed, today: today, reading))
        }
        try writer.finish()
    }

    private static func row(_ transfer: Transfer, isNamed: Bool, today: CalendarDate, _ reading: Reading) throws -> [String] {
        let item = TransferList.item(transfer, sight: transfer.head.receiving, today: today, reading)
        let (applied, end) = (transfer.applied, transfer.state.isOver ? transfer.since : nil)
        let days = (end.map { CalendarDate(secondsSince1970: $0) } ?? today).daysSince1970 - CalendarDate(secondsSince1970: applied).daysSince1970
        let number = transfer.content.number.isEmpty ? "" : transfer.content.number
        let holder = transfer.holder.map { reading.directory.unit($0)?.name ?? $0.text } ?? ""
        return (isNamed ? [item.name, number] : []) + [
            item.kind, item.releasing, item.releasingName, item.receiving, item.receivingName, transfer.cohort,
            ShownTime.text(ChinaTime.text(applied)), item.label, item.station, holder, ShownTime.text(item.since), item.due,
            item.isOverdue ? "已超期" : "", String(max(0, days)), isNamed ? item.reason : "",
        ]
    }
}
