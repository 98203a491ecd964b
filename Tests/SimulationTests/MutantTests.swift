import Simulation
import Testing

@Suite("Bugs that are put in on purpose")
struct MutantTests {
    @Test func `Every recovery and every promise is broken by one at least`() {
        let rows = Set(Mutant.allCases.flatMap(\.rows)), promises = Set(Mutant.allCases.flatMap(\.promises))
        #expect(Recovery.allCases.filter { !rows.contains($0) } == [])
        #expect(Check.allCases.filter { !promises.contains($0) } == [])
    }

    @Test func `Every one breaks something`() {
        #expect(Mutant.allCases.filter { $0.rows.isEmpty && $0.promises.isEmpty } == [])
    }
}
