/// Writes a blank template to fill in: no macros, for Excel from 2007, WPS and LibreOffice.
public enum TemplateWriter {
    /// Columns that are text are so in every row; drop-down lists reach over the first 5,000 rows.
    ///
    /// - Parameters:
    ///   - sheetName: of the sheet to fill in, the first one.
    ///   - instructions: lines of a second sheet, 填写说明; the first line is its title. None: no such sheet.
    public static func write(
        columns: [ColumnSpec], sheetName: String = "填报", instructions: [String] = [], to path: String
    ) throws(SheetError) {
        let canvas = try WorkbookCanvas(path: path)
        try canvas.layOut(columns, headerRow: 0, on: canvas.addSheet(sheetName))
        if !instructions.isEmpty {
            let sheet = try canvas.addSheet("填写说明")
            for (row, line) in instructions.enumerated() {
                try canvas.write(line, row: row, column: 0, style: row == 0 ? .title : .text, on: sheet)
            }
        }
        try canvas.finish(expectedRows: 1)
    }
}
