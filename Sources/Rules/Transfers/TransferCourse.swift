/// How long a transfer has been at each of its stations, and with whom: what statistics and workbooks count.
public struct TransferStay: Sendable, Hashable {
    public let station: TransferStation
    public let holder: UnitCode
    /// Seconds since 1970; `until` is nil where it still is.
    public let since: Int64
    public let until: Int64?
    /// Last day in time, `YYYY-MM-DD`; empty: no limit.
    public let due: String

    /// Whole days begun, in China's calendar: from the day it came to the day it went, or to today.
    public func days(today: CalendarDate) -> Int {
        let end = until.map { CalendarDate(secondsSince1970: $0) } ?? today
        return max(0, end.daysSince1970 - CalendarDate(secondsSince1970: since).daysSince1970)
    }

    /// Whether it went, or still is, after the last day in time.
    public func isOverdue(today: CalendarDate) -> Bool {
        guard !due.isEmpty else { return false }
        return due < (until.map { CalendarDate(secondsSince1970: $0) } ?? today).description
    }
}

extension Transfer {
    /// Every stay since the receiving school has submitted it, in order; stations that a node passes by itself are left out. After a
    /// return from the dossier only what the application's own steps tell of the earlier runs is known.
    public var stays: [TransferStay] {
        var moves: [(at: Int64, station: TransferStation, holder: UnitCode, due: String)] = chain.drop { $0.kind != .submit }
            .map { ($0.at, $0.next, $0.nextHolder, $0.due) }
        moves += notices.filter { $0.step != $0.opened }.map { ($0.at, $0.station, $0.holder, $0.due) }
        var stays: [TransferStay] = []
        for (place, move) in moves.enumerated() {
            let isLast = place == moves.count - 1
            let until = isLast ? (state.isOver ? withdrawal?.at ?? move.at : nil) : moves[place + 1].at
            guard !move.station.isAutomatic, move.station != .receivingSchool, move.station != .placing else { continue }
            stays.append(TransferStay(station: move.station, holder: move.holder, since: move.at, until: until, due: move.due))
        }
        return stays
    }
}
