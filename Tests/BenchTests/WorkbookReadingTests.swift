import Testing

@testable import Bench

@Suite struct WorkbookReadingTests {
    @Test func theCellsAreTheGeneratorsAndTheRefusedRowsAreThePlantedOnes() async throws {
        let yard = try Yard()
        let figures = try await WorkbookReading().figures(rows: 40, at: yard.place())
        #expect(figures.map(\.id) == ["workbook-read", "workbook-judge"])
        #expect(figures.allSatisfy { $0.correct })
        // Sixty titles and sixty cells a row but for what was planted empty.
        #expect((60 * 40...60 * 41).contains(figures[0].rows))
    }

    @Test func aCellThatDiffersChangesTheCheck() {
        var one = CellCheck(), other = CellCheck()
        one.add("张伟")
        other.add("张炜")
        #expect(one.text != other.text && one.cells == other.cells)
    }
}
