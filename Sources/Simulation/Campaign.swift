import Synchronization

/// Who takes which seed.
private final class Turn: Sendable {
    private let taken = Mutex(0)

    func next() -> Int {
        taken.withLock { taken in
            defer { taken += 1 }
            return taken
        }
    }
}

/// Many seeds, on all cores.
public struct Campaign: Sendable {
    public var first: UInt64
    public var seeds: Int
    public var steps: Int

    /// Folder for real archives, where every fiftieth seed has them; nil for none.
    public var scratch: String?

    public init(first: UInt64, seeds: Int, steps: Int, scratch: String? = nil) {
        self.scratch = scratch
        self.first = first
        self.seeds = seeds
        self.steps = steps
    }

    public struct Failure: Sendable {
        public var seed: UInt64
        public var step: Int
        public var check: Check
        public var text: String
    }

    public struct Result: Sendable {
        /// A campaign of fewer seeds reports what is rare and does not fail for it.
        public static let enough = 1000

        public init() {}

        public var failures: [Failure] = []
        public var checks: [Check: Int] = [:]
        public var seeds = 0
        /// Of them, those over real archives.
        public var realSeeds = 0
        public var recoveries: [Recovery: Int] = [:]
        /// In how many seeds what a row of the table of recoveries promises came about.
        public var seedsWithRecovery: [Recovery: Int] = [:]
        public var faults: [Fault: Int] = [:]
        /// In how many seeds a fault occurred.
        public var seedsWithFault: [Fault: Int] = [:]
        public var steps = 0
        public var envelopes = 0
        public var dossiers = 0
        public var rollChanges = 0
        public var applications = 0
        public var transfers = 0
        public var numbers = 0
        /// Over all seeds in order.
        public var traceHash = ""

        /// Faults and recoveries that fewer than one per cent of the seeds had, and checks that never judged: what was hardly
        /// tried has not been shown.
        public var rare: [String] {
            Fault.allCases.filter { (seedsWithFault[$0] ?? 0) * 100 < seeds }.map { "fault \($0.rawValue)" }
                + Recovery.allCases.filter { (seedsWithRecovery[$0] ?? 0) * 100 < seeds }.map { "recovery \($0.rawValue)" }
                + Check.allCases.filter { (checks[$0] ?? 0) == 0 }.map { "check \($0.rawValue)" }
                + (realSeeds * 100 < seeds ? ["runs over real archives"] : [])
        }

        public var isGood: Bool { failures.isEmpty && (seeds < Self.enough || rare.isEmpty) }
    }

    /// - Parameter workers: seeds run at the same time.
    public func run(workers: Int) async -> Result {
        let turn = Turn()
        let count = seeds
        let tallies = await withTaskGroup(of: [(Int, Tally)].self) { group in
            for _ in 0..<max(workers, 1) {
                group.addTask {
                    var done: [(Int, Tally)] = []
                    while true {
                        let index = turn.next()
                        guard index < count else { return done }
                        done.append((index, SimulationRun.judge(
                            SimulationRun.plan(seed: first + UInt64(index), steps: steps, scratch: scratch))))
                    }
                }
            }
            var all: [(Int, Tally)] = []
            for await part in group { all += part }
            return all.sorted { $0.0 < $1.0 }
        }
        return Self.sum(tallies.map(\.1), first: first)
    }

    private static func sum(_ tallies: [Tally], first: UInt64) -> Result {
        var result = Result()
        var trail = Trail()
        for (index, tally) in tallies.enumerated() {
            if let failure = tally.failure {
                result.failures.append(Failure(
                    seed: first + UInt64(index), step: failure.step, check: failure.check, text: failure.text))
            }
            result.checks.merge(tally.checks, uniquingKeysWith: +)
            result.faults.merge(tally.faults, uniquingKeysWith: +)
            result.seeds += 1
            if tally.isReal { result.realSeeds += 1 }
            result.recoveries.merge(tally.recoveries, uniquingKeysWith: +)
            for recovery in tally.recoveries.keys { result.seedsWithRecovery[recovery, default: 0] += 1 }
            for fault in tally.faults.keys { result.seedsWithFault[fault, default: 0] += 1 }
            result.steps += tally.steps
            result.envelopes += tally.envelopes
            result.dossiers += tally.dossiers
            result.rollChanges += tally.rollChanges
            result.applications += tally.applications
            result.transfers += tally.transfers
            result.numbers += tally.numbers
            trail.add(number: tally.trace)
        }
        result.traceHash = trail.hex
        return result
    }
}

/// Which seeds pass where no bug is put in: asked for every mutant, and run once.
private final class SoundSeeds: Sendable {
    private let steps: Int
    private let known = Mutex<[UInt64: Bool]>([:])

    init(steps: Int) { self.steps = steps }

    func contains(_ seed: UInt64) -> Bool {
        if let known = known.withLock({ $0[seed] }) { return known }
        let isSound = SimulationRun.judge(RunPlan(seed: seed, steps: steps)).failure == nil
        known.withLock { $0[seed] = isSound }
        return isSound
    }
}

/// Whether the checkers find the bugs that were put in.
public enum MutantHunt {
    public struct Verdict: Sendable {
        public var mutant: Mutant
        /// Seeds tried until it was found, or all.
        public var seeds: Int
        public var seed: UInt64?
        public var check: Check?
        public var text: String?
        public var isKilled: Bool { check != nil }
    }

    /// Tries seeds until a checker fails; at most so many.
    public static func hunt(_ mutant: Mutant, first: UInt64, limit: Int, steps: Int) -> Verdict {
        hunt(mutant, first: first, limit: limit, steps: steps, sound: SoundSeeds(steps: steps))
    }

    private static func hunt(_ mutant: Mutant, first: UInt64, limit: Int, steps: Int, sound: SoundSeeds) -> Verdict {
        for index in 0..<limit {
            let seed = first + UInt64(index)
            let tally = SimulationRun.judge(RunPlan(seed: seed, steps: steps, mutant: mutant))
            if let failure = tally.failure {
                guard sound.contains(seed) else { continue }
                return Verdict(mutant: mutant, seeds: index + 1, seed: seed, check: failure.check, text: failure.text)
            }
        }
        return Verdict(mutant: mutant, seeds: limit, seed: nil, check: nil, text: nil)
    }

    /// All mutants, several at a time, in their own order.
    /// - Parameter heard: told of each as soon as it is known.
    public static func huntAll(
        _ mutants: [Mutant] = Mutant.allCases, first: UInt64, limit: Int, steps: Int, workers: Int,
        heard: @escaping @Sendable (Verdict) -> Void = { _ in }
    ) async -> [Verdict] {
        let (turn, sound) = (Turn(), SoundSeeds(steps: steps))
        return await withTaskGroup(of: [Verdict].self) { group in
            for _ in 0..<max(workers, 1) {
                group.addTask {
                    var done: [Verdict] = []
                    while true {
                        let index = turn.next()
                        guard index < mutants.count else { return done }
                        let verdict = hunt(mutants[index], first: first, limit: limit, steps: steps, sound: sound)
                        heard(verdict)
                        done.append(verdict)
                    }
                }
            }
            var all: [Verdict] = []
            for await part in group { all += part }
            let order = Dictionary(uniqueKeysWithValues: mutants.enumerated().map { ($0.element, $0.offset) })
            return all.sorted { (order[$0.mutant] ?? 0) < (order[$1.mutant] ?? 0) }
        }
    }
}
