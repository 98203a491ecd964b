import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 休学期满提醒: suspensions whose last day is near or past, the longest past first.
enum SuspensionList {
    struct Item: Encodable, Sendable {
        let dossier, name, school, schoolName, `class`, until: String
        /// Days to the last one; negative once it is past.
        let daysLeft: Int
        /// 在办业务 that may end it; empty while there is none.
        let openCase: String
    }

    struct Page: Encodable, Sendable {
        let total: Int
        /// Give as `after` for the next page; null on the last.
        @OrNull var next: String?
        let suspensions: [Item]
    }

    static func page(_ parameters: [String: String], sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        let asked = try ListParameters(parameters)
        var (condition, arguments) = try clause(sight: unit, today: today, reading)
        if let after = asked.after {
            condition += " AND (status_until, id) > (SELECT status_until, id FROM dossier WHERE id = ?)"
            arguments += [Data(after.bytes)]
        }
        let rows = try Row.fetchAll(
            reading.database, sql: """
                SELECT id, name, home, class, status_until, open_case FROM dossier WHERE \(condition) ORDER BY status_until, id LIMIT \(asked.limit + 1)
                """, arguments: arguments)
        let items = rows.prefix(asked.limit).compactMap { row -> Item? in
            guard let id = DossierID(row["id"] as Data), let until = CalendarDate(compact: row["status_until"]) else { return nil }
            let home: String = row["home"]
            return Item(
                dossier: id.description, name: row["name"], school: home,
                schoolName: reading.directory.unit(UnitCode(home))?.name ?? home, class: row["class"], until: until.description,
                daysLeft: until.daysSince1970 - today.daysSince1970, openCase: Stand(rawValue: row["open_case"])?.caseLabel ?? "")
        }
        let last = rows.count > asked.limit ? DossierID(rows[asked.limit - 1]["id"] as Data)?.description : nil
        return Page(total: try count(sight: unit, today: today, reading), next: last, suspensions: items)
    }

    static func count(sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Int {
        let (condition, arguments) = try clause(sight: unit, today: today, reading)
        return try Int.fetchOne(reading.database, sql: "SELECT count(*) FROM dossier WHERE \(condition)", arguments: arguments) ?? 0
    }

    private static func clause(sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> (String, StatementArguments) {
        var filter = StudentList.Filter()
        filter.status = StudentStatus.suspended.rawValue
        var (condition, arguments) = try StudentList.clause(filter, sight: unit, reading)
        let days = Int(try PolicyShelf(reading).value("rollChange.reminder.days", for: unit)) ?? 0
        condition += " AND state <> 'deleted' AND status_until <> '' AND status_until <= ?"
        arguments += [CalendarDate(daysSince1970: today.daysSince1970 + min(max(days, 0), 366)).compact]
        return (condition, arguments)
    }
}
