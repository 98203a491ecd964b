import FoundationEssentials
import Rules
import Sheets
import Testing
@testable import Features

/// What was read is kept and given again, or read again where it is too much: the rows are the same.
@Suite struct PupilWorkbookTests {
    private func workbook(_ count: Int, keptLimit: Int, _ folder: ScratchFolder) throws -> PupilWorkbook {
        let rows = (0..<count).map { RuleExample([.numberInClass: String($0)]).row }
        try ExampleWorkbook.write(rows, Template[.v2013], at: folder.path + "/in.xlsx")
        return try PupilWorkbook(path: folder.path + "/in.xlsx", keptLimit: keptLimit)
    }

    private func numbers(_ workbook: PupilWorkbook) throws -> [String] {
        var all: [String] = []
        while let batch = try workbook.next() {
            #expect(batch.count > 0)
            all += batch.indices.compactMap { workbook.cell(batch, $0, .numberInClass)?.text }
        }
        return all
    }

    @Test("every round gives the same rows", arguments: [0, 1 << 20, PupilWorkbook.keptLimit])
    func rounds(_ keptLimit: Int) throws {
        let count = PupilWorkbook.batchRows + 9
        let folder = try ScratchFolder()
        let workbook = try workbook(count, keptLimit: keptLimit, folder)
        let expected = (0..<count).map { String($0) }
        #expect(try numbers(workbook) == expected)
        for _ in 0..<2 {
            try workbook.rewind()
            #expect(try numbers(workbook) == expected)
        }
    }

    @Test("kept rows need no file, and what exceeds the limit is read from it again")
    func keeping() throws {
        let folder = try ScratchFolder()
        let kept = try workbook(3, keptLimit: PupilWorkbook.keptLimit, folder)
        let large = try workbook(3, keptLimit: 100, folder)
        #expect(try numbers(kept) == numbers(large))
        try FileManager.default.removeItem(atPath: folder.path + "/in.xlsx")
        try kept.rewind()
        #expect(try numbers(kept).count == 3)
        #expect(throws: PupilWorkbook.Mismatch.self) { try large.rewind() }
    }
}
