/// Where rows come from: a worksheet part, or a legacy workbook.
protocol RowSource: AnyObject {
    func next() throws(SheetError) -> SheetRow?
    /// Adds the next row to `rows`; false at the end.
    func next(into rows: inout PackedRows) throws(SheetError) -> Bool
}

extension RowSource {
    func next(into rows: inout PackedRows) throws(SheetError) -> Bool {
        guard let row = try next() else { return false }
        rows.append(row)
        return true
    }
}

/// The rows of one sheet, from top to bottom, one at a time. Blank rows are passed over; numbers tell where they were.
///
/// Check sums are judged at the end: what was read counts only when `next()` has answered nil.
public final class SheetRows {
    public let sheet: SheetInfo
    private let source: any RowSource
    private var ahead: [SheetRow] = []

    init(sheet: SheetInfo, source: any RowSource) {
        self.sheet = sheet
        self.source = source
    }

    public func next() throws(SheetError) -> SheetRow? {
        if ahead.isEmpty { return try source.next() }
        return ahead.removeFirst()
    }

    /// Adds the next row to `rows`, without making strings; false at the end.
    public func next(into rows: inout PackedRows) throws(SheetError) -> Bool {
        guard !ahead.isEmpty else { return try source.next(into: &rows) }
        rows.append(ahead.removeFirst())
        return true
    }

    /// The next rows, at most `count`, without taking them.
    public func peek(_ count: Int) throws(SheetError) -> [SheetRow] {
        while ahead.count < count, let row = try source.next() { ahead.append(row) }
        return Array(ahead.prefix(count))
    }

    public func forEach(_ body: (SheetRow) throws -> Void) throws {
        while let row = try next() { try body(row) }
    }
}
