/// A row that a rule passes or fails: the example pupil with some cells and facts changed.
///
/// The same examples run through the rule book in tests and through real workbooks in the import's tests.
public struct RuleExample: Sendable {
    /// Cells to replace; an empty text takes the cell away.
    public let changes: [StudentField: RawCell]
    private let change: @Sendable (inout Facts) -> Void

    public init(
        _ texts: [StudentField: String] = [:], cells: [StudentField: RawCell] = [:],
        facts: @escaping @Sendable (inout Facts) -> Void = { _ in }
    ) {
        changes = texts.mapValues { RawCell($0) }.merging(cells) { $1 }
        change = facts
    }

    /// The example pupil as it stands.
    public static let examplePupil = RuleExample()

    /// The whole row.
    public var row: RawRow { RawRow(ExamplePupil.cells.merging(changes) { $1 }.filter { !$0.value.text.isEmpty }) }

    /// The facts the row is judged under, changed from those of `ExamplePupil.facts`.
    public func facts(from facts: Facts) -> Facts {
        var result = facts
        change(&result)
        return result
    }
}
