/// Why a file could not be read or written: what the operator must act on. Findings about its contents are no errors.
public enum SheetError: Error, Sendable, Hashable {
    /// What a file that is no workbook turned out to be.
    public enum Lookalike: Sendable, Hashable, CaseIterable {
        case csv, html, xml2003, xlsb, openDocument, word, presentation, pdf, archive, picture, unknown
    }

    // The file as a whole.
    case notFound(file: String)
    case unreadable(file: String, reason: String)
    case empty(file: String)
    case tooLarge(file: String, bytes: Int, limit: Int)
    case notAWorkbook(file: String, Lookalike)
    case encrypted(file: String)

    // The archive that a workbook is.
    case truncated(file: String)
    case damagedPart(String)
    case tooManyParts(count: Int, limit: Int)
    case partTooLarge(String, limit: Int)
    case zipBomb(String)
    case missingPart(String)

    // Its parts.
    case malformedXML(part: String, line: Int)
    case documentTypeRefused(part: String)
    case nestedTooDeeply(part: String, limit: Int)
    case sharedStringsTooLarge(limit: Int)
    /// Excel 95 and older.
    case workbookTooOld(file: String)

    // Sheets, rows, cells.
    case noSheet
    case noSuchSheet(String, available: [String])
    case tooManyRows(limit: Int)
    case tooManyColumns(reference: String, limit: Int)
    case cellTooLong(reference: String, limit: Int)
    case badReference(part: String, line: Int)

    // CSV. Lines are physical lines of the file, from 1.
    case workbookNotCSV(file: String)
    case badEncoding(line: Int, encoding: TextEncoding)
    case zeroByte(line: Int)
    case unclosedQuote(line: Int)
    case textAfterQuote(line: Int)
    case csvRowTooLong(line: Int, limit: Int)
    case csvTooManyColumns(line: Int, limit: Int)
    case csvTooManyRows(limit: Int)

    // Writing.
    case unwritable(file: String, reason: String)
    case diskFull(file: String)
    /// A request that no workbook can hold, for example a header that stands twice; `reason` is Chinese.
    case unfitForWorkbook(reason: String)
}

extension SheetError {
    /// Stable, append-only; for support and for tests.
    public var code: String {
        switch self {
        case .notFound: "SHEET-01"
        case .unreadable: "SHEET-02"
        case .empty: "SHEET-03"
        case .tooLarge: "SHEET-04"
        case .notAWorkbook: "SHEET-05"
        case .encrypted: "SHEET-06"
        case .truncated: "SHEET-10"
        case .damagedPart: "SHEET-11"
        case .tooManyParts: "SHEET-12"
        case .partTooLarge: "SHEET-13"
        case .zipBomb: "SHEET-14"
        case .missingPart: "SHEET-15"
        case .malformedXML: "SHEET-20"
        case .documentTypeRefused: "SHEET-21"
        case .nestedTooDeeply: "SHEET-22"
        case .sharedStringsTooLarge: "SHEET-23"
        case .workbookTooOld: "SHEET-24"
        case .noSheet: "SHEET-30"
        case .noSuchSheet: "SHEET-31"
        case .tooManyRows: "SHEET-32"
        case .tooManyColumns: "SHEET-33"
        case .cellTooLong: "SHEET-34"
        case .badReference: "SHEET-35"
        case .workbookNotCSV: "SHEET-40"
        case .badEncoding: "SHEET-41"
        case .zeroByte: "SHEET-42"
        case .unclosedQuote: "SHEET-43"
        case .textAfterQuote: "SHEET-44"
        case .csvRowTooLong: "SHEET-45"
        case .csvTooManyColumns: "SHEET-46"
        case .csvTooManyRows: "SHEET-47"
        case .unwritable: "SHEET-50"
        case .diskFull: "SHEET-51"
        case .unfitForWorkbook: "SHEET-52"
        }
    }
}
