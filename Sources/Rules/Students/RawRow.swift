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
    public var cells: [StudentField: RawCell]

    public init(_ cells: [StudentField: RawCell] = [:]) { self.cells = cells }

    public subscript(field: StudentField) -> RawCell? { cells[field] }
}
