/// Hand-overs in the fold. Whether one counts follows from it and the directory alone, never from what stands before it: a node
/// of the new home does not have that, and must come to the same state as one that has it all.
extension Fold {
    /// The hand-over that counts: the one with the longest chain before it, then of the higher tier, then the one on which another
    /// unit has built, then the smaller hash. It settles itself and all before it.
    func countingHandOver() -> Step? {
        let all = facts.steps.filter { isAllowed($0) && !isRepealed($0) }
        guard all.count > 1 else { return all.first }
        return all.min { precedence($0) < precedence($1) }
    }

    private func precedence(_ step: Step) -> Precedence {
        let next = position(after: step)
        return Precedence(
            length: -(step.archive?.length ?? 0), tier: -(topology.tier(of: step.by)?.rank ?? -1),
            builtUpon: (children[step.hash] ?? []).contains { $0.by != step.by && advance($0, from: next) != nil } ? 0 : 1,
            hash: step.hash)
    }

    private struct Precedence: Comparable {
        let length: Int
        let tier: Int
        let builtUpon: Int
        let hash: Digest

        static func < (lhs: Precedence, rhs: Precedence) -> Bool {
            (lhs.length, lhs.tier, lhs.builtUpon, lhs.hash) < (rhs.length, rhs.tier, rhs.builtUpon, rhs.hash)
        }
    }

    func position(after handOver: Step) -> Position {
        Position(
            stand: handOver.archive?.stand ?? .none, holder: handOver.nextHolder, home: handOver.nextHolder,
            roll: handOver.archive?.roll ?? RollStanding())
    }

    /// Judged by the records of both homes that the writer applied.
    func isAllowed(_ step: Step) -> Bool {
        guard step.kind == .handOver, let archive = step.archive, let receiving = step.nextHolder, receiving != archive.from,
              step.record != nil, let table = Workflow.registration(version: step.workflow),
              let row = table.row(.handOver, from: archive.stand), let tree = handOverTree(step) else { return false }
        let schools = [archive.from, receiving].compactMap { tree.unit($0) }
        guard schools.count == 2, schools.allSatisfy({ TierRights.may($0.tier, .keepPupils) }) else { return false }
        func resolved(_ role: Role) -> UnitCode? {
            Workflow.resolve(role, home: archive.from, holder: archive.from, receiving: receiving, in: tree)
        }
        return resolved(row.by) == step.by && resolved(row.holder) == receiving && row.to == archive.stand
    }

    /// The tree as it was for both homes; nil while a record that the step names has not come.
    func handOverTree(_ step: Step) -> TopologyOfRecord<TopologyOfRecord<T>>? {
        guard let archive = step.archive, let receiving = step.nextHolder,
              let old = topology.unit(archive.from, version: step.topology),
              let new = topology.unit(receiving, version: archive.topology) else { return nil }
        return TopologyOfRecord(TopologyOfRecord(topology, old), new)
    }

    /// What is known here of the steps that a hand-over has settled, first step first.
    func history(before handOver: Step) -> [Step] {
        let known = Dictionary(facts.steps.map { ($0.hash, $0) }, uniquingKeysWith: { one, _ in one })
        var history: [Step] = []
        var next = handOver.previous
        while let hash = next, let step = known[hash] {
            history.append(step)
            next = step.previous
        }
        return history.reversed()
    }

    /// The words that count: after a hand-over also those it lists, and no verdict of an authority that does not stand above the
    /// new home, for that one's words do not reach it. Without one those of all authorities that stand above the home, or did.
    func words(after arrival: Step?, home: UnitCode) -> DossierWords {
        guard let arrival, let archive = arrival.archive else {
            var words = facts.words
            words.verdicts.removeAll { !hasStoodAbove($0.by, home) }
            return words
        }
        let tree = handOverTree(arrival)
        var words = facts.words + archive.words
        words.verdicts.removeAll { verdict in
            !topology.contains(verdict.by, home) && !(tree?.contains(verdict.by, home) ?? false)
        }
        return words
    }

    /// By the present record of the home or one before it.
    private func hasStoodAbove(_ authority: UnitCode, _ home: UnitCode) -> Bool {
        if topology.contains(authority, home) { return true }
        guard let present = topology.unit(home), present.version > 1 else { return false }
        return (1..<present.version).contains { version in
            topology.unit(home, version: version).map { TopologyOfRecord(topology, $0).contains(authority, home) } ?? false
        }
    }
}
