/// A recorded statement that a paper was seen and filed: what kind, on which day, where it lies (Q7, Q22, Q40).
///
/// Stands in for the scan until attachments exist. On the wire and in the record: `kind|YYYYMMDD|place`.
public struct PaperStatement: Sendable, Hashable, CustomStringConvertible {
    public let kind: String
    public let date: CalendarDate
    public let place: String

    /// Nil when a part is blank.
    public init?(kind: String, date: CalendarDate, place: String) {
        guard !kind.isEmpty, !place.isEmpty, !(kind + place).contains("|") else { return nil }
        self.kind = kind
        self.date = date
        self.place = place
    }

    public init?(_ text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let date = CalendarDate(compact: parts[1]) else { return nil }
        self.init(kind: parts[0], date: date, place: parts[2])
    }

    public var description: String { "\(kind)|\(date.compact)|\(place)" }
}
