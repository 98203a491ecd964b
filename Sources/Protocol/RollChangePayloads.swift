import Rules

/// Roll changes to and from their wire form. Reading validates once; a nil is a malformed payload.
extension Payload {
    static func wire(_ change: RollChange) -> WireRollChange {
        var wire = WireRollChange()
        wire.kind = change.kind.rawValue
        wire.cause = change.cause
        wire.date = change.date.compact
        wire.until = change.until?.compact ?? ""
        wire.country = change.country
        wire.classCode = change.classCode
        wire.gradeOffset = Int32(clamping: change.gradeOffset)
        return wire
    }

    static func change(_ wire: WireRollChange) -> RollChange? {
        guard let kind = RollChangeKind(rawValue: wire.kind), let date = CalendarDate(compact: wire.date),
              let until = day(wire.until) else { return nil }
        return RollChange(
            kind, cause: wire.cause, date: date, until: until.value, country: wire.country, classCode: wire.classCode,
            gradeOffset: Int(wire.gradeOffset))
    }

    static func wire(_ standing: RollStanding) -> WireRollStanding {
        var wire = WireRollStanding()
        wire.status = standing.status.rawValue
        wire.since = standing.since?.compact ?? ""
        wire.until = standing.until?.compact ?? ""
        wire.gradeOffset = Int32(clamping: standing.gradeOffset)
        return wire
    }

    static func standing(_ wire: WireRollStanding) -> RollStanding? {
        guard let status = StudentStatus(rawValue: wire.status), let since = day(wire.since), let until = day(wire.until) else { return nil }
        return RollStanding(status, since: since.value, until: until.value, gradeOffset: Int(wire.gradeOffset))
    }

    private struct Day { let value: CalendarDate? }

    /// A day, or none for an empty text; nil for what is no day.
    private static func day(_ text: String) -> Day? {
        if text.isEmpty { return Day(value: nil) }
        return CalendarDate(compact: text).map { Day(value: $0) }
    }
}
