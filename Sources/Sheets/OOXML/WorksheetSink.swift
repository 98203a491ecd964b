/// Turns a worksheet part into rows.
final class WorksheetSink: XMLSink {
    /// Rows that are complete and not yet taken.
    var finished = PackedRows()
    /// Line of the part, for errors; set by the owner.
    var line: () -> Int = { 0 }

    private enum CellType { case number, shared, text, boolean, error, isoDate }

    private let strings: SharedStrings
    private let styles: CellStyles
    private let dates: SerialDate.System
    private let limits: SheetLimits
    private let part: String
    private var isInData = false
    private var isInRow = false
    private var isInCell = false
    private var isInline = false
    private var isValue = false
    private var phoneticDepth = 0
    private var row = 0
    private var column = -1
    private var type = CellType.number
    private var style = 0
    private var text: [UInt8] = []
    /// The row that is being read, over the ends of chunks.
    private var open = PackedRows()
    private var rowCount = 0
    /// A UTF-16 unit is at most three bytes of UTF-8, an escape `_x000D_` seven.
    private let textByteLimit: Int

    init(strings: SharedStrings, styles: CellStyles, dates: SerialDate.System, limits: SheetLimits, part: String) {
        self.strings = strings
        self.styles = styles
        self.dates = dates
        self.limits = limits
        self.part = part
        textByteLimit = limits.cellCharacters * 7
    }

    func started(_ name: XMLName, _ attributes: XMLAttributes) throws(SheetError) {
        guard isInData else {
            isInData = name == "sheetData"
            return
        }
        if isInCell {
            if name == "v" {
                isValue = true
            } else if name == "is" {
                isInline = true
            } else if name == "rPh" {
                phoneticDepth += 1
            } else if name == "t" {
                isValue = isInline && phoneticDepth == 0
            }
        } else if name == "c", isInRow {
            try startCell(attributes)
        } else if name == "row" {
            try startRow(attributes)
        }
    }

    func characters(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isValue, text.count <= textByteLimit { text.append(contentsOf: bytes) }
    }

    func ended(_ name: XMLName) throws(SheetError) {
        guard isInData else { return }
        if isInCell {
            if name == "c" {
                isInCell = false
                try finishCell()
            } else if name == "v" || name == "t" {
                isValue = false
            } else if name == "is" {
                isInline = false
            } else if name == "rPh" {
                phoneticDepth -= 1
            }
        } else if name == "row" {
            isInRow = false
            try finishRow()
        } else if name == "sheetData" {
            isInData = false
        }
    }

    private func startRow(_ attributes: XMLAttributes) throws(SheetError) {
        isInRow = true
        column = -1
        guard let bytes = attributes.bytes("r") else {
            row += 1
            return
        }
        // Rows must rise: a file that repeats or turns them around would show one thing here and another in Excel.
        guard let number = CellReference.number(bytes), number > row else { throw .badReference(part: part, line: line()) }
        row = number
    }

    private func startCell(_ attributes: XMLAttributes) throws(SheetError) {
        isInCell = true
        text.removeAll(keepingCapacity: true)
        if let bytes = attributes.bytes("r") {
            guard let place = CellReference.parse(bytes), place.row == nil || place.row == row, place.column > column else {
                throw .badReference(part: part, line: line())
            }
            column = place.column
        } else {
            column += 1
        }
        style = attributes.number("s") ?? 0
        guard let bytes = attributes.bytes("t"), let first = bytes.first else {
            type = .number
            return
        }
        switch (first, bytes.count) {
        case (0x73, 1): type = .shared
        case (0x73, _), (0x69, _): type = .text
        case (0x62, _): type = .boolean
        case (0x65, _): type = .error
        case (0x64, _): type = .isoDate
        default: type = .number
        }
    }

    private func finishCell() throws(SheetError) {
        guard !text.isEmpty else { return }
        guard text.count <= textByteLimit else {
            throw .cellTooLong(reference: reference, limit: limits.cellCharacters)
        }
        switch type {
        case .shared:
            let index = text.withUnsafeBufferPointer(CellReference.number)
            let found: Void? = try strings.withBytes(index ?? -1) { bytes throws(SheetError) in try add(bytes) }
            guard found != nil else { throw .badReference(part: part, line: line()) }
        case .text: try text.withUnsafeBufferPointer { bytes throws(SheetError) in try add(bytes) }
        case .boolean: try add(text == [0x31] || text == Array("true".utf8) ? "TRUE" : "FALSE", .boolean)
        case .error: try add(String(decoding: text, as: UTF8.self), .error)
        case .isoDate:
            let (value, kind) = isoDate()
            try add(value, kind)
        case .number:
            let (value, kind) = number()
            try add(value, kind)
        }
    }

    /// Adds a text as it stands in the file, without making a string of it where nothing in it has to be looked at.
    private func add(_ bytes: UnsafeBufferPointer<UInt8>) throws(SheetError) {
        guard bytes.count <= limits.cellCharacters, !EscapedText.hasEscape(bytes), !BlankText.mayBeBlank(bytes) else {
            return try add(string(bytes), .text)
        }
        try checkColumn()
        open.add(bytes, .text, column: column)
    }

    private func add(_ value: String, _ kind: SheetCell.Kind) throws(SheetError) {
        guard !BlankText.isBlank(value) else { return }
        try checkColumn()
        open.add(value.utf8, kind, column: column)
    }

    private func checkColumn() throws(SheetError) {
        guard column < limits.columns else { throw .tooManyColumns(reference: reference, limit: limits.columns) }
    }

    private func string(_ bytes: UnsafeBufferPointer<UInt8>) throws(SheetError) -> String {
        let value = EscapedText.decode(bytes)
        guard bytes.count <= limits.cellCharacters || value.utf16.count <= limits.cellCharacters else {
            throw .cellTooLong(reference: reference, limit: limits.cellCharacters)
        }
        return value
    }

    private func number() -> (String, SheetCell.Kind) {
        text.withUnsafeBufferPointer { bytes in
            if styles.isDate(style), let day = PlainDecimal.value(bytes).flatMap({ SerialDate.text($0, dates) }) {
                return (day, .date)
            }
            if let plain = PlainDecimal.text(bytes) { return (plain, .number) }
            return (String(decoding: bytes, as: UTF8.self), .text)
        }
    }

    /// `2012-09-01` or `2012-09-01T00:00:00`, as strict workbooks write days.
    private func isoDate() -> (String, SheetCell.Kind) {
        let digits = text.prefix(10).filter { $0 >= 0x30 && $0 <= 0x39 }
        let isDate = text.count >= 10 && digits.count == 8 && text[4] == 0x2D && text[7] == 0x2D
        return (String(decoding: isDate ? digits[...] : text[...], as: UTF8.self), isDate ? .date : .text)
    }

    private func finishRow() throws(SheetError) {
        guard open.close(row: row) else { return }
        rowCount += 1
        guard rowCount <= limits.rows else { throw .tooManyRows(limit: limits.rows) }
        finished.append(row: 0, of: open)
        open.removeAll()
    }

    private var reference: String { CellReference.text(row: row, column: column) }
}
