import Testing
@testable import Sheets

@Suite struct PackedRowsTests {
    static let zhangWei = SheetRow(number: 3, cells: [
        SheetCell("张伟", row: 3, column: 0), SheetCell("120000000000000000", kind: .number, row: 3, column: 2),
        SheetCell("20120901", kind: .date, row: 3, column: 9),
    ])
    static let liNa = SheetRow(number: 7, cells: [SheetCell("李娜", row: 7, column: 1)])

    @Test("rows come out as they went in, also after others were taken back")
    func roundTrip() {
        var rows = PackedRows()
        rows.append(Self.zhangWei)
        rows.append(Self.liNa)
        #expect(rows.indices.map { rows[$0] } == [Self.zhangWei, Self.liNa])
        rows.removeLast()
        rows.append(Self.liNa)
        #expect(rows.indices.map { rows[$0] } == [Self.zhangWei, Self.liNa])
        rows.removeLast()
        rows.removeLast()
        #expect(rows.count == 0 && rows.byteCount == 0)
    }

    @Test("a cell is found by its column, and nothing where there is none")
    func cell() {
        var rows = PackedRows()
        rows.append(Self.zhangWei)
        rows.append(Self.liNa)
        #expect((0..<11).map { rows.cell(of: 0, column: $0) } == (0..<11).map { Self.zhangWei[$0] })
        #expect(rows.cell(of: 1, column: 0) == nil)
        #expect(rows.cell(of: 1, column: 1) == Self.liNa[1])
        #expect(Array(rows.columns(of: 0)) == [0, 2, 9])
    }

    @Test("a row without cells is none")
    func empty() {
        var rows = PackedRows()
        rows.append(SheetRow(number: 1, cells: []))
        #expect(rows.count == 0)
    }

    @Test("a workbook's rows are the same packed and one by one", arguments: [
        "openpyxl.xlsx", "libreoffice.xlsx", "strict-inline.xlsx", "libreoffice.xls",
    ])
    func ofAFile(_ fixture: String) throws {
        let source = try WorkbookReader.open(TemporaryFolder.fixture(fixture)).rows()
        var rows = PackedRows()
        // What was looked at ahead comes first.
        _ = try source.peek(2)
        while try source.next(into: &rows) {}
        #expect(rows.indices.map { rows[$0] } == (try WorkbookReaderTests.rows(fixture)))
    }

    @Test("rows stay whole over the ends of what is read at once")
    func longRows() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("long.xlsx")
        let writer = try TableWriter(path: path, columns: (0..<40).map { ColumnSpec("列\($0)") })
        let texts = (0..<60).map { row in (0..<40).map { "第\(row)行第\($0)列" + String(repeating: "长", count: row) } }
        for row in texts { try writer.write(row) }
        try writer.finish()
        let rows = try WorkbookReader.open(path).rows()
        _ = try rows.next()
        var read: [[String]] = []
        while let row = try rows.next() { read.append(row.texts) }
        #expect(read == texts)
    }
}
