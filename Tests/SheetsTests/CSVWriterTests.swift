import Testing
@testable import Sheets

@Suite struct CSVWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("what is written is read back")
    func roundTrip() throws {
        let rows = [["姓名", "住址,\"曾用\""], ["", "第一行\r\n第二行"], [""], ["=1+1", "-5"]]
        let writer = try CSVWriter(path: folder.file("a.csv"))
        for row in rows { try writer.write(row) }
        try writer.finish()
        var seen: [[String]] = []
        try CSVReader.forEachRow(folder.file("a.csv")) { seen.append($0.fields) }
        #expect(seen == rows)
    }

    @Test("for a spreadsheet there is a byte order mark and no formula")
    func spreadsheet() throws {
        let writer = try CSVWriter(path: folder.file("a.csv"), for: .spreadsheet)
        try writer.write(["=HYPERLINK(\"http://x\")", "@a", "1-2"])
        try writer.finish()
        let bytes = try TemporaryFolder.bytes(of: folder.file("a.csv"))
        #expect(bytes == [0xEF, 0xBB, 0xBF] + Array("\"'=HYPERLINK(\"\"http://x\"\")\",'@a,1-2\r\n".utf8))
    }

    @Test("nothing is left behind without finish")
    func abandoned() throws {
        do {
            let writer = try CSVWriter(path: folder.file("a.csv"))
            try writer.write(["a"])
        }
        #expect(folder.names == [])
    }

    @Test("a missing directory is an error with a remedy")
    func missingDirectory() throws {
        let error = #expect(throws: SheetError.self) { try CSVWriter(path: folder.file("no/a.csv")) }
        #expect(error?.code == "SHEET-50")
    }
}
