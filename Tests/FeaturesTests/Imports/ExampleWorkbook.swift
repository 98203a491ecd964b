import CXlsxWriter
import CZip
import FoundationEssentials
import Rules
import Synchronization

/// A workbook whose cells are stored in the very kind that an example asks for: a number is a number, a formula error is one.
enum ExampleWorkbook {
    struct Unwritten: Error { let path: String }

    /// - Parameter rows: fields without a column in the template are left out.
    static func write(_ rows: [RawRow], _ template: Template, at path: String) throws {
        guard let book = workbook_new(path), let sheet = workbook_add_worksheet(book, "学生信息") else { throw Unwritten(path: path) }
        var hasErrors = false
        for (column, spec) in template.columns.enumerated() {
            worksheet_write_string(sheet, 0, lxw_col_t(column), spec.header, nil)
            guard let field = spec.field else { continue }
            for (index, row) in rows.enumerated() {
                guard let cell = row[field] else { continue }
                hasErrors = hasErrors || cell.kind == .error
                put(cell, row: lxw_row_t(index + 1), column: lxw_col_t(column), in: sheet, of: book)
            }
        }
        guard workbook_close(book) == LXW_NO_ERROR else { throw Unwritten(path: path) }
        if hasErrors { try makeErrorsReal(path) }
    }

    private static func put(
        _ cell: RawCell, row: lxw_row_t, column: lxw_col_t, in sheet: UnsafeMutablePointer<lxw_worksheet>,
        of book: UnsafeMutablePointer<lxw_workbook>
    ) {
        switch cell.kind {
        case .text: worksheet_write_string(sheet, row, column, cell.text, nil)
        case .number: worksheet_write_number(sheet, row, column, Double(cell.text) ?? .nan, nil)
        case .boolean: worksheet_write_boolean(sheet, row, column, cell.text == "TRUE" ? 1 : 0, nil)
        case .error: worksheet_write_formula_str(sheet, row, column, "=A1", nil, cell.text)
        case .date:
            let day = CalendarDate(compact: cell.text)
            var value = lxw_datetime(
                year: Int32(day?.year ?? 0), month: Int32(day?.month ?? 0), day: Int32(day?.day ?? 0), hour: 0, min: 0, sec: 0)
            let format = workbook_add_format(book)
            format_set_num_format(format, "yyyy-mm-dd")
            worksheet_write_datetime(sheet, row, column, &value, format)
        }
    }

    /// The library writes a formula's stored error as a text; a spreadsheet marks the cell as an error.
    private static func makeErrorsReal(_ path: String) throws {
        let part = "xl/worksheets/sheet1.xml"
        guard let archive = zip_open(path, 0, nil), let entry = zip_fopen(archive, part, 0) else { throw Unwritten(path: path) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = zip_fread(entry, &buffer, 65_536), count > 0 { bytes += buffer.prefix(Int(count)) }
        zip_fclose(entry)
        let marked = Array(String(decoding: bytes, as: UTF8.self).replacing("t=\"str\"", with: "t=\"e\"").utf8)
        // The archive reads the buffer when it is closed.
        let kept = UnsafeMutableRawBufferPointer.allocate(byteCount: marked.count, alignment: 1)
        defer { kept.deallocate() }
        kept.copyBytes(from: marked)
        let source = zip_source_buffer(archive, kept.baseAddress, zip_uint64_t(marked.count), 0)
        guard zip_file_add(archive, part, source, zip_flags_t(ZIP_FL_OVERWRITE)) >= 0, zip_close(archive) == 0 else {
            throw Unwritten(path: path)
        }
    }
}

/// A folder that goes away with the test.
final class ScratchFolder: Sendable {
    let path: String
    private static let count = Mutex(0)

    init() throws {
        let serial = Self.count.withLock { value in
            value += 1
            return value
        }
        path = FileManager.default.temporaryDirectory.path + "/xueji-scratch-\(getpidText())-\(serial)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A workbook with these headers and one row of the same texts.
enum ExampleTable {
    static func write(_ headers: [String], at path: String) throws {
        guard let book = workbook_new(path), let sheet = workbook_add_worksheet(book, nil) else {
            throw ExampleWorkbook.Unwritten(path: path)
        }
        for (column, header) in headers.enumerated() {
            for row in 0...1 { worksheet_write_string(sheet, lxw_row_t(row), lxw_col_t(column), header, nil) }
        }
        guard workbook_close(book) == LXW_NO_ERROR else { throw ExampleWorkbook.Unwritten(path: path) }
    }
}
