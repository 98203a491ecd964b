/// A row after reading: the normalised values, what was repaired, and which kinds of character each value still contains.
struct ReadRow: Sendable, Hashable {
    /// By raw value of the field; nil where the cell is blank. What could not be read stands as it was typed.
    private(set) var values: [String?]
    private(set) var traits: [TextTraits]
    /// What any cell has, so that a rule about rare characters need not ask each.
    private(set) var allTraits: TextTraits = []
    private(set) var mendings: [Mending] = []
    /// Cells that hold a spreadsheet's error, `#REF!` for example.
    private(set) var brokenCells: [StudentField] = []

    init() {
        values = Array(repeating: nil, count: StudentField.slots)
        traits = Array(repeating: [], count: StudentField.slots)
    }

    subscript(field: StudentField) -> String? { values[field.rawValue] }

    mutating func put(_ value: String, traits found: TextTraits, in field: StudentField) {
        values[field.rawValue] = value.isEmpty ? nil : value
        traits[field.rawValue] = found
        allTraits.formUnion(found)
    }

    mutating func note(_ kind: Mending.Kind, _ field: StudentField, before: String) {
        mendings.append(Mending(kind: kind, field: field, before: before, after: values[field.rawValue] ?? ""))
    }

    mutating func noteBroken(_ field: StudentField) { brokenCells.append(field) }

    var record: StudentRecord { StudentRecord(slots: values) }
}
