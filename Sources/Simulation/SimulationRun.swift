/// One seed, from the first day to the judgement.
public enum SimulationRun {
    /// Runs a plan; the same plan gives the same tally.
    public static func run(_ plan: RunPlan) -> Tally {
        let world = World(plan)
        world.run()
        return world.tally
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
