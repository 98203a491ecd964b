import Testing
@testable import Sheets

@Suite struct CSVReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func rows(_ bytes: some Sequence<UInt8>, delimiter: Character = ",", limits: CSVLimits = .standard) throws -> [[String]] {
        var rows: [[String]] = []
        let path = try folder.file("a.csv", bytes)
        try CSVReader.forEachRow(path, delimiter: delimiter, limits: limits) { rows.append($0.fields) }
        return rows
    }

    func error(_ bytes: some Sequence<UInt8>, limits: CSVLimits = .standard) throws -> SheetError? {
        let path = try folder.file("a.csv", bytes)
        return #expect(throws: SheetError.self) { try CSVReader.forEachRow(path, limits: limits) { _ in } }
    }

    @Test("quotes hold commas, line breaks and doubled quotes")
    func quotes() throws {
        #expect(try rows("姓名,\"住址\"\r\n\"张,伟\",\"北京\n\"\"海淀\"\"\"\r\n".utf8)
            == [["姓名", "住址"], ["张,伟", "北京\n\"海淀\""]])
    }

    @Test("CRLF, LF, CR and a missing last line end all end a row", arguments: ["\r\n", "\n", "\r"])
    func lineEnds(_ end: String) throws {
        #expect(try rows("a,b\(end)\(end)c,\(end)d".utf8) == [["a", "b"], ["c", ""], ["d"]])
    }

    @Test("a quote inside an unquoted field is an ordinary character")
    func strayQuote() throws {
        #expect(try rows("5\" disk,b\n".utf8) == [["5\" disk", "b"]])
    }

    @Test("rows know their number and the physical line where they begin")
    func lines() throws {
        let path = try folder.file("a.csv", "a\n\n\"b\n\nb\"\r\nc\n")
        var seen: [[Int]] = []
        try CSVReader.forEachRow(path) { seen.append([$0.number, $0.line]) }
        #expect(seen == [[1, 1], [2, 3], [3, 6]])
    }

    @Test("byte order marks are read and not handed on")
    func marks() throws {
        #expect(try rows([0xEF, 0xBB, 0xBF] + Array("张,伟".utf8)) == [["张", "伟"]])
        #expect(try rows([0xFF, 0xFE] + "张\t伟".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, delimiter: "\t")
            == [["张", "伟"]])
        #expect(try rows([0xFE, 0xFF] + "张,伟".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }) == [["张", "伟"]])
    }

    @Test("GB18030 is recognised, four-byte characters included")
    func chinese() throws {
        // 张伟,㐀 (U+3400 is four bytes 81 39 EE 39).
        let bytes: [UInt8] = [0xD5, 0xC5, 0xCE, 0xB0, 0x2C, 0x81, 0x39, 0xEE, 0x39, 0x0A]
        #expect(try rows(bytes) == [["张伟", "\u{3400}"]])
        let path = try folder.file("b.csv", bytes)
        #expect(try CSVReader(path: path).encoding == .gb18030)
    }

    @Test("a character cut by a chunk's end stays whole in every encoding")
    func chunkBorders() throws {
        for shift in 0..<4 {
            let text = String(repeating: "x", count: shift) + String(repeating: "学籍,\n", count: 100_000)
            let all = try rows(text.utf8)
            #expect(all.count == 100_000)
            #expect(all.dropFirst().allSatisfy { $0 == ["学籍", ""] })
        }
        let gb: [UInt8] = [0xD1, 0xA7, 0xBC, 0xAE, 0x0A]
        let all = try rows([0x0A, 0x0A] + (0..<120_000).flatMap { _ in gb })
        #expect(all.count == 120_000)
        #expect(all.allSatisfy { $0 == ["学籍"] })
    }

    @Test("wrong bytes are named with their line")
    func badEncoding() throws {
        let utf8 = Array(String(repeating: "学籍学籍\n", count: 2_000).utf8)
        #expect(try error(utf8 + [0xFF, 0x0A]) == .badEncoding(line: 2_001, encoding: .utf8))
        #expect(try error([0xD5, 0xC5, 0x0A, 0x61, 0xFF, 0xFF, 0x0A]) == .badEncoding(line: 2, encoding: .gb18030))
        #expect(try error([0xD5, 0xC5, 0x0A, 0xD5]) == .badEncoding(line: 2, encoding: .gb18030))
    }

    @Test("an unclosed quote is reported where it opened")
    func unclosed() throws {
        #expect(try error("a\n\"b\nc\nd\n".utf8) == .unclosedQuote(line: 2))
        let long = "a\n\"b" + String(repeating: "x\n", count: 1_000_000)
        #expect(try error(long.utf8) == .unclosedQuote(line: 2))
    }

    @Test("text after a closing quote, zero bytes, long rows, many columns and many rows are refused")
    func refusals() throws {
        #expect(try error("a\n\"b\"c\n".utf8) == .textAfterQuote(line: 2))
        #expect(try error([0x61, 0x0A, 0x62, 0x00]) == .zeroByte(line: 2))
        var limits = CSVLimits()
        limits.rowBytes = 10
        limits.columns = 3
        limits.rows = 2
        #expect(try error("a\nbbbbbbbbbbb\n".utf8, limits: limits) == .csvRowTooLong(line: 2, limit: 10))
        #expect(try error("a,b,c,d\n".utf8, limits: limits) == .csvTooManyColumns(line: 1, limit: 3))
        #expect(try error("a\nb\nc\n".utf8, limits: limits) == .csvTooManyRows(limit: 2))
    }

    @Test("a workbook, an empty file, a directory and a missing file are no CSV")
    func noFile() throws {
        #expect(try error(Lookalikes.zip) == .workbookNotCSV(file: "a.csv"))
        #expect(try error([]) == .empty(file: "a.csv"))
        #expect(throws: SheetError.notFound(file: "no.csv")) { try CSVReader(path: folder.file("no.csv")) }
        #expect(throws: SheetError.self) { try CSVReader(path: folder.path) }
    }

    @Test("a kept row does not change while reading goes on")
    func kept() throws {
        let reader = try CSVReader(path: folder.file("a.csv", "a,b\nc,d\n"))
        let first = try #require(try reader.next())
        let second = try #require(try reader.next())
        #expect(first.fields == ["a", "b"])
        #expect(second.fields == ["c", "d"])
        #expect(first[7] == "")
        #expect(second.equals("d", at: 1) && !second.equals("dd", at: 1))
        #expect(Array(second.bytes(at: 0)) == [0x63])
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }
}
