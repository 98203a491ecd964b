import Glibc

/// Opens a workbook that somebody sent: .xlsx and .xlsm (streamed), .xls (its records held in memory).
/// What the file is, its first bytes decide.
///
///     let workbook = try WorkbookReader.open(path)
///     let rows = try workbook.rows()
///     while let row = try rows.next() { … row[0]?.text … }
public final class WorkbookReader {
    /// Sheets with rows, in the workbook's order.
    public let sheets: [SheetInfo]
    private let book: Book

    private enum Book {
        case office(OfficeWorkbook)
        case legacy(LegacyWorkbook)
    }

    private init(_ book: Book, _ sheets: [SheetInfo]) {
        self.book = book
        self.sheets = sheets
    }

    public static func open(_ path: String, limits: SheetLimits = .standard) throws(SheetError) -> WorkbookReader {
        switch try Lookalikes.examine(path, limits: limits) {
        case .office:
            let book = try OfficeWorkbook(path: path, limits: limits)
            return WorkbookReader(.office(book), book.sheets)
        case .legacy:
            let book = try LegacyWorkbook(path: path, limits: limits)
            return WorkbookReader(.legacy(book), book.sheets)
        }
    }

    /// - Parameter sheet: nil takes the first visible sheet.
    public func rows(of sheet: SheetInfo? = nil) throws(SheetError) -> SheetRows {
        guard let sheet = sheet ?? sheets.first(where: \.isVisible) else { throw .noSheet }
        switch book {
        case .office(let book): return SheetRows(sheet: sheet, source: try book.rows(of: sheet))
        case .legacy(let book): return SheetRows(sheet: sheet, source: try book.rows(of: sheet))
        }
    }

    /// The rows of the sheet of that name.
    public func rows(named name: String) throws(SheetError) -> SheetRows {
        guard let sheet = sheets.first(where: { $0.name == name }) else {
            throw .noSuchSheet(name, available: sheets.filter(\.isVisible).map(\.name))
        }
        return try rows(of: sheet)
    }
}
