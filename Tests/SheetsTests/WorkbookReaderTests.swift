import Testing
@testable import Sheets

@Suite struct WorkbookReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static func rows(_ fixture: String, sheet: String? = nil) throws -> [SheetRow] {
        let workbook = try WorkbookReader.open(TemporaryFolder.fixture(fixture))
        let rows = try sheet.map { name throws in try workbook.rows(named: name) } ?? workbook.rows()
        var all: [SheetRow] = []
        try rows.forEach { all.append($0) }
        return all
    }

    static func error(_ path: String) -> SheetError? {
        #expect(throws: SheetError.self) { try WorkbookReader.open(path).rows().forEach { _ in } }
    }

    static let zhangWei: [String] = ["张伟", "440524201209010017", "20120901", "201809", "TRUE", "a < b & c > d"]

    @Test("the first visible sheet is read, whoever wrote the file", arguments: [
        "openpyxl.xlsx", "openpyxl-1904.xlsx", "libreoffice.xlsx", "libreoffice.xls", "libreoffice-1904.xls",
    ])
    func roster(_ fixture: String) throws {
        let rows = try Self.rows(fixture)
        #expect(rows.map(\.number) == [1, 2, 3, 4, 6, 7])
        #expect(rows[0].texts == ["阳光小学学生名单"])
        #expect(rows[1].texts == ["姓名", "身份证件号", "出生日期", "入学年月", "是否独生", "备注"])
        #expect(rows[2].texts == Self.zhangWei)
        #expect((0..<6).map { rows[2][$0]?.kind } == [.text, .text, .date, .number, .boolean, .text])
        #expect(rows[4][0]?.text == "王芳\n(双胞胎)")
        #expect(rows[4][2] == SheetCell("20120901", kind: .text, row: 6, column: 2))
        #expect(rows[4][2]?.reference == "C6")
        #expect(rows[5][2] == SheetCell("20130102", kind: .date, row: 7, column: 2))
        #expect(rows[5][4] == SheetCell("0.5", kind: .number, row: 7, column: 4))
    }

    @Test("an ID number that Excel has damaged is a number, written out", arguments: ["openpyxl.xlsx", "libreoffice.xlsx", "libreoffice.xls"])
    func damagedNumber(_ fixture: String) throws {
        let liNa = try Self.rows(fixture)[3]
        #expect(liNa[1] == SheetCell("440524201209010000", kind: .number, row: 4, column: 1))
        #expect(liNa[3] == SheetCell("120000000000000000", kind: .number, row: 4, column: 3))
        #expect(liNa[2] == SheetCell("20120229", kind: .date, row: 4, column: 2))
        #expect(liNa[5]?.text == "  两端空格  ")
    }

    @Test("formulas give their stored result, errors their name", arguments: ["libreoffice.xlsx", "libreoffice.xls"])
    func formulas(_ fixture: String) throws {
        let row = try Self.rows(fixture)[4]
        #expect(row[4] == SheetCell("#DIV/0!", kind: .error, row: 6, column: 4))
        #expect(row[5] == SheetCell("甲乙", kind: .text, row: 6, column: 5))
    }

    @Test("sheets are listed in order and chosen by name", arguments: ["openpyxl.xlsx", "libreoffice.xls"])
    func sheets(_ fixture: String) throws {
        let workbook = try WorkbookReader.open(TemporaryFolder.fixture(fixture))
        #expect(workbook.sheets.map(\.name) == ["字典", "学生名单", "第二页"])
        #expect(workbook.sheets.map(\.isVisible) == [false, true, true])
        #expect(try Self.rows(fixture, sheet: "第二页") == [
            SheetRow(number: 2, cells: [SheetCell("别的", row: 2, column: 1)]),
        ])
        #expect(throws: SheetError.noSuchSheet("没有", available: ["学生名单", "第二页"])) { try workbook.rows(named: "没有") }
    }

    @Test("strict namespaces, prefixes, inline and rich strings, missing references and ISO days are understood")
    func byHand() throws {
        let rows = try Self.rows("strict-inline.xlsx")
        #expect(rows.map(\.number) == [1, 7, 9])
        #expect(rows[0].texts == ["张 伟", "", "120000000000000000"])
        #expect(rows[1].texts == ["", "", "20120901", "-0.00001", "#N/A", "TRUE", "张&"])
        #expect((2..<7).map { rows[1][$0]?.kind } == [.date, .number, .error, .boolean, .text])
        #expect(rows[2].texts == ["王芳", "一\r二_x", "19000229", "20120901", "20120901", "20120901"])
        #expect((2..<6).map { rows[2][$0]?.kind } == [.date, .date, .date, .number])
    }

    @Test("packed numbers, rich text and strings over several records of an .xls are read")
    func packed() throws {
        let rows = try Self.rows("xlwt.xls")
        #expect(rows.map(\.number) == [1, 2, 6, 7, 8])
        #expect(rows[0].texts == ["1", "2.5", "0.01", "-7", "123456789012", "1" + String(repeating: "0", count: 100)])
        #expect(rows[1].texts == ["张伟", "abc", "TRUE", "20120901", "19000229"])
        #expect((0..<5).map { rows[1][$0]?.kind } == [.text, .text, .boolean, .date, .date])
        #expect((2..<5).map { rows[$0][0]?.text } == (0..<3).map { row in
            String(repeating: row == 1 ? "学籍" : "narrow ", count: 700) + String(row)
        })
    }

    @Test("peeking takes nothing away")
    func peek() throws {
        let rows = try WorkbookReader.open(TemporaryFolder.fixture("openpyxl.xlsx")).rows()
        #expect(try rows.peek(2).map(\.number) == [1, 2])
        #expect(try rows.peek(1).map(\.number) == [1])
        #expect(try rows.next()?.number == 1)
        #expect(try rows.peek(99).map(\.number) == [2, 3, 4, 6, 7])
        #expect(try rows.next()?.number == 2)
    }

    @Test("hostile and damaged workbooks each have their own answer", arguments: [
        ("bomb.xlsx", SheetError.zipBomb("xl/worksheets/sheet1.xml")),
        ("document-type.xlsx", .documentTypeRefused(part: "xl/worksheets/sheet1.xml")),
        ("deep.xlsx", .nestedTooDeeply(part: "xl/worksheets/sheet1.xml", limit: 64)),
        ("cut-xml.xlsx", .malformedXML(part: "xl/worksheets/sheet1.xml", line: 1)),
        ("rows-turned.xlsx", .badReference(part: "xl/worksheets/sheet1.xml", line: 1)),
        ("slip.xlsx", .missingPart("xl/worksheets/sheet1.xml")),
        ("wrong-checksum.xlsx", .damagedPart("xl/worksheets/sheet2.xml")),
        ("encrypted.xlsx", .encrypted(file: "encrypted.xlsx")),
        ("encrypted-zip.xlsx", .encrypted(file: "encrypted-zip.xlsx")),
        ("libreoffice.ods", .notAWorkbook(file: "libreoffice.ods", .openDocument)),
    ])
    func hostile(_ fixture: String, _ expected: SheetError) {
        #expect(Self.error(TemporaryFolder.fixture(fixture)) == expected)
    }

    @Test("a truncated workbook is an error wherever it was cut")
    func truncated() throws {
        for fixture in ["openpyxl.xlsx", "libreoffice.xls"] {
            let bytes = try TemporaryFolder.bytes(of: TemporaryFolder.fixture(fixture))
            for length in stride(from: 1, to: bytes.count - 1, by: 97) {
                let path = try folder.file("cut", bytes[..<length])
                // What is behind the last record of an .xls are summaries and padding.
                if fixture.hasSuffix("xls"), length > 4_000 {
                    _ = try? WorkbookReader.open(path).rows().forEach { _ in }
                } else {
                    #expect(Self.error(path) != nil, "cut to \(length) bytes")
                }
            }
        }
    }

    @Test("limits hold", arguments: [
        (SheetLimits.with { $0.columns = 3 }, SheetError.tooManyColumns(reference: "D2", limit: 3)),
        (SheetLimits.with { $0.rows = 2 }, .tooManyRows(limit: 2)),
        (SheetLimits.with { $0.cellCharacters = 5 }, .cellTooLong(reference: "A1", limit: 5)),
        (SheetLimits.with { $0.archiveEntries = 3 }, .tooManyParts(count: 11, limit: 3)),
        (SheetLimits.with { $0.partBytes = 100 }, .partTooLarge("_rels/.rels", limit: 100)),
    ])
    func limits(_ limits: SheetLimits, _ expected: SheetError) throws {
        let error = #expect(throws: SheetError.self) {
            try WorkbookReader.open(TemporaryFolder.fixture("openpyxl.xlsx"), limits: limits).rows().forEach { _ in }
        }
        #expect(error == expected)
    }

    @Test("a file that is too large is not opened")
    func fileSize() throws {
        let path = TemporaryFolder.fixture("openpyxl.xlsx")
        let size = try TemporaryFolder.bytes(of: path).count
        #expect(throws: SheetError.tooLarge(file: "openpyxl.xlsx", bytes: size, limit: size - 1)) {
            try WorkbookReader.open(path, limits: SheetLimits.with { $0.fileBytes = size - 1 })
        }
        #expect(throws: Never.self) { try WorkbookReader.open(path, limits: SheetLimits.with { $0.fileBytes = size }) }
    }

    @Test("shared strings are capped")
    func sharedStrings() throws {
        #expect(throws: SheetError.sharedStringsTooLarge(limit: 20)) {
            try WorkbookReader.open(
                TemporaryFolder.fixture("libreoffice.xlsx"), limits: SheetLimits.with { $0.sharedStringBytes = 20 }).rows()
        }
    }
}

extension SheetLimits {
    fileprivate static func with(_ change: (inout SheetLimits) -> Void) -> SheetLimits {
        var limits = SheetLimits()
        change(&limits)
        return limits
    }
}
