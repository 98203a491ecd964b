import Testing
@testable import Sheets

/// Round trips through the reader. What Excel itself shows (colours, comments, lists) is looked for in the parts.
@Suite struct TemplateWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let columns = [
        ColumnSpec("姓名", isRequired: true, note: "与户口簿一致"),
        ColumnSpec("身份证件号", isRequired: true, width: 22),
        ColumnSpec("性别", dropDown: ["男", "女"]),
        ColumnSpec("民族", dropDown: (1...56).map { "第\($0)个民族的名称" }),
        ColumnSpec("备注", dropDown: ["甲,乙", "丙"]),
    ]

    @Test("a template is a header to fill in, and nothing is left beside it")
    func header() throws {
        let path = folder.file("模板.xlsx")
        try TemplateWriter.write(columns: Self.columns, instructions: ["填写说明", "一、…"], to: path)
        let workbook = try WorkbookReader.open(path)
        #expect(workbook.sheets.map(\.name) == ["填报", "填写说明", "lists"])
        #expect(workbook.sheets.map(\.isVisible) == [true, true, false])
        let rows = try workbook.rows()
        #expect(try rows.next()?.texts == ["姓名", "身份证件号", "性别", "民族", "备注"])
        #expect(try rows.next() == nil)
        #expect(folder.names == ["模板.xlsx"])
    }

    @Test("long lists, and items with a comma, go through a hidden sheet and names")
    func lists() throws {
        let path = folder.file("a.xlsx")
        try TemplateWriter.write(columns: Self.columns, to: path)
        let sheet = try ZipText.part("xl/worksheets/sheet1.xml", of: path)
        #expect(sheet.contains("<formula1>\"男,女\"</formula1>"))
        #expect(sheet.contains("<formula1>list_1</formula1>"))
        #expect(sheet.contains("sqref=\"C2:C5001\""))
        #expect(sheet.contains("state=\"frozen\""))
        let workbook = try ZipText.part("xl/workbook.xml", of: path)
        #expect(workbook.contains("<definedName name=\"list_1\">lists!$A$1:$A$56</definedName>"))
        #expect(workbook.contains("<definedName name=\"list_2\">lists!$B$1:$B$2</definedName>"))
        #expect(try ZipText.part("xl/comments1.xml", of: path).contains("必填。与户口簿一致"))
        let lists = try WorkbookReader.open(path).rows(named: "lists")
        #expect(try lists.next()?.texts == ["第1个民族的名称", "甲,乙"])
    }

    @Test("what no workbook can hold is refused and leaves no file")
    func refused() throws {
        let path = folder.file("a.xlsx")
        #expect(throws: SheetError.self) { try TemplateWriter.write(columns: [], to: path) }
        #expect(throws: SheetError.self) { try TemplateWriter.write(columns: Self.columns, sheetName: "a/b", to: path) }
        #expect(folder.names == [])
        let error = #expect(throws: SheetError.self) { try TemplateWriter.write(columns: Self.columns, to: folder.file("no/a.xlsx")) }
        #expect(error?.code == "SHEET-50")
    }
}

@Suite struct TemplateWriterListLengthTests {
    @Test(arguments: [84, 85, 86, 120, 250])
    func chineseListsOfAnyLengthAreWritten(_ count: Int) throws {
        let folder = try TemporaryFolder()
        let items = (0..<count).map { String(UnicodeScalar(0x4E00 + $0) ?? "一") }
        let path = folder.file("list.xlsx")
        try TemplateWriter.write(columns: [ColumnSpec("民族", dropDown: items)], to: path)
        let rows = try WorkbookReader.open(path).rows()
        #expect(try rows.next()?[0]?.text == "民族")
    }
}
