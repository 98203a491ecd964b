import Features
import Rules
import Sheets

/// A school's workbook as a clerk fills it in, in the columns of one of the templates.
enum DemoWorkbook {
    /// - Throws: `SheetError` of the writer.
    static func write(_ rows: [PopulationRow], version: Template.Version, to path: String) throws(SheetError) {
        let columns = Template[version].columns
        let specs = columns.map { column in
            ColumnSpec(
                column.title, isRequired: column.requirement == .starred, isText: column.isText, dropDown: column.options)
        }
        let writer = try TableWriter(path: path, columns: specs, sheetName: "学生基本信息")
        for row in rows {
            let numbers = columns.indices.filter { index in columns[index].field.map(row.numberCells.contains) ?? false }
            try writer.write(columns.map { column in text(of: column.field, in: row) }, numbers: Set(numbers))
        }
        try writer.finish()
    }

    private static func text(of field: StudentField?, in row: PopulationRow) -> String {
        switch field {
        case nil: ""
        // The template of 2020 asks for it; elsewhere it follows from the class.
        case .grade: String((row.cells[.classCode] ?? "").prefix(5))
        case .some(let field): row.cells[field] ?? ""
        }
    }
}
