import FoundationEssentials
import Simulation
import Testing

@Suite("A tree of nodes keeps its promises under every fault")
struct CampaignTests {
    /// One at a time: a run never yields, and with every thread of a small machine taken the other tests' clocks run out. The two
    /// hundred seeds are a step of `deploy/test`.
    @Test func `Fifty seeds break no promise, over the model and over real archives`() async {
        let scratch = FileManager.default.temporaryDirectory.path + "/xueji-simulation-tests"
        let result = await Campaign(first: 1, seeds: 50, steps: 150, scratch: scratch).run(workers: 1)
        for failure in result.failures { Issue.record("seed \(failure.seed) step \(failure.step) \(failure.check): \(failure.text)") }
        #expect(result.dossiers > 100)
        #expect(result.realSeeds == 1)
        #expect(result.faults.count > 25, "\(result.faults)")
        // A transfer passes some ten hands, and who is asked for has a number: in so few steps hardly one comes to its end.
        let seldom: Set<Check> = [.determinism, .clocksDoNotMatter, .oneNumberOnePerson, .transfersEnd, .questionsEnd]
        for check in Check.allCases where !seldom.contains(check) {
            #expect((result.checks[check] ?? 0) > 0, "\(check) never judged")
        }
    }

    @Test func `The same seeds leave the same trace, whatever the number of workers`() async {
        let campaign = Campaign(first: 500, seeds: 4, steps: 200)
        let (one, two) = (await campaign.run(workers: 1), await campaign.run(workers: 2))
        #expect(one.traceHash == two.traceHash)
        #expect(await Campaign(first: 501, seeds: 4, steps: 200).run(workers: 1).traceHash != one.traceHash)
    }

    @Test func `What occurred in fewer than one per cent of a thousand seeds fails the campaign`() {
        var result = Campaign.Result()
        result.seeds = 1000
        result.realSeeds = 10
        for fault in Fault.allCases { result.seedsWithFault[fault] = 10 }
        for recovery in Recovery.allCases { result.seedsWithRecovery[recovery] = 10 }
        for check in Check.allCases { result.checks[check] = 1 }
        #expect(result.isGood)
        result.seedsWithFault[.clone] = 9
        #expect(result.rare == ["fault clone"])
        #expect(!result.isGood)
        result.seeds = 900
        result.seedsWithFault[.clone] = 8
        #expect(result.isGood, "a short campaign reports what is rare and does not fail for it")
        #expect(result.rare == ["fault clone"])
    }
}
