import Testing
@testable import Sheets

@Suite struct LookalikesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("what is no workbook is named for what it is", arguments: [
        ("<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><table><tr><td>张伟", SheetError.Lookalike.html),
        ("\u{FEFF}\r\n<TABLE><tr>", .html),
        ("<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", .xml2003),
        ("姓名,身份证件号\n张伟,440524201209010017\n", .csv),
        ("%PDF-1.4", .pdf),
        ("Rar!\u{1A}\u{7}", .archive),
        ("PK\u{5}\u{6}" + String(repeating: "\0", count: 18), .archive),
        ("\u{1}\u{2}\u{3}\u{0}", .unknown),
    ])
    func kinds(_ text: String, _ kind: SheetError.Lookalike) throws {
        let path = try folder.file("名单.xls", text)
        #expect(WorkbookReaderTests.error(path) == .notAWorkbook(file: "名单.xls", kind))
    }

    @Test("pictures, GB18030 text and zips without a workbook are told apart")
    func bytes() throws {
        #expect(WorkbookReaderTests.error(try folder.file("a.xlsx", [0x89, 0x50, 0x4E, 0x47, 0x0D])) == .notAWorkbook(file: "a.xlsx", .picture))
        #expect(WorkbookReaderTests.error(try folder.file("a.xlsx", [0xD5, 0xC5, 0xCE, 0xB0, 0x2C])) == .notAWorkbook(file: "a.xlsx", .csv))
    }

    @Test("an empty file and a missing one are no workbook")
    func nothing() throws {
        #expect(WorkbookReaderTests.error(try folder.file("a.xlsx", "")) == .empty(file: "a.xlsx"))
        #expect(WorkbookReaderTests.error(folder.file("b.xlsx")) == .notFound(file: "b.xlsx"))
        #expect(WorkbookReaderTests.error(folder.path)?.code == "SHEET-02")
    }
}
