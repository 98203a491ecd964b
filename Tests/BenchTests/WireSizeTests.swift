import Testing

@testable import Bench

@Suite struct WireSizeTests {
    @Test func theRecordsComeOutAsTheyWentIn() async throws {
        let yard = try Yard()
        let figures = try await WireSize().figures(rows: 7, at: yard.place())
        #expect(figures.map(\.id) == ["wire-pupil-100", "wire-pupil-500", "wire-school"])
        #expect(figures.allSatisfy { $0.correct && $0.value > 0 && $0.reference == nil })
    }
}
