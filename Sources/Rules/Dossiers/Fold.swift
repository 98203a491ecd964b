/// State is `fold(steps, supplements, words)`: a pure function of a *set* of signed facts. No arrival order, no clock.
///
/// The hand-over that counts is a new beginning: what stands before it is history, and state follows from what it carries and
/// what came after. So a node that never had the history has the same state (`Fold+HandOver`).
public struct Fold<T: Topology> {
    let topology: T
    let facts: DossierFacts
    let children: [Digest?: [Step]]
    private let settled: Set<Digest>

    /// Folds the facts of one dossier.
    /// - Parameter sufficient: the tier whose verdict lets a school go on, by policy of its province.
    /// - Returns: nil when not even one step is known.
    public static func dossier(
        _ id: DossierID, _ facts: DossierFacts, topology: T, sufficient: Tier = .centre
    ) -> Dossier? {
        guard !facts.steps.isEmpty else { return nil }
        return Fold(facts, topology).dossier(id, sufficient: sufficient)
    }

    private init(_ facts: DossierFacts, _ topology: T) {
        self.facts = facts
        self.topology = topology
        children = Dictionary(grouping: facts.steps, by: \.previous)
        settled = Set(facts.numbers.map(\.cites))
            .union(facts.steps.filter(\.isSettledDeletion).map(\.hash))
    }

    // MARK: The chain

    struct Position {
        var stand = Stand.none
        var holder: UnitCode?
        var home: UnitCode?
        /// In a case: where the dossier stands again after it.
        var rest: Stand?
        /// Whom the case is about besides.
        var parties: [CaseParty] = []
        /// Whether the step that led here was taken in the holder's stead (强制干预).
        var isOverride = false
        var roll = RollStanding()
        /// Before a death was registered: where a correction leads back to. Nil after a hand-over.
        var rollBefore: RollStanding?
        /// The roll change that the case asks for.
        var change: RollChange?
    }

    private func dossier(_ id: DossierID, sufficient: Tier) -> Dossier {
        let arrival = countingHandOver()
        var position = arrival.map { self.position(after: $0) } ?? Position()
        var chain = arrival.map { [$0] } ?? []
        var previous = arrival?.hash
        var overrides: Set<Digest> = []
        // Of one whose hand-overs were repealed the pupil is elsewhere, whatever is known here of before.
        let isElsewhere = arrival == nil && !facts.repeals.isEmpty && facts.steps.contains(where: isAllowed)
        while !isElsewhere, let (step, next) = choose(after: previous, at: position) {
            chain.append(step)
            if next.isOverride { overrides.insert(step.hash) }
            position = next
            previous = step.hash
        }
        let home = position.home ?? facts.steps.map(\.by).min() ?? .centre
        let words = self.words(after: arrival, home: home)
        var dossier = Dossier(
            id: id, home: home, chain: chain, void: [], parked: [], stand: position.stand,
            holder: Self.holder(at: position, in: topology), record: record(of: chain, home: home),
            keyDigest: chain.last { $0.keyDigest != nil }?.keyDigest, verdicts: [], rulings: words.rulings.counting,
            provisionalNumber: chain.last { $0.provisionalNumber != nil }?.provisionalNumber,
            formalNumber: number(words, cited: Set(chain.map(\.hash) + (arrival?.archive?.words.numbers.map(\.cites) ?? []))),
            identityAnswer: nil, problems: [], state: .draft, openCase: openCase(at: position, chain))
        apply(words, to: &dossier, sufficient: sufficient)
        dossier.requests = facts.requests.sorted { ($0.at, $0.by, $0.position, $0.text) < ($1.at, $1.by, $1.position, $1.text) }
        dossier.overrides = overrides
        dossier.roll = position.roll
        dossier.overrideRequest = facts.overrideRequests.filter { $0.by == home && $0.head == dossier.head }
            .max { ($0.position, $0.at, $0.reason) < ($1.position, $1.at, $1.reason) }
        let history = arrival.map { self.history(before: $0) } ?? []
        dossier.chain = history + chain
        dossier.outrun = outrun(by: arrival, history: history)
        // Most dossiers are one chain and nothing else.
        if arrival == nil, chain.count == facts.steps.count { return dossier }
        let reachable = reachableSteps()
        dossier.void = reachable.subtracting(dossier.chain.map(\.hash))
        dossier.voidReasons = reasons(of: dossier.void, beside: chain, history: Set(history.map(\.hash)))
        dossier.parked = Set(facts.steps.map(\.hash)).subtracting(reachable)
        return dossier
    }

    /// The position after a step, nil when pen or table does not allow it. Judged by the record of the home school that the
    /// writer applied: what the former authority did before a move stands.
    func advance(_ step: Step, from position: Position) -> Position? {
        guard step.kind != .handOver, let table = Workflow.registration(version: step.workflow) else { return nil }
        for row in table.rows where row.from == position.stand && row.step == step.kind {
            if let next = advance(step, by: row, from: position) { return next }
        }
        return nil
    }

    private func advance(_ step: Step, by row: Transition, from position: Position) -> Position? {
        let home = position.home ?? step.by
        guard row.effects.contains(.opensCase) == (step.opening != nil),
              let record = topology.unit(home, version: step.topology) else { return nil }
        var next = Position(
            stand: row.to, holder: step.nextHolder, home: home, rest: position.rest, parties: step.opening?.parties ?? position.parties,
            isOverride: row.effects.contains(.override))
        guard let tree = tree(record, next.parties), let roll = position.roll(after: step, by: row) else { return nil }
        (next.roll, next.change) = roll
        next.rollBefore = position.roll.status.isTerminal ? position.rollBefore : position.roll
        let holder = Self.holder(at: position, in: tree)
        if position.stand != .none {
            guard step.by == holder || row.needsNoPen else { return nil }
        } else if topology.unit(step.by).map({ !TierRights.may($0.tier, .keepPupils) }) ?? true {
            return nil
        }
        let parties = next.parties.map(\.home)
        guard Workflow.isTaker(step.by, of: row, home: home, holder: holder, parties: parties, in: tree),
              Workflow.resolve(row.holder, home: home, holder: holder, parties: parties, in: tree) == step.nextHolder
        else { return nil }
        next.takeCase(from: position)
        return next
    }

    /// Who has the pen. The record that moves a school passes on each pen that an authority left behind holds: to the one
    /// that is competent now.
    private static func holder(at position: Position, in topology: some Topology) -> UnitCode? {
        guard let holder = position.holder, let home = position.home, let school = topology.unit(home),
              !topology.contains(holder, home) else { return position.holder }
        return school.competent
    }

    /// The canonical one among the allowed next steps; see "Override" in the architecture for the order.
    private func choose(after previous: Digest?, at position: Position) -> (Step, Position)? {
        let allowed = (children[previous] ?? []).compactMap { step in
            advance(step, from: position).map { (step, $0) }
        }
        guard allowed.count > 1 else { return allowed.first }
        return allowed.min { rank($0.0, next: $0.1) < rank($1.0, next: $1.1) }
    }

    /// Smaller ranks win: settled branch (higher settling tier first), higher tier of the step, built upon by another
    /// unit, smaller hash.
    func rank(_ step: Step, next: Position) -> Rank {
        Rank(
            settlingTier: -settlingTier(from: step, at: next),
            tier: -(topology.tier(of: step.by)?.rank ?? -1),
            builtUpon: (children[step.hash] ?? []).contains { $0.by != step.by && advance($0, from: next) != nil } ? 0 : 1,
            hash: step.hash)
    }

    struct Rank: Comparable {
        let settlingTier: Int
        let tier: Int
        let builtUpon: Int
        let hash: Digest

        static func < (lhs: Rank, rhs: Rank) -> Bool {
            (lhs.settlingTier, lhs.tier, lhs.builtUpon, lhs.hash) < (rhs.settlingTier, rhs.tier, rhs.builtUpon, rhs.hash)
        }
    }

    /// The highest tier rank of a settled, allowed step on the branch that starts with `step`; -1 when there is none.
    private func settlingTier(from step: Step, at next: Position) -> Int {
        var best = settled.contains(step.hash) ? settlerRank(step) : -1
        for child in children[step.hash] ?? [] {
            if let after = advance(child, from: next) { best = max(best, settlingTier(from: child, at: after)) }
        }
        return best
    }

    /// A formal number is the centre's word, so a step it cites is settled at the centre's tier.
    private func settlerRank(_ step: Step) -> Int {
        facts.numbers.contains { $0.cites == step.hash } ? Tier.centre.rank : topology.tier(of: step.by)?.rank ?? 0
    }

    private func reachableSteps() -> Set<Digest> {
        var reached = Set(facts.steps.filter(isAllowed).map(\.hash))
        var waiting: [Digest?] = [nil] + reached.map { $0 }
        while let previous = waiting.popLast() {
            for step in children[previous] ?? [] where reached.insert(step.hash).inserted { waiting.append(step.hash) }
        }
        return reached
    }

    // MARK: Record and words

    private func record(of chain: [Step], home: UnitCode) -> StudentRecord {
        var record = Dossier.record(of: chain)
        let before = chain.first?.archive?.supplement ?? 0
        let counting = facts.supplements.filter { $0.by == home && $0.number > before }
            .max { ($0.number, Self.text($0)) < ($1.number, Self.text($1)) }
        let decided = fieldsDecided(chain, since: counting?.number ?? 0)
        for (field, value) in counting?.changes ?? [:] where !StudentField.key.contains(field) && !decided.contains(field) {
            record[field] = value
        }
        return record
    }

    /// Two supplements of one number are a writer's that ran twice or went back: the set still decides, not the order of arrival.
    private static func text(_ supplement: Supplement) -> String {
        supplement.changes.sorted { $0.key < $1.key }.map { "\($0.key.rawValue)=\($0.value)" }.joined(separator: "\n")
    }

    /// A number whose cited step is not on the chain would be a defect elsewhere; such a number stays shown.
    private func number(_ words: DossierWords, cited: Set<Digest>) -> String? {
        words.numbers.min { (cited.contains($0.cites) ? 0 : 1, $0.number) < (cited.contains($1.cites) ? 0 : 1, $1.number) }?.number
    }

    private func apply(_ words: DossierWords, to dossier: inout Dossier, sufficient: Tier) {
        dossier.verdicts = words.newestVerdicts(about: dossier.keyDigest)
        if let open = dossier.openCase, open.checked != nil {
            dossier.proposalVerdicts = words.newestVerdicts(about: open.opening.proposalDigest)
        }
        dossier.identityAnswer = words.answers.filter { $0.keyDigest == dossier.keyDigest }
            .max { $0.position < $1.position }?.answer
        var problems = Set((dossier.verdicts + dossier.proposalVerdicts).flatMap { dossier.openProblems(of: $0) })
        if dossier.record.hasResidentID, !ResidentIDNumber.isWellFormed(dossier.record.idNumber) {
            problems.insert(DuplicateKind.idInvalid.rawValue)
        }
        if dossier.isDisowned { problems.insert(DuplicateKind.idInvalid.rawValue) }
        dossier.problems = dossier.stand == .deleted ? [] : problems.sorted()
        dossier.state = state(of: dossier, sufficient: sufficient)
    }

    private func state(of dossier: Dossier, sufficient: Tier) -> RegistrationState {
        switch dossier.openCase?.rest ?? dossier.stand {
        case .none, .asBefore: .draft
        case .entered:
            if !dossier.problems.isEmpty { .problem }
            else if dossier.isClean(atLeast: sufficient) { .clean }
            else { .unchecked }
        case .reviewed: .reviewed
        case .submitted: .submitted
        case .returned: .returned
        case .enrolled: .enrolled
        case .deletionRequested: .deletionRequested
        case .deletionConfirmed: .deletionConfirmed
        case .deleted: .deleted
        // A case is no state of its own: its dossier shows where it stood.
        case .transferAccepted, .transferCleared: .enrolled
        case .evidencePrepared, .evidenceSubmitted, .changePrepared, .changeSubmitted, .problemDeletionRequested, .keyChangePrepared,
             .keyChangeSubmitted, .rollChangePrepared, .rollChangeSubmitted: .problem
        }
    }
}
