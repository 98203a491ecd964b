import CFreeXL

/// An .xls workbook (BIFF 2 to 8, also what WPS writes as .et).
final class LegacyWorkbook {
    let sheets: [SheetInfo]
    private let handle: LegacyHandle
    private let limits: SheetLimits

    init(path: String, limits: SheetLimits) throws(SheetError) {
        self.limits = limits
        let handle = try LegacyHandle(path: path)
        self.handle = handle
        guard handle.info(FREEXL_BIFF_PASSWORD) != UInt32(FREEXL_BIFF_OBFUSCATED) else {
            throw .encrypted(file: FileName.last(of: path))
        }
        let count = min(Int(handle.info(FREEXL_BIFF_SHEET_COUNT) ?? 0), 1_000)
        sheets = (0..<count).map { SheetInfo(name: handle.sheetName($0), isVisible: true, index: $0) }
    }

    func rows(of sheet: SheetInfo) throws(SheetError) -> LegacyRows {
        guard sheets.contains(sheet) else { throw .noSuchSheet(sheet.name, available: sheets.map(\.name)) }
        return try LegacyRows(handle, sheet: sheet.index, limits: limits)
    }

    func firstFilledSheet() throws(SheetError) -> SheetInfo? {
        for sheet in sheets where try rows(of: sheet).next() != nil { return sheet }
        return sheets.first
    }
}

/// An open .xls. The library knows one active sheet; changing it costs nothing.
final class LegacyHandle {
    private let handle: UnsafeRawPointer
    private let file: String
    private var active: Int?

    init(path: String) throws(SheetError) {
        file = FileName.last(of: path)
        var opened: UnsafeRawPointer?
        let code = freexl_open(path, &opened)
        guard code == FREEXL_OK, let opened else {
            if let opened { freexl_close(opened) }
            throw Self.error(code, file: FileName.last(of: path))
        }
        handle = opened
    }

    deinit { freexl_close(handle) }

    static func error(_ code: Int32, file: String) -> SheetError {
        switch code {
        case FREEXL_CFBF_READ_ERROR, FREEXL_CFBF_SEEK_ERROR, FREEXL_CFBF_EMPTY_FAT_CHAIN, FREEXL_CFBF_ILLEGAL_FAT_ENTRY:
            .truncated(file: file)
        default: .legacyWorkbook(file: file, code: Int(code))
        }
    }

    func info(_ what: Int32) -> UInt32? {
        var value: UInt32 = 0
        return freexl_get_info(handle, UInt16(what), &value) == FREEXL_OK ? value : nil
    }

    func sheetName(_ index: Int) -> String {
        var name: UnsafePointer<CChar>?
        guard freexl_get_worksheet_name(handle, UInt16(index), &name) == FREEXL_OK, let name else { return "" }
        return String(cString: name)
    }

    func size(of sheet: Int) throws(SheetError) -> (rows: Int, columns: Int) {
        try activate(sheet)
        var rows: UInt32 = 0, columns: UInt16 = 0
        let code = freexl_worksheet_dimensions(handle, &rows, &columns)
        guard code == FREEXL_OK else { throw Self.error(code, file: file) }
        return (Int(rows), Int(columns))
    }

    /// The filled cell of a sheet at a row and column from 0.
    func cell(sheet: Int, row: Int, column: Int) throws(SheetError) -> SheetCell? {
        try activate(sheet)
        var value = FreeXL_CellValue()
        let code = freexl_get_cell_value(handle, UInt32(row), UInt16(column), &value)
        guard code == FREEXL_OK else { throw Self.error(code, file: file) }
        guard let (text, kind) = Self.content(value), !WorksheetSink.isBlank(text) else { return nil }
        return SheetCell(text, kind: kind, row: row + 1, column: column)
    }

    private func activate(_ sheet: Int) throws(SheetError) {
        guard sheet != active else { return }
        let code = freexl_select_active_worksheet(handle, UInt16(sheet))
        guard code == FREEXL_OK else { throw Self.error(code, file: file) }
        active = sheet
    }

    private static func content(_ value: FreeXL_CellValue) -> (String, SheetCell.Kind)? {
        switch Int32(value.type) {
        case FREEXL_CELL_INT: return (String(value.value.int_value), .number)
        case FREEXL_CELL_DOUBLE: return (PlainDecimal.text(value.value.double_value), .number)
        case FREEXL_CELL_TEXT, FREEXL_CELL_SST_TEXT:
            return value.value.text_value.map { (String(cString: $0), .text) }
        case FREEXL_CELL_DATE, FREEXL_CELL_DATETIME:
            // `YYYY-MM-DD`, perhaps with a time after it.
            return value.value.text_value.map { (String(String(cString: $0).prefix(10)).replacing("-", with: ""), .date) }
        case FREEXL_CELL_TIME: return value.value.text_value.map { (String(cString: $0), .text) }
        default: return nil
        }
    }
}

/// The rows of a sheet of an .xls.
final class LegacyRows: RowSource {
    private let handle: LegacyHandle
    private let sheet: Int
    private let limits: SheetLimits
    private let rows: Int
    private let columns: Int
    private var row = 0
    private var rowCount = 0

    init(_ handle: LegacyHandle, sheet: Int, limits: SheetLimits) throws(SheetError) {
        self.handle = handle
        self.sheet = sheet
        self.limits = limits
        (rows, columns) = try handle.size(of: sheet)
    }

    func next() throws(SheetError) -> SheetRow? {
        while row < rows {
            var cells: [Int: SheetCell] = [:]
            for column in 0..<columns {
                guard let cell = try handle.cell(sheet: sheet, row: row, column: column) else { continue }
                guard column < limits.columns else {
                    throw .tooManyColumns(reference: cell.reference, limit: limits.columns)
                }
                guard cell.text.utf8.count <= limits.cellCharacters || cell.text.utf16.count <= limits.cellCharacters else {
                    throw .cellTooLong(reference: cell.reference, limit: limits.cellCharacters)
                }
                cells[column] = cell
            }
            row += 1
            guard !cells.isEmpty else { continue }
            rowCount += 1
            guard rowCount <= limits.rows else { throw .tooManyRows(limit: limits.rows) }
            return SheetRow(number: row, cells: cells)
        }
        return nil
    }
}
