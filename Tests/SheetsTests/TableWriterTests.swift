import Testing
@testable import Sheets

@Suite struct TableWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a table reads back as it was written, formulas and blank rows included as text and gaps")
    func roundTrip() throws {
        let path = folder.file("a.xlsx")
        let writer = try TableWriter(path: path, columns: [ColumnSpec("姓名"), ColumnSpec("备注")], title: "花名册")
        try writer.write(["=1+1", "0012"])
        try writer.write(["", ""])
        try writer.write(["𠮷野"])
        try writer.finish()
        var rows: [SheetRow] = []
        try WorkbookReader.open(path).rows().forEach { rows.append($0) }
        #expect(rows.map(\.number) == [1, 2, 3, 5])
        #expect(rows.map(\.texts) == [["花名册"], ["姓名", "备注"], ["=1+1", "0012"], ["𠮷野"]])
        #expect(!(try ZipText.part("xl/worksheets/sheet1.xml", of: path)).contains("<f>"))
    }

    @Test("too long a cell and too many fields are refused; nothing is left without finish")
    func refused() throws {
        do {
            let writer = try TableWriter(path: folder.file("a.xlsx"), columns: [ColumnSpec("姓名")])
            #expect(throws: SheetError.cellTooLong(reference: "A2", limit: 32_767)) {
                try writer.write([String(repeating: "长", count: 32_768)])
            }
            #expect(throws: SheetError.self) { try writer.write(["a", "b"]) }
        }
        #expect(folder.names == [])
    }

    @Test("a blank title is none, a table without any header is refused")
    func blankTitle() throws {
        let writer = try TableWriter(path: folder.file("a.xlsx"), columns: [ColumnSpec("姓名")], title: " ")
        try writer.finish()
        #expect(try WorkbookReader.open(folder.file("a.xlsx")).rows().next()?.texts == ["姓名"])
        #expect(throws: SheetError.self) { try TableWriter(path: folder.file("b.xlsx"), columns: [ColumnSpec("")]) }
    }

    @Test("a file that stood there stays until the new one is whole")
    func atomic() throws {
        let path = try folder.file("a.xlsx", "old")
        let writer = try TableWriter(path: path, columns: [ColumnSpec("姓名")])
        try writer.write(["张伟"])
        #expect(try TemporaryFolder.bytes(of: path) == Array("old".utf8))
        try writer.finish()
        #expect(try WorkbookReader.open(path).rows().peek(2).map(\.texts) == [["姓名"], ["张伟"]])
        #expect(throws: SheetError.self) { try writer.finish() }
    }
}
