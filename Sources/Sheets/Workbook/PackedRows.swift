/// Rows as a reader finds them: all texts in one run of bytes and eight bytes a cell beside it. Strings are made of what is asked for.
public struct PackedRows: Sendable {
    private struct Cell {
        /// Where its text ends.
        var end: UInt32
        var column: UInt16
        var kind: SheetCell.Kind
    }

    private struct Row {
        /// From 1, as Excel shows it.
        var number: UInt32
        /// One past its last cell.
        var end: UInt32
    }

    private var texts: [UInt8] = []
    private var cells: [Cell] = []
    private var rows: [Row] = []

    public init() {}

    public var count: Int { rows.count }
    public var indices: Range<Int> { rows.indices }

    /// Bytes of memory that are used.
    public var byteCount: Int { texts.count + (cells.count + rows.count) * MemoryLayout<Cell>.stride }

    /// From 1, as Excel shows it.
    public func number(of row: Int) -> Int { Int(rows[row].number) }

    /// One row with its texts as strings.
    public subscript(row: Int) -> SheetRow {
        let number = number(of: row)
        var all: [SheetCell] = []
        all.reserveCapacity(range(of: row).count)
        forEachCell(of: row) { column, kind, bytes in
            all.append(SheetCell(String(decoding: bytes, as: UTF8.self), kind: kind, row: number, column: column))
        }
        return SheetRow(number: number, cells: all)
    }

    /// The filled cells of a row by rising column; their UTF-8 is valid during the call.
    public func forEachCell(of row: Int, _ body: (_ column: Int, _ kind: SheetCell.Kind, _ text: UnsafeBufferPointer<UInt8>) -> Void) {
        texts.withUnsafeBufferPointer { texts in
            for index in range(of: row) {
                let cell = cells[index]
                body(Int(cell.column), cell.kind, UnsafeBufferPointer(rebasing: texts[start(of: index)..<Int(cell.end)]))
            }
        }
    }

    /// The cell of a row in a column from 0; nil where nothing is.
    public func cell(of row: Int, column: Int) -> SheetCell? {
        guard let index = range(of: row).first(where: { cells[$0].column >= column }), cells[index].column == column else { return nil }
        let text = String(decoding: texts[start(of: index)..<Int(cells[index].end)], as: UTF8.self)
        return SheetCell(text, kind: cells[index].kind, row: number(of: row), column: column)
    }

    /// The filled columns of a row, rising from 0.
    public func columns(of row: Int) -> some Sequence<Int> { cells[range(of: row)].lazy.map { Int($0.column) } }

    /// Adds a row; its cells rise by column.
    public mutating func append(_ row: SheetRow) {
        for cell in row.cells { add(cell.text.utf8, cell.kind, column: cell.column) }
        close(row: row.number)
    }

    mutating func append(row: Int, of other: PackedRows) {
        other.forEachCell(of: row) { column, kind, text in add(text, kind, column: column) }
        close(row: other.number(of: row))
    }

    /// Adds a cell to the row that is not closed yet.
    mutating func add(_ text: some Collection<UInt8>, _ kind: SheetCell.Kind, column: Int) {
        precondition(column <= UInt16.max, "no sheet has so many columns")
        texts.append(contentsOf: text)
        cells.append(Cell(end: UInt32(texts.count), column: UInt16(column), kind: kind))
    }

    /// Ends a row; false, and nothing is added, when it has no cells.
    @discardableResult
    mutating func close(row number: Int) -> Bool {
        guard cells.count > Int(rows.last?.end ?? 0) else { return false }
        rows.append(Row(number: UInt32(number), end: UInt32(cells.count)))
        return true
    }

    public mutating func removeLast() {
        rows.removeLast()
        cells.removeLast(cells.count - Int(rows.last?.end ?? 0))
        texts.removeLast(texts.count - Int(cells.last?.end ?? 0))
    }

    /// Forgets the rows and keeps the memory.
    public mutating func removeAll() {
        texts.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
    }

    private func range(of row: Int) -> Range<Int> { (row == 0 ? 0 : Int(rows[row - 1].end))..<Int(rows[row].end) }
    private func start(of cell: Int) -> Int { cell == 0 ? 0 : Int(cells[cell - 1].end) }
}
