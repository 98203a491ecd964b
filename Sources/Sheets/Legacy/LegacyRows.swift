/// The rows of a sheet of an .xls.
final class LegacyRows: RowSource {
    private let book: LegacyContents
    private let limits: SheetLimits
    /// Where the sheet's cell records begin; more than one cell may stand in a record, all of one row.
    private var cells: [Place]
    private var at = 0
    private var rowCount = 0

    private struct Place {
        var row: UInt16
        var offset: UInt32
    }

    private static let part = "Workbook"

    init(_ book: LegacyContents, offset: Int, limits: SheetLimits) throws(SheetError) {
        self.book = book
        self.limits = limits
        cells = try Self.places(book, from: offset)
    }

    func next() throws(SheetError) -> SheetRow? {
        while at < cells.count {
            let row = cells[at].row
            var filled: [Int: SheetCell] = [:]
            while at < cells.count, cells[at].row == row {
                try take(Int(cells[at].offset), row: Int(row) + 1, into: &filled)
                at += 1
            }
            guard !filled.isEmpty else { continue }
            rowCount += 1
            guard rowCount <= limits.rows else { throw .tooManyRows(limit: limits.rows) }
            return SheetRow(number: Int(row) + 1, cells: filled.values.sorted { $0.column < $1.column })
        }
        return nil
    }

    /// Records need not stand in the order of rows, so they are found first and sorted where they do not.
    private static func places(_ book: LegacyContents, from start: Int) throws(SheetError) -> [Place] {
        var places: [Place] = []
        var offset = start, depth = 0, isSorted = true
        repeat {
            guard let record = book.records.record(at: offset) else { throw .truncated(file: book.file) }
            switch record.kind {
            // Charts on the sheet are streams of their own inside.
            case LegacyRecords.Kind.beginning: depth += 1
            case LegacyRecords.Kind.endOfFile: depth -= 1
            case _ where depth == 1 && isCell(record):
                let row = UInt16(book.records.bytes.u16(record.body.lowerBound))
                if let last = places.last, row < last.row { isSorted = false }
                places.append(Place(row: row, offset: UInt32(offset)))
            default: if depth == 0 { throw .damagedPart(part) }
            }
            offset = record.next
        } while depth > 0
        if !isSorted { places.sort { ($0.row, $0.offset) < ($1.row, $1.offset) } }
        return places
    }

    private static func isCell(_ record: LegacyRecords.Record) -> Bool {
        switch record.kind {
        case LegacyRecords.Kind.number, LegacyRecords.Kind.formula: record.body.count >= 14
        case LegacyRecords.Kind.shortNumber, LegacyRecords.Kind.sharedText: record.body.count >= 10
        case LegacyRecords.Kind.manyNumbers: record.body.count >= 12
        case LegacyRecords.Kind.text, LegacyRecords.Kind.richText, LegacyRecords.Kind.truthOrError: record.body.count >= 8
        default: false
        }
    }

    private func take(_ offset: Int, row: Int, into cells: inout [Int: SheetCell]) throws(SheetError) {
        guard let record = book.records.record(at: offset) else { throw .damagedPart(Self.part) }
        let bytes = book.records.bytes, body = record.body.lowerBound
        let column = bytes.u16(body + 2), style = bytes.u16(body + 4)
        func add(_ text: String, _ kind: SheetCell.Kind) throws(SheetError) {
            try put(SheetCell(text, kind: kind, row: row, column: column), into: &cells)
        }
        switch record.kind {
        case LegacyRecords.Kind.number: try put(number(bytes.double(body + 6), style, row, column), into: &cells)
        case LegacyRecords.Kind.shortNumber: try put(number(short(bytes.u32(body + 6)), style, row, column), into: &cells)
        case LegacyRecords.Kind.manyNumbers:
            for index in 0..<((record.body.count - 6) / 6) {
                let place = body + 4 + index * 6
                try put(number(short(bytes.u32(place + 2)), bytes.u16(place), row, column + index), into: &cells)
            }
        case LegacyRecords.Kind.sharedText:
            let text = try book.strings.withBytes(bytes.u32(body + 6)) { String(decoding: $0, as: UTF8.self) }
            guard let text else { throw .damagedPart(Self.part) }
            try add(text, .text)
        case LegacyRecords.Kind.text, LegacyRecords.Kind.richText:
            guard let text = book.records.text(in: record, from: 6) else { throw .damagedPart(Self.part) }
            try add(text, .text)
        case LegacyRecords.Kind.truthOrError:
            try put(truthOrError(bytes.all[body + 6], isError: bytes.all[body + 7] != 0, row, column), into: &cells)
        case LegacyRecords.Kind.formula:
            guard bytes.u16(body + 12) == 0xFFFF else {
                return try put(number(bytes.double(body + 6), style, row, column), into: &cells)
            }
            switch bytes.all[body + 6] {
            case 0: if let text = try formulaText(after: record) { try add(text, .text) }
            case 1, 2: try put(truthOrError(bytes.all[body + 8], isError: bytes.all[body + 6] == 2, row, column), into: &cells)
            default: return
            }
        default: return
        }
    }

    /// The text follows the formula, perhaps after the records of a shared or array formula.
    private func formulaText(after record: LegacyRecords.Record) throws(SheetError) -> String? {
        var offset = record.next
        for _ in 0..<4 {
            guard let next = book.records.record(at: offset) else { return nil }
            if next.kind == LegacyRecords.Kind.formulaText {
                guard let text = book.records.text(in: next, from: 0) else { throw .damagedPart(Self.part) }
                return text
            }
            offset = next.next
        }
        return nil
    }

    private func put(_ cell: SheetCell, into cells: inout [Int: SheetCell]) throws(SheetError) {
        guard !BlankText.isBlank(cell.text) else { return }
        guard cell.column < limits.columns else { throw .tooManyColumns(reference: cell.reference, limit: limits.columns) }
        guard cell.text.utf8.count <= limits.cellCharacters || cell.text.utf16.count <= limits.cellCharacters else {
            throw .cellTooLong(reference: cell.reference, limit: limits.cellCharacters)
        }
        cells[cell.column] = cell
    }

    private func number(_ value: Double, _ style: Int, _ row: Int, _ column: Int) -> SheetCell {
        if book.isDate(style), let day = SerialDate.text(value, book.dates) {
            return SheetCell(day, kind: .date, row: row, column: column)
        }
        return SheetCell(value.isFinite ? PlainDecimal.text(value) : "#NUM!", kind: value.isFinite ? .number : .error, row: row, column: column)
    }

    private func truthOrError(_ value: UInt8, isError: Bool, _ row: Int, _ column: Int) -> SheetCell {
        guard isError else { return SheetCell(value == 0 ? "FALSE" : "TRUE", kind: .boolean, row: row, column: column) }
        let name = switch value {
        case 0x00: "#NULL!"
        case 0x07: "#DIV/0!"
        case 0x0F: "#VALUE!"
        case 0x17: "#REF!"
        case 0x1D: "#NAME?"
        case 0x24: "#NUM!"
        default: "#N/A"
        }
        return SheetCell(name, kind: .error, row: row, column: column)
    }

    /// Thirty bits of an integer or of a double's upper half, perhaps to be divided by 100.
    private func short(_ packed: Int) -> Double {
        let value = packed & 2 != 0
            ? Double(Int32(truncatingIfNeeded: packed) >> 2)
            : Double(bitPattern: UInt64(packed & 0xFFFF_FFFC) << 32)
        return packed & 1 != 0 ? value / 100 : value
    }
}
