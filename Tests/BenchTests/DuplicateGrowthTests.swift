import Testing

@testable import Bench

@Suite struct DuplicateGrowthTests {
    @Test func `Growth and changes are right at any size`() async throws {
        let yard = try Yard()
        let figures = try await DuplicateGrowth(changes: 60).figures(rows: 30, at: yard.place())
        #expect(figures.map(\.id) == ["duplicates-growth-cost", "duplicates-growth-change"])
        #expect(figures.allSatisfy(\.correct) && figures[0].rows == 600 && figures[1].rows == 60)
    }
}
