/// Makes a failing run shorter: fewer steps, fewer kinds of fault, fewer blows, as long as the same check still fails.
public enum Shrinking {
    public struct Result: Sendable {
        public var plan: RunPlan
        public var tally: Tally
        /// Runs that it took.
        public var runs: Int
        /// Blows of the first run, and those that are left.
        public var before: Int
        /// What still befalls the shortened run, in order.
        public var left: [Tally.Blow]
    }

    /// - Parameter limit: runs at most.
    /// - Returns: nil when the plan does not fail.
    public static func shorten(_ plan: RunPlan, limit: Int = 250) -> Result? {
        let first = SimulationRun.judge(plan)
        guard let failure = first.failure else { return nil }
        var search = Search(plan: plan, tally: first, check: failure.check, limit: limit)
        search.cutSteps()
        search.dropKinds()
        search.dropBlows()
        search.cutSteps()
        let left = search.tally.blows.enumerated().filter { !search.plan.spared.contains($0.offset) && !search.plan.without.contains($0.element.fault) }
        return Result(plan: search.plan, tally: search.tally, runs: search.runs, before: first.blows.count, left: left.map(\.element))
    }

    private struct Search {
        var plan: RunPlan
        var tally: Tally
        let check: Check
        let limit: Int
        var runs = 0

        init(plan: RunPlan, tally: Tally, check: Check, limit: Int) {
            self.plan = plan
            self.tally = tally
            self.check = check
            self.limit = limit
        }

        private mutating func accepts(_ other: RunPlan) -> Bool {
            guard runs < limit else { return false }
            runs += 1
            let result = SimulationRun.judge(other)
            guard result.failure?.check == check else { return false }
            plan = other
            tally = result
            return true
        }

        mutating func cutSteps() {
            if let step = tally.failure?.step, step < plan.steps { _ = tries { $0.steps = step } }
            var cut = plan.steps / 2
            while cut > 10 {
                if !tries({ $0.steps -= cut }) { cut /= 2 }
                cut = min(cut, plan.steps / 2)
            }
        }

        mutating func dropKinds() {
            for fault in Fault.allCases where tally.blows.contains(where: { $0.fault == fault }) {
                _ = tries { $0.without.insert(fault) }
            }
        }

        /// Ever smaller runs of blows are left out.
        mutating func dropBlows() {
            var size = max(open.count / 2, 1)
            while runs < limit {
                var place = 0
                while place < open.count, runs < limit {
                    let part = Array(open[place..<min(place + size, open.count)])
                    if !tries({ $0.spared.formUnion(part) }) { place += size }
                }
                if size == 1 { return }
                size /= 2
            }
        }

        /// Numbers of the blows that are not left out yet.
        private var open: [Int] {
            tally.blows.indices.filter { !plan.spared.contains($0) && !plan.without.contains(tally.blows[$0].fault) }
        }

        private mutating func tries(_ change: (inout RunPlan) -> Void) -> Bool {
            var other = plan
            change(&other)
            return accepts(other)
        }
    }
}
