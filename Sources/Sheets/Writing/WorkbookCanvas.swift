import CXlsxWriter
import Glibc

/// A workbook while it is written: libxlsxwriter in constant memory, into a file that appears whole or not at all.
/// Cells are strings, numbers where asked for: nothing that is written can run as a formula.
final class WorkbookCanvas {
    typealias Sheet = UnsafeMutablePointer<lxw_worksheet>

    enum Style: CaseIterable { case header, requiredHeader, text, error, warning, explanation, title }

    private let path: String
    private let file: AtomicFile
    private var book: UnsafeMutablePointer<lxw_workbook>?
    private var formats: [Style: UnsafeMutablePointer<lxw_format>] = [:]
    private var longLists: [[String]] = []

    /// Rows that a validation covers below the header.
    static let validatedRows = 5_000
    /// Rows that a sheet can hold.
    static let rowLimit = 1_048_576
    private static let listSheet = "lists"

    init(path: String) throws(SheetError) {
        self.path = path
        file = try AtomicFile(path: path)
        // The library's own temporary files hold pupils' data too: they stay in the target's folder.
        let folder = CText(AtomicFile.directory(of: path))
        var options = lxw_workbook_options()
        options.constant_memory = 1
        options.tmpdir = folder.pointer
        let made = withExtendedLifetime(folder) { workbook_new_opt(file.temporaryPath, &options) }
        guard let opened = made else {
            throw .unwritable(file: FileName.last(of: path), reason: FileName.reason(errno))
        }
        book = opened
        for style in Style.allCases { formats[style] = Self.format(style, in: opened) }
    }

    deinit {
        if let book { lxw_workbook_free(book) }
    }

    func addSheet(_ name: String) throws(SheetError) -> Sheet {
        guard workbook_validate_sheet_name(book, name) == LXW_NO_ERROR else {
            throw .unfitForWorkbook(reason: "工作表名“\(name)”重复、过长或含有不允许的字符")
        }
        guard let sheet = workbook_add_worksheet(book, name) else { throw AtomicFile.error(path, errno) }
        return sheet
    }

    func write(_ text: String, row: Int, column: Int, style: Style, on sheet: Sheet) throws(SheetError) {
        let status = text.isEmpty
            ? worksheet_write_blank(sheet, lxw_row_t(row), lxw_col_t(column), formats[style])
            : worksheet_write_string(sheet, lxw_row_t(row), lxw_col_t(column), EscapedText.encode(text), formats[style])
        try check(status, row: row, column: column)
    }

    func write(_ number: Double, row: Int, column: Int, on sheet: Sheet) throws(SheetError) {
        try check(
            worksheet_write_number(sheet, lxw_row_t(row), lxw_col_t(column), number, nil), row: row, column: column)
    }

    private func check(_ status: lxw_error, row: Int, column: Int) throws(SheetError) {
        switch status {
        case LXW_NO_ERROR: return
        case LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED:
            throw .cellTooLong(reference: CellReference.text(row: row + 1, column: column), limit: SheetLimits.standard.cellCharacters)
        case LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE: throw .tooManyRows(limit: Self.rowLimit)
        default: throw .unwritable(file: FileName.last(of: path), reason: String(cString: lxw_strerror(status)))
        }
    }

    func comment(_ text: String, row: Int, column: Int, on sheet: Sheet) {
        var options = lxw_comment_options()
        options.width = 260
        options.height = UInt16(min(240, 40 + 20 * (text.count / 18 + 1)))
        worksheet_write_comment_opt(sheet, lxw_row_t(row), lxw_col_t(column), text, &options)
    }

    /// Headers with their notes, widths, text formats and drop-down lists; the header row stays in view.
    func layOut(_ columns: [ColumnSpec], headerRow: Int, on sheet: Sheet) throws(SheetError) {
        guard !columns.isEmpty, columns.count <= SheetLimits.standard.columns else {
            throw .unfitForWorkbook(reason: "列数应为 1 至 \(SheetLimits.standard.columns)")
        }
        guard !columns.allSatisfy({ BlankText.isBlank($0.header) }) else {
            throw .unfitForWorkbook(reason: "表头全部为空")
        }
        for (index, column) in columns.enumerated() {
            let at = lxw_col_t(index)
            worksheet_set_column(sheet, at, at, column.width, column.isText ? formats[.text] : nil)
        }
        worksheet_set_row(sheet, lxw_row_t(headerRow), 30, nil)
        for (index, column) in columns.enumerated() {
            try write(column.header, row: headerRow, column: index, style: column.isRequired ? .requiredHeader : .header, on: sheet)
            let note = (column.isRequired ? "必填。" : "") + column.note
            if !column.note.isEmpty { comment(note, row: headerRow, column: index, on: sheet) }
            if !column.dropDown.isEmpty { try offer(column.dropDown, below: headerRow, column: index, on: sheet) }
        }
        worksheet_freeze_panes(sheet, lxw_row_t(headerRow + 1), 0)
    }

    /// Writes the lists that are too long for a cell's own validation, closes the workbook, reads it back and puts it in
    /// its place. The library does not notice when a disk fills up under its temporary files, so the rows are counted.
    ///
    /// - Parameter expectedRows: filled rows of the first sheet.
    func finish(expectedRows: Int) throws(SheetError) {
        try writeLongLists()
        guard let closing = book else { throw .unfitForWorkbook(reason: "工作簿已经写完") }
        book = nil
        let status = workbook_close(closing)
        guard status == LXW_NO_ERROR else {
            if errno == ENOSPC || errno == EDQUOT { throw .diskFull(file: FileName.last(of: path)) }
            throw .unwritable(file: FileName.last(of: path), reason: String(cString: lxw_strerror(status)))
        }
        do throws(SheetError) {
            guard try countRows() == expectedRows else { throw .diskFull(file: FileName.last(of: path)) }
        } catch .truncated, .damagedPart, .malformedXML, .empty, .missingPart {
            throw .diskFull(file: FileName.last(of: path))
        }
        try file.commit()
    }

    private func countRows() throws(SheetError) -> Int {
        var limits = SheetLimits()
        limits.fileBytes = .max
        limits.partBytes = .max
        limits.partRatio = .max
        limits.rows = .max
        let rows = try WorkbookReader.open(file.temporaryPath, limits: limits).rows()
        var count = 0
        while try rows.next() != nil { count += 1 }
        return count
    }

    private func offer(_ items: [String], below headerRow: Int, column: Int, on sheet: Sheet) throws(SheetError) {
        // Bytes, not characters: libxlsxwriter 1.1.4 counts characters but joins into a buffer of 255 bytes, so a list of
        // Chinese words between the two limits aborts the process.
        let joined = items.reduce(-1) { $0 + $1.utf8.count + 1 }
        let isShort = joined <= 255 && !items.contains { $0.contains(",") || $0.contains("\"") }
        let title = CText("请从下拉列表中选择"), message = CText("请从下拉列表中选择，不要自行填写。")
        var validation = lxw_data_validation()
        validation.dropdown = UInt8(LXW_VALIDATION_ON.rawValue)
        validation.error_type = UInt8(LXW_VALIDATION_ERROR_TYPE_STOP.rawValue)
        validation.error_title = title.pointer
        validation.error_message = message.pointer
        let first = lxw_row_t(headerRow + 1), last = lxw_row_t(headerRow + Self.validatedRows)
        let texts: [CText]
        if isShort {
            texts = items.map(CText.init)
            validation.validate = UInt8(LXW_VALIDATION_TYPE_LIST.rawValue)
        } else {
            longLists.append(items)
            texts = [CText("=" + Self.listName(longLists.count - 1))]
            validation.validate = UInt8(LXW_VALIDATION_TYPE_LIST_FORMULA.rawValue)
            validation.value_formula = texts[0].pointer
        }
        var pointers = texts.map { Optional($0.pointer) } + [nil]
        let at = lxw_col_t(column)
        let status = pointers.withUnsafeMutableBufferPointer {
            if isShort { validation.value_list = $0.baseAddress }
            return worksheet_data_validation_range(sheet, first, at, last, at, &validation)
        }
        withExtendedLifetime((texts, title, message)) {}
        guard status == LXW_NO_ERROR else {
            throw .unfitForWorkbook(reason: "第 \(column + 1) 列的下拉列表：\(String(cString: lxw_strerror(status)))")
        }
    }

    private static func listName(_ index: Int) -> String { "list_\(index + 1)" }

    private func writeLongLists() throws(SheetError) {
        guard !longLists.isEmpty, book != nil else { return }
        let sheet = try addSheet(Self.listSheet)
        for row in 0..<(longLists.map(\.count).max() ?? 0) {
            for (column, list) in longLists.enumerated() where row < list.count {
                try write(list[row], row: row, column: column, style: .text, on: sheet)
            }
        }
        for (column, list) in longLists.enumerated() {
            let letters = CellReference.letters(column)
            workbook_define_name(book, Self.listName(column), "=\(Self.listSheet)!$\(letters)$1:$\(letters)$\(list.count)")
        }
        worksheet_hide(sheet)
    }

    private static func format(_ style: Style, in book: UnsafeMutablePointer<lxw_workbook>) -> UnsafeMutablePointer<lxw_format>? {
        guard let format = workbook_add_format(book) else { return nil }
        // Format 49 is `@`, text.
        format_set_num_format_index(format, 49)
        switch style {
        case .text: break
        case .header, .requiredHeader:
            format_set_bold(format)
            format_set_text_wrap(format)
            format_set_align(format, UInt8(LXW_ALIGN_CENTER.rawValue))
            format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
            format_set_border(format, UInt8(LXW_BORDER_THIN.rawValue))
            format_set_bg_color(format, style == .header ? 0xDDEBF7 : 0xFFE699)
            if style == .requiredHeader { format_set_font_color(format, 0xC00000) }
        case .error: format_set_bg_color(format, 0xFFC7CE)
        case .warning: format_set_bg_color(format, 0xFFEB9C)
        case .explanation:
            format_set_text_wrap(format)
            format_set_font_color(format, 0xC00000)
        case .title:
            format_set_bold(format)
            format_set_font_size(format, 14)
        }
        return format
    }
}

/// A C string that lives as long as this object.
private final class CText {
    let pointer: UnsafeMutablePointer<CChar>

    init(_ text: String) { pointer = text.withCString { strdup($0) } }

    deinit { free(pointer) }
}
