import Rules
import Store

/// 办理期限 of each station: working days by the policies of the holder's province. The day is said in what gives the holder the pen,
/// because the other side does not have those policies.
struct TransferDeadline {
    private static let policy = "deadlines.transfer"
    private static let longest = 2000

    let reading: Reading

    init(_ reading: Reading) { self.reading = reading }

    /// `YYYY-MM-DD`; empty where nobody is waited for or policy sets no limit.
    func due(for holder: UnitCode, at station: TransferStation, since: Int64) throws -> String {
        guard !station.isAutomatic, station != .placing, station != .receivingSchool,
              let limit = Int(try PolicyShelf(reading).value(Self.policy, for: holder)), limit > 0 else { return "" }
        let calendar = try Deadlines.calendar(for: holder, reading)
        return calendar.day(min(limit, Self.longest), after: CalendarDate(secondsSince1970: since)).description
    }

    /// Whether the last day in time is over.
    static func isOverdue(_ due: String, today: CalendarDate) -> Bool { !due.isEmpty && due < today.description }
}
