/// Why steps do not count. Said beside the state: nothing follows from it.
extension Fold {
    /// - Parameters:
    ///   - chain: the steps that count, from the hand-over that counts or the first one.
    ///   - history: hashes of the steps that a hand-over has settled.
    func reasons(of void: Set<Digest>, beside chain: [Step], history: Set<Digest>) -> [Digest: VoidReason] {
        guard !void.isEmpty else { return [:] }
        var reasons: [Digest: VoidReason] = [:]
        var position = chain.first { $0.archive != nil }.map { self.position(after: $0) } ?? Position()
        var previous = chain.first { $0.archive != nil }?.hash
        for step in chain where step.archive == nil {
            for other in children[previous] ?? [] where void.contains(other.hash) {
                reasons[other.hash] = reason(against: other, for: step, at: position)
            }
            if let next = advance(step, from: position) { position = next }
            previous = step.hash
        }
        for hash in void where reasons[hash] == nil {
            let step = facts.steps.first { $0.hash == hash }
            if let before = step?.previous, void.contains(before) { reasons[hash] = .afterVoid }
            else if step?.previous.map(history.contains) ?? (chain.first?.archive != nil) { reasons[hash] = .handedOver }
            else { reasons[hash] = .notAllowed }
        }
        return reasons
    }

    private func reason(against other: Step, for step: Step, at position: Position) -> VoidReason {
        guard let lost = advance(other, from: position), let won = advance(step, from: position) else { return .notAllowed }
        // The people concerned are told of the override, also where a number rests on it by now.
        if won.isOverride, !lost.isOverride { return .overridden(step.by) }
        let (mine, theirs) = (rank(other, next: lost), rank(step, next: won))
        if mine.settlingTier != theirs.settlingTier { return .settled(step.by) }
        if mine.tier != theirs.tier { return .higherTier(step.by) }
        return mine.builtUpon != theirs.builtUpon ? .builtUpon(step.by) : .equal(step.by)
    }
}
