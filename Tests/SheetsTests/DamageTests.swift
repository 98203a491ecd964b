import Testing
@testable import Sheets

/// Seeded damage: whatever the bytes, the answer is rows or a `SheetError`, and the process goes on.
@Suite struct DamageTests {
    /// A linear congruential generator; a failure is repeated with its seed.
    struct Dice {
        var state: UInt64
        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }

        mutating func damage(_ bytes: [UInt8], from start: Int = 0) -> [UInt8] {
            var bytes = bytes
            for _ in 0...roll(8) {
                let at = start + roll(bytes.count - start)
                bytes[at] = [0, 0xFF, UInt8(roll(256)), bytes[at] ^ 1][roll(4)]
            }
            return bytes
        }
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("damaged workbooks are answered", arguments: ["libreoffice.xls", "libreoffice-1904.xls", "openpyxl.xlsx"])
    func workbooks(_ fixture: String) throws {
        let good = try TemporaryFolder.bytes(of: TemporaryFolder.fixture(fixture))
        var answers: Set<String> = []
        for seed in 0..<400 {
            var dice = Dice(state: UInt64(seed))
            let path = try folder.file("damaged", dice.damage(good))
            do {
                let workbook = try WorkbookReader.open(path)
                for sheet in workbook.sheets { try workbook.rows(of: sheet).forEach { _ in } }
                answers.insert("rows")
            } catch let error as SheetError {
                answers.insert(error.code)
            }
        }
        #expect(answers.count > 2, "the damage must reach more than the first check: \(answers)")
    }

    @Test("damaged worksheet parts are answered")
    func parts() throws {
        let path = TemporaryFolder.fixture("libreoffice.xlsx")
        let good = try Array(ZipText.part("xl/worksheets/sheet2.xml", of: path).utf8)
        var answers: Set<String> = []
        for seed in 0..<1_000 {
            var dice = Dice(state: UInt64(seed))
            let damaged = dice.damage(good)
            do throws(SheetError) {
                let sink = WorksheetSink(
                    strings: SharedStrings(limits: .standard), styles: CellStyles(), dates: .from1900, limits: .standard, part: "a")
                let stream = try XMLStream(part: "a", sink: sink, limits: .standard)
                sink.line = { [unowned stream] in stream.line }
                try damaged.withUnsafeBufferPointer { bytes throws(SheetError) in try stream.feed(UnsafeRawBufferPointer(bytes)) }
                answers.insert("rows")
            } catch {
                answers.insert(error.code)
            }
        }
        #expect(answers.contains("SHEET-20") && answers.contains("SHEET-35"))
    }
}
