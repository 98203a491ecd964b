import Simulation
import Testing

@Suite("A tree of nodes keeps its promises under every fault")
struct CampaignTests {
    @Test func `Forty seeds of three hundred steps break no promise`() async {
        let result = await Campaign(first: 1, seeds: 40, steps: 300).run(workers: 2)
        for failure in result.failures { Issue.record("seed \(failure.seed) step \(failure.step) \(failure.check): \(failure.text)") }
        #expect(result.dossiers > 100)
        #expect(result.faults.count > 20, "\(result.faults)")
        let seldom: Set<Check> = [.determinism, .clocksDoNotMatter, .oneNumberOnePerson]
        for check in Check.allCases where !seldom.contains(check) {
            #expect((result.checks[check] ?? 0) > 0, "\(check) never judged")
        }
    }

    @Test func `The same seeds leave the same trace, whatever the number of workers`() async {
        let campaign = Campaign(first: 500, seeds: 6, steps: 300)
        let (one, two) = (await campaign.run(workers: 1), await campaign.run(workers: 3))
        #expect(one.traceHash == two.traceHash)
        #expect(await Campaign(first: 501, seeds: 6, steps: 300).run(workers: 2).traceHash != one.traceHash)
    }
}
