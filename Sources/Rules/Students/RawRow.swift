/// A cell as the workbook or form gave it, before anything is mended.
public struct RawCell: Sendable, Hashable {
    /// How the file stored the value; `number` and `date` tell an Excel-damaged ID number from a typed one.
    public enum Kind: Sendable, Hashable { case text, number, date, boolean, error }

    public var kind: Kind
    /// Numbers in shortest decimal form (`440524188001010000`, `1.2E+17` is written out), dates as `YYYYMMDD`.
    public var text: String

    public init(_ text: String, kind: Kind = .text) {
        self.text = text
        self.kind = kind
    }
}

/// One pupil's row before normalisation. Absent and blank cells are not stored.
public struct RawRow: Sendable, Hashable {
    /// By raw value of the field: a file has 20,000 rows of 60 cells, and each is asked for by several rules.
    private var slots: [RawCell?]

    public init(_ cells: [StudentField: RawCell] = [:]) {
        slots = Array(repeating: nil, count: StudentField.slots)
        for (field, cell) in cells { slots[field.rawValue] = cell }
    }

    public subscript(field: StudentField) -> RawCell? {
        get { slots[field.rawValue] }
        set { slots[field.rawValue] = newValue }
    }
}
