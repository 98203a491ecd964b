/// Gives rows back that could not be taken in: the same columns as they came in, offending cells coloured and commented, a
/// last column with all that is to be mended. Mended, the file can be imported again: that column is to be passed over.
///
/// Every cell is text, so ID numbers stay whole.
public final class MarkedWorkbookWriter {
    /// Header of the last column; importing passes it over.
    public static let explanationHeader = "错误说明"

    /// Something to mend in a row.
    public struct Mark: Sendable, Hashable {
        /// From 0; nil for the row as a whole.
        public var column: Int?
        /// False for what is only asked about.
        public var isBlocking: Bool
        /// Chinese: what is wrong.
        public var message: String
        /// Chinese: what to do.
        public var remedy: String

        public init(column: Int?, isBlocking: Bool = true, message: String, remedy: String) {
            self.column = column
            self.isBlocking = isBlocking
            self.message = message
            self.remedy = remedy
        }
    }

    /// Comments are kept in memory and slow Excel down; beyond this many, colour and explanation must do.
    public static let commentLimit = 5_000

    private let canvas: WorkbookCanvas
    private let sheet: WorkbookCanvas.Sheet
    private let columns: [ColumnSpec]
    private var nextRow = 1
    private var comments = 0

    /// - Parameter columns: of the file that came in: the first describes its column A, and so on. A column of explanations
    ///   from an earlier round is left out, it stands last.
    public init(path: String, columns: [ColumnSpec], sheetName: String = "待修改") throws(SheetError) {
        canvas = try WorkbookCanvas(path: path)
        sheet = try canvas.addSheet(sheetName)
        self.columns = columns
        let explanation = ColumnSpec(
            Self.explanationHeader, note: "本列由系统生成，修改后可直接重新导入，无需删除本列。", width: 60)
        try canvas.layOut(columns + [explanation], headerRow: 0, on: sheet)
    }

    /// - Parameter row: as it was read; cells beyond the columns are left out. Its number is told in the explanation.
    public func write(_ row: SheetRow, marks: [Mark]) throws(SheetError) {
        guard nextRow < WorkbookCanvas.rowLimit else { throw .tooManyRows(limit: WorkbookCanvas.rowLimit) }
        for column in columns.indices {
            let here = marks.filter { $0.column == column }
            let text = row[column]?.text ?? ""
            guard !here.isEmpty else {
                if !text.isEmpty { try canvas.write(text, row: nextRow, column: column, style: .text, on: sheet) }
                continue
            }
            let style: WorkbookCanvas.Style = here.contains(where: \.isBlocking) ? .error : .warning
            try canvas.write(text, row: nextRow, column: column, style: style, on: sheet)
            guard comments < Self.commentLimit else { continue }
            comments += 1
            canvas.comment(here.map(Self.line).joined(separator: "\n"), row: nextRow, column: column, on: sheet)
        }
        try canvas.write(explanation(row, marks), row: nextRow, column: columns.count, style: .explanation, on: sheet)
        nextRow += 1
    }

    /// Puts the file in its place; without it there is none.
    public func finish() throws(SheetError) { try canvas.finish(expectedRows: nextRow) }

    private func explanation(_ row: SheetRow, _ marks: [Mark]) -> String {
        let lines = marks.map { mark in
            let header = mark.column.flatMap { columns.indices.contains($0) ? columns[$0].header : nil }
            return (header.map { "【\($0)】" } ?? "") + Self.line(mark)
        }
        let whole = (["原文件第 \(row.number) 行"] + lines).joined(separator: "\n")
        return String(whole.prefix(8_000))
    }

    private static func line(_ mark: Mark) -> String {
        mark.remedy.isEmpty ? mark.message : mark.message + "。" + mark.remedy
    }
}
