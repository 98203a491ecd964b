import Testing
@testable import Sheets

@Suite struct MarkedWorkbookWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("rows come back as they were, with an explanation that importing passes over")
    func roundTrip() throws {
        let path = folder.file("a.xlsx")
        let writer = try MarkedWorkbookWriter(path: path, columns: TemplateWriterTests.columns)
        let zhangWei = SheetRow(number: 7, cells: [
            SheetCell("张伟\n(双胞胎)", row: 7, column: 0),
            SheetCell("440524201209010017", row: 7, column: 1),
            SheetCell("_x000D_ & <b> \u{1} =1+1 ", row: 7, column: 4),
        ])
        try writer.write(zhangWei, marks: [
            .init(column: 1, message: "校验码错误", remedy: "请核对户口簿"),
            .init(column: 2, isBlocking: false, message: "性别未填", remedy: ""),
            .init(column: nil, message: "与第 9 行重复", remedy: "请删除其中一行"),
        ])
        try writer.finish()
        let rows = try WorkbookReader.open(path).rows()
        let header = try #require(try HeaderFinder.find(in: rows) { $0.contains("姓名") ? 1 : 0 })
        #expect(header.titles.last == MarkedWorkbookWriter.explanationHeader)
        let row = try #require(try rows.next())
        #expect((0..<5).map { row[$0]?.text } == (0..<5).map { zhangWei[$0]?.text })
        #expect(row.cells.allSatisfy { $0.kind == .text })
        #expect(row[5]?.text == "原文件第 7 行\n【身份证件号】校验码错误。请核对户口簿\n【性别】性别未填\n与第 9 行重复。请删除其中一行")
        let comments = try ZipText.part("xl/comments1.xml", of: path)
        #expect(comments.contains("ref=\"B2\"") && comments.contains("校验码错误。请核对户口簿"))
        #expect(comments.contains("ref=\"C2\""))
        #expect(!comments.contains("ref=\"A2\""))
    }
}
