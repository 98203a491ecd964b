import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 办理期限: until when whoever holds the pen ought to have acted, by limits and working days that are policies (Q76). Nothing happens by
/// itself when a day is over.
struct Deadlines {
    struct Deadline: Sendable, Hashable {
        let business: TimedBusiness
        /// The last day that is in time.
        let due: CalendarDate
        let isOverdue: Bool
    }

    let reading: Reading
    let today: CalendarDate

    /// Nil while nobody is waited for, or where policy sets no limit.
    func deadline(of dossier: Dossier) throws -> Deadline? {
        guard let business = dossier.timedBusiness, let since = dossier.heldSince,
              let limit = try limit(of: business, for: dossier.home) else { return nil }
        let due = try Self.calendar(for: dossier.home, reading).day(limit, after: CalendarDate(secondsSince1970: since))
        return Deadline(business: business, due: due, isOverdue: due < today)
    }

    /// Working days; nil where there is no limit.
    private func limit(of business: TimedBusiness, for unit: UnitCode) throws -> Int? {
        let key = switch business {
        case .registration: Self.registration
        case .keyDataChange: Self.keyData
        case .rollChange: Self.rollChange
        }
        return Int(try PolicyShelf(reading).value(key, for: unit)).flatMap { $0 > 0 ? min($0, Self.longest) : nil }
    }

    /// The working days of a unit's province and of the centre together.
    static func calendar(for unit: UnitCode, _ reading: Reading) throws -> WorkingCalendar {
        let policies = PolicyShelf(reading)
        return WorkingCalendar(
            holidays: try policies.value(holidays, for: unit), workdays: try policies.value(workdays, for: unit)) ?? .plain
    }

    private static let (registration, keyData) = ("deadlines.registration", "deadlines.keyData")
    private static let rollChange = "deadlines.rollChange"
    private static let (holidays, workdays) = ("calendar.holidays", "calendar.workdays")
    /// Longer limits are as long as this one.
    private static let longest = 2000

    // MARK: In the table

    /// What is overdue in the table of dossiers: by the unit's own settings, and in each province below that has settings of its own by
    /// those.
    func overdueClause(for unit: UnitCode) throws -> String {
        let keys = [Self.registration, Self.keyData, Self.rollChange, Self.holidays, Self.workdays].map { "'\($0)'" }.joined(separator: ", ")
        let provinces = try String.fetchAll(reading.database, sql: "SELECT DISTINCT unit FROM policy WHERE key IN (\(keys)) ORDER BY unit")
            .map { UnitCode($0) }.filter { $0 != unit && reading.directory.tier(of: $0) == .province && reading.directory.contains(unit, $0) }
        guard !provinces.isEmpty else { return "(\(try condition(for: unit)))" }
        let own = "home NOT IN (\(Self.homes(below: provinces))) AND (\(try condition(for: unit)))"
        let others = try provinces.map { "home IN (\(Self.homes(below: [$0]))) AND (\(try condition(for: $0)))" }
        return "(" + ([own] + others).joined(separator: " OR ") + ")"
    }

    private func condition(for unit: UnitCode) throws -> String {
        let calendar = try Self.calendar(for: unit, reading)
        let parts = try TimedBusiness.allCases.compactMap { business -> String? in
            guard let limit = try limit(of: business, for: unit) else { return nil }
            let first = Int64(calendar.firstDayInTime(limit, today: today).daysSince1970) * 86_400 - 8 * 3600
            return "\(Self.stands(business)) AND held_since < \(first)"
        }
        return parts.isEmpty ? "0" : parts.joined(separator: " OR ")
    }

    /// Which rows are of a business; in the words of the indexes.
    private static func stands(_ business: TimedBusiness) -> String {
        switch business {
        case .registration: "state IN ('submitted', 'returned') AND open_case = ''"
        case .keyDataChange, .rollChange: "open_case <> '' AND open_case IN (\(business.stands.map { "'\($0.rawValue)'" }.joined(separator: ", ")))"
        }
    }

    /// Codes of the directory hold digits alone.
    private static func homes(below units: [UnitCode]) -> String {
        let roots = units.filter { $0.text.allSatisfy(\.isASCII) && !$0.text.contains("'") }.map { "('\($0.text)')" }.joined(separator: ", ")
        return """
            WITH RECURSIVE below (code) AS (VALUES \(roots) UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code)
            SELECT code FROM below
            """
    }
}
