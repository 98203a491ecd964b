/// What a run is told to do.
public struct RunPlan: Sendable {
    public var seed: UInt64
    public var steps: Int
    public var mutant: Mutant?
    /// Keeps a log of the last occurrences.
    public var isTold = false
    /// Wall clocks of the nodes go another way; disks stay whole.
    public var clockScript: Int?
    /// Kinds of fault that are left out.
    public var without: Set<Fault> = []
    /// Single blows that are left out, by their number in the run.
    public var spared: Set<Int> = []
    /// Folder under which the nodes have real SQLite archives; nil for the store in memory.
    public var scratch: String?

    public init(seed: UInt64, steps: Int, mutant: Mutant? = nil, isTold: Bool = false, clockScript: Int? = nil) {
        self.seed = seed
        self.steps = steps
        self.mutant = mutant
        self.isTold = isTold
        self.clockScript = clockScript
    }
}

/// How bad it is in one run, in thousandths of calls or steps. Differs from run to run: always everything at once would hide
/// what only happens when most things work.
struct Weather {
    var (drop, duplicate, delay, longDelay) = (0, 0, 0, 0)
    var (halfOpen, busy, damage, replyLost) = (0, 0, 0, 0)
    var (killBetween, killAfterCommit) = (0, 0)
    /// Seconds.
    var latency = 1.0
    var actEvery = 40.0
    var faultEvery = 300.0

    init(_ dice: inout Dice) {
        func amount(_ most: Int, _ dice: inout Dice) -> Int { dice.happens(perMille: 400) ? 0 : dice.below(most + 1) }
        drop = amount(80, &dice)
        duplicate = amount(60, &dice)
        delay = amount(60, &dice)
        longDelay = amount(6, &dice)
        halfOpen = amount(30, &dice)
        busy = amount(40, &dice)
        damage = amount(30, &dice)
        replyLost = amount(60, &dice)
        killBetween = amount(4, &dice)
        killAfterCommit = amount(12, &dice)
        latency = dice.seconds(0.05...3)
        actEvery = dice.seconds(5...60)
        faultEvery = dice.seconds(40...600)
    }
}
