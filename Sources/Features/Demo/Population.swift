import Rules

/// Synthetic pupils with known truth: what comes out of a demo, a benchmark or a test can be held against it.
///
/// No real person is in it, and the same seed and plan give the same rows on every machine. Telephone numbers have a
/// prefix that no operator has; resident ID numbers have right check digits unless a wrong one is planted.
public struct Population: Sendable {
    public let seed: UInt64
    public let plan: PopulationPlan
    /// By school in the order of the plan, mixed within each; the serial of `pupils[i]` is `i + 1`.
    public let pupils: [PopulationPupil]

    /// - Throws: when the plan leaves no room for what is to be planted.
    public init(seed: UInt64, plan: PopulationPlan) throws(PopulationError) {
        self.seed = seed
        self.plan = plan
        var planting = PopulationPlanting(seed: seed, plan: plan)
        pupils = try planting.pupils()
    }

    public func pupils(of schoolCode: String) -> [PopulationPupil] {
        pupils.filter { plan.schools[$0.school].code == schoolCode }
    }

    /// The rows of a school's workbook, made on demand.
    public func rows(of schoolCode: String) -> [PopulationRow] {
        pupils(of: schoolCode).map(row)
    }

    public func row(of pupil: PopulationPupil) -> PopulationRow {
        PopulationRow(pupil, of: self)
    }

    public func totals(provinceSuffices: Bool = false) -> PopulationTotals {
        var totals = PopulationTotals()
        for pupil in pupils { totals.count(pupil.truth, provinceSuffices: provinceSuffices) }
        return totals
    }
}

/// What must come of a population, in numbers.
public struct PopulationTotals: Sendable, Hashable {
    public var rows = 0
    public var accepted = 0
    public var refused = 0
    /// Accepted and without a problem.
    public var clean = 0
    public var problems = 0
    /// Pupils under a suspicion, problem or not.
    public var suspicions = 0
    public var provisionalOnly = 0
    public var formalWithID = 0
    public var formalWithoutID = 0

    public init() {}

    mutating func count(_ truth: PupilTruth, provinceSuffices: Bool) {
        rows += 1
        if truth.isAccepted { accepted += 1 } else { refused += 1 }
        if truth.isProblem { problems += 1 }
        if truth.isClean { clean += 1 }
        if truth.kinds.contains(.nsdCross) { suspicions += 1 }
        switch truth.number(provinceSuffices: provinceSuffices) {
        case .none: break
        case .provisional: provisionalOnly += 1
        case .formalWithID: formalWithID += 1
        case .formalWithoutID: formalWithoutID += 1
        }
    }
}
