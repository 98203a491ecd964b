/// Writes a roster or another table: one header row (below a title, if there is one), cells text, never a formula.
public final class TableWriter {
    private let canvas: WorkbookCanvas
    private let sheet: WorkbookCanvas.Sheet
    private let columnCount: Int
    private var nextRow: Int
    private var filledRows: Int

    /// - Parameter title: a line above the header.
    public init(path: String, columns: [ColumnSpec], sheetName: String = "Sheet1", title: String? = nil) throws(SheetError) {
        canvas = try WorkbookCanvas(path: path)
        sheet = try canvas.addSheet(sheetName)
        columnCount = columns.count
        let title = title.flatMap { BlankText.isBlank($0) ? nil : $0 }
        if let title { try canvas.write(title, row: 0, column: 0, style: .title, on: sheet) }
        let headerRow = title == nil ? 0 : 1
        try canvas.layOut(columns, headerRow: headerRow, on: sheet)
        nextRow = headerRow + 1
        filledRows = nextRow
    }

    /// Fields beyond the columns are a programmer's error and refused; missing ones stay empty.
    ///
    /// - Parameter numbers: columns to store as numbers where the text is one, as Excel does with what is typed into a
    ///   column that is not text: long numbers lose their last digits.
    public func write(_ fields: [String], numbers: Set<Int> = []) throws(SheetError) {
        guard fields.count <= columnCount else { throw .unfitForWorkbook(reason: "第 \(nextRow + 1) 行的内容多于列数") }
        guard nextRow < WorkbookCanvas.rowLimit else { throw .tooManyRows(limit: WorkbookCanvas.rowLimit) }
        for (column, field) in fields.enumerated() where !field.isEmpty {
            if numbers.contains(column), let number = Double(field) {
                try canvas.write(number, row: nextRow, column: column, on: sheet)
            } else {
                try canvas.write(field, row: nextRow, column: column, style: .text, on: sheet)
            }
        }
        if fields.contains(where: { !BlankText.isBlank($0) }) { filledRows += 1 }
        nextRow += 1
    }

    /// Puts the file in its place; without it there is none.
    public func finish() throws(SheetError) { try canvas.finish(expectedRows: filledRows) }
}
