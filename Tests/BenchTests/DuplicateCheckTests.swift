import Testing

@testable import Bench

@Suite struct DuplicateCheckTests {
    @Test func `The verdict set of a small registry is the oracle's`() async throws {
        let yard = try Yard()
        let figures = try await DuplicateCheck().figures(rows: 700, at: yard.place())
        #expect(figures.map(\.id) == ["duplicates-postgres", "duplicates-duckdb"])
        #expect(figures.allSatisfy { $0.correct && $0.rows == 700 && $0.reference == nil })
    }

    @Test func `One row less is another verdict set`() {
        #expect(KeyGroups.oracle([BenchKeys(0..<700, seed: 1)]) != KeyGroups.oracle([BenchKeys(0..<699, seed: 1), BenchKeys(0..<1, seed: 1)]))
    }

    @Test func `Rows are the same whatever was made before, and some are written oddly`() {
        let all = BenchKeys(0..<400, seed: 3), one = BenchKeys(399..<400, seed: 3)
        #expect((0..<5).map { all.string(399, $0) } == (0..<5).map { one.string(399, $0) })
        #expect(all.rows.contains { all.fields($0).name != all.string($0, 0) })
        #expect(BenchKeys.row(of: all.dossier(399), seed: 3) == 399)
    }
}
