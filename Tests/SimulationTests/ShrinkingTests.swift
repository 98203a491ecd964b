import Simulation
import Testing

@Suite("A failing run is made shorter")
struct ShrinkingTests {
    @Test func `Fewer blows break the same promise`() throws {
        let verdict = MutantHunt.hunt(.relaysNothingBack, first: 1, limit: 20, steps: 400)
        let seed = try #require(verdict.seed)
        let short = try #require(Shrinking.shorten(RunPlan(seed: seed, steps: 400, mutant: .relaysNothingBack), limit: 30))
        #expect(short.tally.failure?.check == verdict.check)
        #expect(short.left.count <= short.before)
        #expect(short.plan.steps <= 400)
        #expect(short.runs <= 30)
    }

    @Test func `A run that does not fail has nothing to shorten`() {
        #expect(Shrinking.shorten(RunPlan(seed: 1, steps: 50), limit: 5) == nil)
    }
}
