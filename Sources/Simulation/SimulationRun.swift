/// One seed, from the first day to the judgement.
public enum SimulationRun {
    /// Runs a plan; the same plan gives the same tally.
    public static func run(_ plan: RunPlan) -> Tally {
        let world = World(plan)
        world.run()
        world.close()
        return world.tally
    }

    /// Every so many seeds one stands on real archives, for fewer steps.
    static let realEvery: UInt64 = 50
    static let realSteps = 300

    /// The plan of a seed of a campaign.
    /// - Parameter scratch: a folder for real archives; nil for none.
    public static func plan(seed: UInt64, steps: Int, scratch: String?) -> RunPlan {
        var plan = RunPlan(seed: seed, steps: steps)
        guard let scratch, seed % realEvery == 3 else { return plan }
        plan.steps = min(steps, realSteps)
        plan.scratch = "\(scratch)/\(seed)"
        return plan
    }

    /// A run with what belongs to it: some seeds twice for determinism, some under another clock.
    public static func judge(_ plan: RunPlan) -> Tally {
        var tally = run(plan)
        guard tally.failure == nil else { return tally }
        if plan.seed % 50 == 1 {
            // Side by side in memory, so that nothing may hang on where things are.
            let world = World(plan)
            world.run()
            let again = withExtendedLifetime(world) { run(plan) }
            tally.judge(.determinism, again.trace == tally.trace, step: tally.steps, "the same seed went another way")
        }
        if plan.seed % 50 == 2 {
            var (one, other) = (plan, plan)
            (one.clockScript, other.clockScript) = (1, 2)
            let (first, second) = (run(one), run(other))
            tally.judge(.clocksDoNotMatter, first.face == second.face, step: tally.steps, "other clocks, other states")
        }
        return tally
    }
}
