@testable import Simulation
import Rules
import Testing

@Suite("The true history of the tree")
struct TreeHistoryTests {
    private func record(_ competent: UnitCode, version: Int) -> Unit {
        Unit(code: "3133000001", name: "学校", tier: .school, competent: competent, version: version)
    }

    @Test func `An authority stands above a school by the records of some versions and not of others`() {
        var history = TreeHistory()
        #expect(history.contains("330102", "3133000001", versions: 1...1))
        history.add(record("650102", version: 2))
        #expect(history.contains("330102", "3133000001", versions: 1...1))
        #expect(!history.contains("330102", "3133000001", versions: 2...2))
        #expect(history.contains("650000", "3133000001", versions: 2...2))
        #expect(history.contains("330102", "3133000001", versions: 1...2))
        #expect(history.hasEverContained("330100", "3133000001"))
        #expect(!history.hasEverContained("330106", "3133000001"))
    }

    @Test func `Of two records with one version either may be meant`() {
        var history = TreeHistory()
        history.add(record("650102", version: 2))
        history.add(record("330106", version: 2))
        #expect(history.competent("3133000001", versions: 2...2) == ["650102", "330106"])
    }
}
