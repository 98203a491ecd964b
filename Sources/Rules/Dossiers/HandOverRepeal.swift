/// 调档撤销: two authorities, or one whose disk had gone back, have handed one dossier over without knowing of each other. One of the two
/// counts (`Fold+HandOver`); those who know the other one alone are told so by the lowest authority above all schools concerned.
public struct HandOverRepeal: Sendable, Hashable {
    public var dossier: DossierID
    /// The step that does not count.
    public var handOver: Digest
    /// To which school it went: the pupil is not there.
    public var left: UnitCode
    /// The step that counts, and where the pupil is by it.
    public var counting: Digest
    public var home: UnitCode
    public var by: UnitCode
    /// 1, 2, 3… of one unit about one dossier, across its incarnations; of several about one hand-over the highest counts.
    public var position: Int64
    /// The step that counted does so no more, for its writer's key was revoked say: this one stands again.
    public var isLifted: Bool
    public var at: Int64

    public init(
        dossier: DossierID, handOver: Digest, left: UnitCode, counting: Digest, home: UnitCode, by: UnitCode, position: Int64,
        isLifted: Bool = false, at: Int64
    ) {
        self.dossier = dossier
        self.handOver = handOver
        self.left = left
        self.counting = counting
        self.home = home
        self.by = by
        self.position = position
        self.isLifted = isLifted
        self.at = at
    }
}

extension HandOverRepeal {
    /// Who repeals a hand-over in favour of another: the lowest authority above the schools of both; nil while a path is not known.
    public static func speaker(against lost: Step, for won: Step, in topology: some Topology) -> UnitCode? {
        topology.lowestCommonAuthority(of: won.schoolsOfHandOver + lost.schoolsOfHandOver)
    }

    /// What is to be said of the hand-overs of a dossier that do not count, one word each.
    /// - Parameter facts: all that is known of the dossier here.
    public static func due(_ dossier: Dossier, _ facts: DossierFacts, at: Int64, in topology: some Topology) -> [HandOverRepeal] {
        guard let won = dossier.handOver else { return [] }
        var words: [HandOverRepeal] = []
        for lost in dossier.outrun {
            guard let left = lost.nextHolder, let speaker = speaker(against: lost, for: won, in: topology) else { continue }
            words.append(HandOverRepeal(
                dossier: dossier.id, handOver: lost.hash, left: left, counting: won.hash, home: dossier.home, by: speaker,
                position: next(of: speaker, facts.repeals + words), at: at))
        }
        return words
    }

    /// What a unit takes back: a repeal in favour of a hand-over that is not known any more.
    public static func lifts(by unit: UnitCode, _ facts: DossierFacts, at: Int64) -> [HandOverRepeal] {
        let known = Set(facts.steps.map(\.hash))
        var words: [HandOverRepeal] = []
        for repeal in standing(among: facts.repeals) where repeal.by == unit && !known.contains(repeal.counting) {
            var word = repeal
            (word.isLifted, word.at) = (true, at)
            word.position = next(of: unit, facts.repeals + words)
            words.append(word)
        }
        return words
    }

    private static func next(of unit: UnitCode, _ known: [HandOverRepeal]) -> Int64 {
        1 + (known.filter { $0.by == unit }.map(\.position).max() ?? 0)
    }
}

extension HandOverRepeal {
    private struct About: Hashable {
        let by: UnitCode
        let handOver: Digest
    }

    /// Of each unit the last word about each hand-over, where that is not that it stands again; in a fixed order.
    public static func standing(among all: [HandOverRepeal]) -> [HandOverRepeal] {
        var last: [About: HandOverRepeal] = [:]
        for repeal in all {
            let about = About(by: repeal.by, handOver: repeal.handOver)
            if let other = last[about], (other.position, other.counting) >= (repeal.position, repeal.counting) { continue }
            last[about] = repeal
        }
        return last.values.filter { !$0.isLifted }.sorted { ($0.handOver, $0.by) < ($1.handOver, $1.by) }
    }
}

extension Fold {
    /// Whether an authority above both its schools has said that a hand-over does not count. Of two that were repealed in favour of each
    /// other, by an authority that went back between, neither is: the order of all hand-overs decides then.
    func isRepealed(_ step: Step) -> Bool {
        guard !facts.repeals.isEmpty else { return false }
        let standing = HandOverRepeal.standing(among: facts.repeals)
        return standing.contains { repeal in
            repeal.handOver == step.hash && mayRepeal(repeal.by, step)
                && !standing.contains { $0.handOver == repeal.counting && $0.counting == repeal.handOver }
        }
    }

    private func mayRepeal(_ unit: UnitCode, _ step: Step) -> Bool {
        let tree = handOverTree(step)
        return step.schoolsOfHandOver.allSatisfy { school in
            topology.contains(unit, school) || tree?.contains(unit, school) ?? false
        }
    }

    /// Hand-overs that are valid and do not count, and of which nobody has said so yet.
    /// - Parameter history: what the one that counts has settled.
    func outrun(by arrival: Step?, history: [Step]) -> [Step] {
        guard let arrival else { return [] }
        return facts.steps.filter { step in
            step.kind == .handOver && step.hash != arrival.hash && !history.contains { $0.hash == step.hash } && isAllowed(step) && !isRepealed(step)
        }.sorted { $0.hash < $1.hash }
    }
}
