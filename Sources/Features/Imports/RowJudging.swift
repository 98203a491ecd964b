import Dispatch
import Rules
import Sheets

/// Judges pupils' rows by the whole rule book, on all cores; what is found stands in the order of the rows.
struct RowJudging: Sendable {
    let match: TemplateMatch
    let facts: Facts

    /// Rows that a core takes at once.
    private static let slice = 32

    func judge(_ rows: PackedRows) -> [Judgement] {
        [Judgement](unsafeUninitializedCapacity: rows.count) { judgements, count in
            // Every core writes places of its own.
            nonisolated(unsafe) let places = judgements
            DispatchQueue.concurrentPerform(iterations: (rows.count + Self.slice - 1) / Self.slice) { number in
                for place in number * Self.slice..<min((number + 1) * Self.slice, rows.count) {
                    places.initializeElement(at: place, to: RuleBook.judge(raw(rows, place), facts: facts))
                }
            }
            count = rows.count
        }
    }

    /// A row as the rules take it.
    func raw(_ rows: PackedRows, _ place: Int) -> RawRow {
        var row = RawRow()
        rows.forEachCell(of: place) { column, kind, text in
            guard column < match.fields.count, let field = match.fields[column] else { return }
            row[field] = RawCell(String(decoding: text, as: UTF8.self), kind: RawCell.Kind(kind))
        }
        return row
    }
}

extension RawCell.Kind {
    init(_ kind: SheetCell.Kind) {
        self = switch kind {
        case .text: .text
        case .number: .number
        case .date: .date
        case .boolean: .boolean
        case .error: .error
        }
    }
}
