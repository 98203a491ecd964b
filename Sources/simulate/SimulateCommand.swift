import ArgumentParser
import FoundationEssentials
import Glibc
import Simulation

/// 模拟器:同一颗种子,同一段历史。
@main
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Replication under every fault, by seeds 种子驱动的复制模拟",
        discussion: """
            Examples:
              simulate --seed 1 --seeds 200 --steps 1000
              simulate --seed 42 --seeds 1 --steps 1000 --told
              simulate --mutants --seed 1
            """)

    @Option(help: "First seed.") var seed: UInt64 = 1
    @Option(help: "How many seeds.") var seeds = 200
    @Option(help: "Steps under faults, each seed.") var steps = 1000
    @Option(help: "Seeds at the same time.") var workers = 2
    @Flag(help: "Run the seeded protocol bugs instead; fails if one lives.") var mutants = false
    @Option(help: "Only these bugs, by name.") var mutant: [String] = []
    @Option(help: "With --mutants: this bug and those after it; a hunt that was cut goes on.") var from: String?
    @Flag(help: "Print what occurred in the first failing seed.") var told = false
    @Option(help: "With --told: the first seed, failing or not, under one of the two clock scripts, 1 or 2.") var clock: Int?
    @Flag(inversion: .prefixedNo, help: "Shorten the first failing seed to what it needs.") var shorten = true
    @Flag(help: "One JSON object on standard output.") var json = false

    func run() async throws {
        let watch = Stopwatch()
        if mutants || !mutant.isEmpty || from != nil { try await hunt(watch) } else { try await march(watch) }
    }

    /// Where the runs over real archives have their stores.
    private var scratch: String { FileManager.default.temporaryDirectory.path + "/xueji-simulate-\(getpid())" }

    private func march(_ watch: Stopwatch) async throws {
        if let clock { return tell(SimulationRun.plan(seed: seed, steps: steps, scratch: nil), clock: clock) }
        let result = await Campaign(first: seed, seeds: seeds, steps: steps, scratch: scratch).run(workers: workers)
        var report = CampaignReport(result, self, seconds: watch.seconds)
        if let failure = result.failures.first, shorten {
            let plan = SimulationRun.plan(seed: failure.seed, steps: steps, scratch: scratch)
            report.failures[0].shortened = Shrinking.shorten(plan).map(CampaignReport.Shortened.init)
        }
        print(json ? try report.json : report.text)
        if told, let failure = result.failures.first {
            tell(SimulationRun.plan(seed: failure.seed, steps: steps, scratch: scratch), clock: nil)
        }
        if !result.isGood { throw ExitCode(1) }
    }

    private func tell(_ plan: RunPlan, clock: Int?) {
        var plan = plan
        (plan.isTold, plan.clockScript) = (true, clock)
        for line in SimulationRun.run(plan).log { print(line) }
    }

    /// The bugs to hunt, in the order of their list.
    private var chosen: [Mutant] {
        get throws {
            let named = try mutant.map(Self.mutant)
            guard let from else { return named.isEmpty ? Mutant.allCases : named }
            let start = try Self.mutant(from)
            return Array(Mutant.allCases.drop { $0 != start })
        }
    }

    private static func mutant(_ name: String) throws -> Mutant {
        guard let mutant = Mutant(rawValue: name) else { throw ValidationError("There is no mutant \(name).") }
        return mutant
    }

    private func hunt(_ watch: Stopwatch) async throws {
        let verdicts = await MutantHunt.huntAll(
            try chosen, first: seed, limit: mutant.isEmpty || seeds == 200 ? 1000 : seeds, steps: steps, workers: workers) {
            // Each at once, so that a hunt that is cut has told what it found.
            let line = "\($0.isKilled ? "killed" : "LIVES ") \($0.mutant.rawValue) after \($0.seeds) seeds by \($0.check?.rawValue ?? "-"), "
                + "\(Int(watch.seconds)) s since the start\n"
            _ = Array(line.utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
        let report = MutantReport(verdicts)
        print(json ? try report.json : report.text)
        if told, let verdict = verdicts.first, let found = verdict.seed, let short = Shrinking.shorten(
            RunPlan(seed: found, steps: steps, mutant: verdict.mutant)) {
            print("\(verdict.mutant.rawValue), seed \(found), \(verdict.check?.rawValue ?? ""): \(verdict.text ?? "")")
            print(CampaignReport.Shortened(short).text)
        }
        if verdicts.contains(where: { !$0.isKilled }) { throw ExitCode(1) }
    }
}
