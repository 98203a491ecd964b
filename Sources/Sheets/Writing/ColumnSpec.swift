/// A column of a workbook that is written.
public struct ColumnSpec: Sendable, Hashable {
    public var header: String
    /// Marked by colour, and in the note.
    public var isRequired: Bool
    /// Formatted as text, so that Excel keeps 18-digit numbers and leading zeros.
    public var isText: Bool
    /// What may be chosen; empty for free entry.
    public var dropDown: [String]
    /// Chinese, shown as a comment on the header; empty for none.
    public var note: String
    /// In characters of the standard font; a Chinese character takes two.
    public var width: Double

    public init(
        _ header: String, isRequired: Bool = false, isText: Bool = true, dropDown: [String] = [], note: String = "",
        width: Double = 14
    ) {
        self.header = header
        self.isRequired = isRequired
        self.isText = isText
        self.dropDown = dropDown
        self.note = note
        self.width = width
    }
}
