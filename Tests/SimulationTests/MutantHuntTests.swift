import Simulation
import Testing

@Suite("The checkers find the bugs that were put in")
struct MutantHuntTests {
    /// Those that a few seeds find; the others need hundreds: `simulate --mutants`.
    static let quick: [Mutant] = [
        .childTrustsOwnCursor, .relaysNothingBack, .errorDeletesQueue, .acknowledgesBeforeCommit, .signatureUnchecked,
        .acceptsGaps, .poisonBlocksStream, .anyoneNumbers, .restartForgetsWords, .refillForgetsOwn, .noReleaseGate,
    ]

    @Test(arguments: quick) func `A seeded protocol bug is found within a few seeds`(mutant: Mutant) {
        let verdict = MutantHunt.hunt(mutant, first: 1, limit: 30, steps: 800)
        #expect(verdict.isKilled, "\(mutant) lives")
    }
}
