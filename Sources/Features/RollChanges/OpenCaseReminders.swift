import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 催办 (Q87): an authority asks all holders within a part of its subtree to finish by a day what is open. It stands in the authority's setting
/// `cases.reminders`, which travels down signed as every setting does; each holder's node counts its own open cases, so that nobody is
/// named and what is done is no longer asked for.
struct OpenCaseReminder: Sendable, Hashable {
    /// This unit and all below it are asked.
    let unit: UnitCode
    /// The day by which to finish.
    let day: CalendarDate
    /// Nil: all kinds.
    let business: OpenCases.Business?

    /// A reminder is shown for so many days after its day.
    static let lapse = 30
    /// Reminders of one authority at a time.
    static let most = 50

    func isLapsed(on today: CalendarDate) -> Bool { day.daysSince1970 + Self.lapse < today.daysSince1970 }

    var text: String { "\(unit):\(day)" + (business.map { ":\($0.rawValue)" } ?? "") }

    /// Reads `unit:YYYY-MM-DD` or `unit:YYYY-MM-DD:business`.
    init?(_ text: Substring) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts[0].isEmpty, parts[0].allSatisfy({ $0.isASCII && ($0.isNumber || $0.isLetter) }),
              let day = CalendarDate(text: parts[1]) else { return nil }
        let business = parts.count == 3 ? OpenCases.Business(rawValue: parts[2]) : nil
        guard parts.count == 2 || business != nil else { return nil }
        self.init(unit: UnitCode(parts[0]), day: day, business: business)
    }

    init(unit: UnitCode, day: CalendarDate, business: OpenCases.Business?) {
        self.unit = unit
        self.day = day
        self.business = business
    }

    /// A setting's list, separated by semicolons; nil where one of them is none, or there are too many.
    static func list(_ text: String) -> [OpenCaseReminder]? {
        let parts = text.split(separator: ";")
        let read = parts.compactMap { OpenCaseReminder($0) }
        return read.count == parts.count && read.count <= most ? read : nil
    }
}

/// Reminders that a unit has got or has sent.
struct OpenCaseReminders {
    static let key = "cases.reminders"

    struct Item: Encodable, Sendable {
        let by, byName, unit, unitName, day: String
        @OrNull var business: String?
        /// 学籍异动 …; 在办业务 for all kinds.
        let label: String
        /// What is still open and asked for: with the unit itself of those it has got, with all whom it asks of those it has sent.
        let count: Int
        let isOver: Bool
    }

    struct Page: Encodable, Sendable { let received, sent: [Item] }

    let reading: Reading
    let today: CalendarDate

    func page(of unit: UnitCode) throws -> Page {
        Page(received: try received(by: unit), sent: try sent(by: unit).map { item($0, by: unit, count: try open(with: $0, by: unit)) })
    }

    /// What authorities above ask of a unit and is still open with it, the earliest day first.
    func received(by unit: UnitCode) throws -> [Item] {
        try PolicyShelf(reading).settings(Self.key, for: unit).flatMap { setting -> [Item] in
            guard let by = setting.setBy, by != unit else { return [] }
            return try (OpenCaseReminder.list(setting.value) ?? [])
                .filter { !$0.isLapsed(on: today) && reading.directory.contains(by, $0.unit) && reading.directory.contains($0.unit, unit) }
                .map { reminder in
                    let asked = ["holder": "self"].merging(reminder.business.map { ["business": $0.rawValue] } ?? [:]) { $1 }
                    return item(reminder, by: by, count: try OpenCases.count(asked, sight: unit, today: today, reading))
                }.filter { $0.count > 0 }
        }.sorted { $0.day < $1.day }
    }

    /// Those that an authority has sent and that are not lapsed.
    func sent(by unit: UnitCode) throws -> [OpenCaseReminder] {
        let own = try PolicyShelf(reading).settings(Self.key, for: unit).first { $0.setBy == unit }
        return (own.flatMap { OpenCaseReminder.list($0.value) } ?? []).filter { !$0.isLapsed(on: today) }
    }

    /// What is open with those whom a reminder asks.
    private func open(with reminder: OpenCaseReminder, by unit: UnitCode) throws -> Int {
        guard reading.directory.contains(unit, reminder.unit) else { return 0 }
        let (condition, arguments) = try OpenCases.clause(
            reminder.business.map { ["business": $0.rawValue] } ?? [:], sight: unit, today: today, reading)
        return try Int.fetchOne(
            reading.database, sql: """
                SELECT count(*) FROM dossier WHERE \(condition) AND holder <> ? AND holder IN (
                  WITH RECURSIVE below (code) AS (VALUES (?) UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code) SELECT code FROM below)
                """, arguments: arguments + [unit.text, reminder.unit.text]) ?? 0
    }

    private func item(_ reminder: OpenCaseReminder, by: UnitCode, count: Int) -> Item {
        func name(_ unit: UnitCode) -> String { reading.directory.unit(unit)?.name ?? unit.text }
        return Item(
            by: by.text, byName: name(by), unit: reminder.unit.text, unitName: name(reminder.unit), day: reminder.day.description,
            business: reminder.business?.rawValue, label: reminder.business?.label ?? "在办业务", count: count, isOver: reminder.day < today)
    }
}

/// Sends a reminder, or takes it back.
struct OpenCaseReminderWriter {
    let actor: Actor
    let transaction: Transaction

    struct Request: Decodable {
        /// The day by which to finish; empty to take the reminder back.
        let day: String
        /// The unit below to which it goes; the whole subtree by default.
        let unit: String?
        let business: String?
    }

    /// - Throws: `Refusal` `cases.reminder.tier`, `cases.reminder.unit`, `cases.reminder.day`, `cases.business`.
    func send(_ request: Request) throws {
        guard let tier = transaction.directory.tier(of: actor.unit), tier > .school else {
            throw Refusal(
                "cases.reminder.tier", question: "Q87", "催办由教育行政部门发出，学校不能发出。", remedy: "请与当前处理单位联系。", kind: .permission)
        }
        let today = transaction.surroundings.today
        let unit = request.unit.flatMap { $0.isEmpty ? nil : UnitCode($0) } ?? actor.unit
        guard transaction.directory.contains(actor.unit, unit) else {
            throw Refusal(
                "cases.reminder.unit", question: "Q87", "单位 \(unit) 不在本单位管理范围内。", remedy: "请核对单位代码。", kind: .permission)
        }
        let business = try request.business.flatMap { $0.isEmpty ? nil : try OpenCases.business($0) }
        var all = try OpenCaseReminders(reading: transaction.reading, today: today).sent(by: actor.unit)
            .filter { $0.unit != unit || $0.business != business }
        if !request.day.isEmpty {
            guard let day = CalendarDate(text: request.day), day >= today, day.daysSince1970 <= today.daysSince1970 + 366 else {
                throw Refusal(
                    "cases.reminder.day", question: "Q87", "办结日期“\(request.day)”不对。", remedy: "请填写今天起一年内的日期，例如 \(today)。",
                    kind: .usage)
            }
            all.append(OpenCaseReminder(unit: unit, day: day, business: business))
        }
        guard let definition = PolicyCatalogue.definition(OpenCaseReminders.key) else { return }
        try PolicyOperations.set(definition, to: all.map(\.text).joined(separator: ";"), as: actor, in: transaction)
    }
}
