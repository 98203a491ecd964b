import Replication
import Testing

@Suite("How long a link waits")
struct BackOffPlanTests {
    @Test func `First quickly, then from half a minute doubling to a quarter of an hour`() {
        let plan = BackOffPlan()
        let middle = (1...11).map { plan.delay(attempt: $0, chance: 0.5) }
        #expect(middle == [1, 2, 5, 30, 60, 120, 240, 480, 900, 900, 900])
        #expect(plan.delay(attempt: .max, chance: 0.5) == 900)
    }

    @Test func `Chance spreads a wait by a fifth either way and never past the longest`() {
        let plan = BackOffPlan()
        #expect(plan.delay(attempt: 4, chance: 0) == 24)
        #expect(plan.delay(attempt: 4, chance: 0.999) < 36)
        #expect(plan.delay(attempt: 4, chance: 0.999) > 35)
        #expect(plan.delay(attempt: 20, chance: 0.999) == 900)
    }

    @Test func `What the peer asks for is waited at least, within reason`() {
        let plan = BackOffPlan()
        #expect(plan.delay(attempt: 1, chance: 0.5, retryAfter: 70) == 70)
        #expect(plan.delay(attempt: 5, chance: 0.5, retryAfter: 2) == 60)
        #expect(plan.delay(attempt: 1, chance: 0.5, retryAfter: 1_000_000) == 900)
    }
}
