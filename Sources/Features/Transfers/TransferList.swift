import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The transfers that concern a unit, oldest first (Q75).
enum TransferList {
    /// 转入 / 转出: as the unit sees it.
    enum Direction: String, Sendable, CaseIterable {
        case into = "in", out

        var label: String { self == .into ? "转入" : "转出" }
    }

    struct Item: Encodable, Sendable {
        let transfer, name, kind, state, label, station: String
        let receiving, receivingName, releasing, releasingName: String
        @OrNull var holder: String?
        let since, due: String
        let isOverdue: Bool
        /// Of the last return or the withdrawal.
        let reason: String
        /// The pupil's dossier, where it is in the unit's sight.
        @OrNull var dossier: String?
    }

    struct Page: Encodable, Sendable {
        let total: Int
        /// Give as `after` for the next page; null on the last.
        @OrNull var next: String?
        let transfers: [Item]
    }

    struct Filter {
        var direction: Direction?
        var state: TransferState?
        var holder: UnitCode?
        var isOverdue = false
        var isOpen = false
        var limit = 100
        /// The last one of the page before.
        var after: DossierID?

        init(_ parameters: [String: String] = [:], actor: Actor) throws {
            if let text = parameters["direction"] {
                guard let known = Direction(rawValue: text) else {
                    throw Refusal("direction", question: "Q75", "没有“\(text)”这个方向。", remedy: "可选：in（转入）、out（转出）。", kind: .usage)
                }
                direction = known
            }
            if let text = parameters["state"] {
                guard let known = TransferState(rawValue: text) else {
                    throw Refusal(
                        "state.unknown", question: "Q75", "没有“\(text)”这种状态。",
                        remedy: "可选：" + TransferState.allCases.map(\.rawValue).joined(separator: "、"), kind: .usage)
                }
                state = known
            }
            holder = try ListParameters.holder(parameters, of: actor.unit)
            isOverdue = parameters["overdue"] != nil
            let asked = try ListParameters(parameters)
            (limit, after) = (asked.limit, asked.after)
        }
    }

    static func page(_ filter: Filter, sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        var (condition, arguments) = try clause(filter, sight: unit, today: today, reading)
        if let after = filter.after {
            condition += " AND (since, id) > (SELECT since, id FROM transfer WHERE id = ?)"
            arguments += [Data(after.bytes)]
        }
        let ids = try Data.fetchAll(
            reading.database, sql: "SELECT id FROM transfer WHERE \(condition) ORDER BY since, id LIMIT \(filter.limit + 1)", arguments: arguments)
            .compactMap { DossierID($0) }
        let shelf = TransferShelf(reading)
        let items = try ids.prefix(filter.limit).compactMap { try shelf.seen($0, by: unit).map { item($0, sight: unit, today: today, reading) } }
        return Page(
            total: try count(filter, sight: unit, today: today, reading),
            next: ids.count > filter.limit ? ids[filter.limit - 1].description : nil, transfers: items)
    }

    static func count(_ filter: Filter, sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Int {
        let (condition, arguments) = try clause(filter, sight: unit, today: today, reading)
        return try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM transfer WHERE \(condition)", arguments: arguments) ?? 0
    }

    /// What the unit has to do about transfers, for its home page; what it is asked to decide in another's stead goes first.
    static func waiting(of unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> [Desk.Waiting] {
        let rows = try Row.fetchAll(
            reading.database.cachedStatement(sql: """
                SELECT station, state, count(*) AS n FROM transfer WHERE holder = ? GROUP BY station, state ORDER BY station, state
                """), arguments: [unit.text])
        let held = rows.compactMap { row -> Desk.Waiting? in
            guard let station = TransferStation(rawValue: row["station"]), let state = TransferState(rawValue: row["state"]),
                  !state.isOver, !station.isAutomatic else { return nil }
            let label = switch (state, station) {
            case (.prepared, _): "转学申请，待学校审核"
            case (.returned, _): "转学申请被退回，待修改"
            case (_, .releasingSchool): "转学，待本校同意转出"
            default: "转学，待核办"
            }
            return Desk.Waiting(label: label, count: row["n"], href: "/transfers?scope=self")
        }
        let asked = try String.fetchAll(
            reading.database.cachedStatement(sql: "SELECT holder FROM transfer WHERE requested = 1 AND holder IS NOT NULL")
        ).filter { TransferFold.overridingAuthority(over: UnitCode($0), in: reading.directory) == unit }
        let own = asked.isEmpty ? [] : [Desk.Waiting(label: "转学提请强制干预，待本单位决定", count: asked.count, href: "/transfers?scope=overdue")]
        return own + (try late(of: unit, today: today, reading)) + held + (try unplaced(at: unit, reading))
    }

    /// What has been with the unit for too long, and what the school that asks may have lifted to the province (Q76).
    private static func late(of unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> [Desk.Waiting] {
        let sides: [(condition: String, label: String)] = [
            ("holder = ?1", "转学已超期，请尽快办理"), ("receiving = ?1 AND holder <> ?1", "转学超期未办，可与当前处理单位联系或提请强制干预"),
        ]
        return try sides.compactMap { condition, label in
            let count = try Int.fetchOne(
                reading.database.cachedStatement(sql: "SELECT count(*) FROM transfer WHERE \(condition) AND state = 'underWay' AND due <> '' AND due < ?2"),
                arguments: [unit.text, today.description]) ?? 0
            return count == 0 ? nil : Desk.Waiting(label: label, count: count, href: "/transfers?scope=overdue")
        }
    }

    /// 待分班: who has come by a transfer and stands in no class yet.
    private static func unplaced(at school: UnitCode, _ reading: Reading) throws -> [Desk.Waiting] {
        let count = try Int.fetchOne(
            reading.database.cachedStatement(sql: """
                SELECT count(*) FROM transfer t JOIN dossier d ON d.id = t.dossier
                WHERE t.receiving = ? AND t.state = 'completed' AND d.home = t.receiving AND d.class = '' AND d.state <> 'deleted'
                """), arguments: [school.text]) ?? 0
        return count == 0 ? [] : [Desk.Waiting(label: "转入，待分班", count: count, href: "/transfers?scope=in&state=completed")]
    }

    static func clause(
        _ filter: Filter, sight unit: UnitCode, today: CalendarDate, _ reading: Reading
    ) throws -> (String, StatementArguments) {
        let below = """
            (WITH RECURSIVE below (code) AS (VALUES (?) UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code)
              SELECT code FROM below)
            """
        var conditions: [String] = []
        var arguments = StatementArguments()
        switch filter.direction {
        case .into?: (conditions, arguments) = (["receiving IN \(below)"], [unit.text])
        case .out?: (conditions, arguments) = (["submitted = 1 AND releasing IN \(below)"], [unit.text])
        case nil: (conditions, arguments) = (["(receiving IN \(below) OR submitted = 1 AND releasing IN \(below))"], [unit.text, unit.text])
        }
        if let state = filter.state {
            conditions.append("state = ?")
            arguments += [state.rawValue]
        }
        if let holder = filter.holder {
            conditions.append("holder = ?")
            arguments += [holder.text]
        }
        if filter.isOverdue {
            conditions.append("due <> '' AND due < ?")
            arguments += [today.description]
        }
        return (conditions.joined(separator: " AND "), arguments)
    }

    static func item(_ transfer: Transfer, sight unit: UnitCode, today: CalendarDate, _ reading: Reading) -> Item {
        let directory = reading.directory
        func name(_ code: UnitCode) -> String { directory.unit(code)?.name ?? code.text }
        let isHere = directory.contains(unit, transfer.state == .completed ? transfer.head.receiving : transfer.head.releasing)
        return Item(
            transfer: transfer.head.application.description, name: transfer.content.name,
            kind: TransferKind(from: transfer.head.releasing, to: transfer.head.receiving, in: directory)?.label ?? "",
            state: transfer.state.rawValue, label: transfer.state.label, station: transfer.station.label, receiving: transfer.head.receiving.text,
            receivingName: name(transfer.head.receiving), releasing: transfer.head.releasing.text, releasingName: name(transfer.head.releasing),
            holder: transfer.holder?.text, since: ChinaTime.text(transfer.since), due: transfer.due,
            isOverdue: TransferDeadline.isOverdue(transfer.due, today: today), reason: transfer.reason,
            dossier: isHere ? (transfer.dossier ?? transfer.notices.last?.dossier)?.description : nil)
    }
}
