import Protocol
import Rules

/// Dossiers as folded, within one transaction: applying, judging and speaking about one record reads it many times.
final class FoldMemory {
    /// Dossiers kept; some 4 KB each.
    private static let most = 4096

    private var known: [DossierID: Dossier] = [:]
    private var sufficient: [UnitCode: Tier] = [:]
    /// Dossiers as the followers have seen them.
    private var followed: [DossierID: Dossier] = [:]
    /// State of the tree under which they were folded.
    private var changes = 0

    /// - Parameter changes: of the tree, so far.
    func dossier(_ id: DossierID, _ changes: Int) -> Dossier? { changes == self.changes ? known[id] : nil }

    func remember(_ dossier: Dossier, _ changes: Int) {
        follow(changes)
        if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
        known[dossier.id] = dossier
    }

    /// Which verdict lets a school go on.
    func sufficientTier(for home: UnitCode, _ changes: Int, _ read: () throws -> Tier) rethrows -> Tier {
        follow(changes)
        if let tier = sufficient[home] { return tier }
        let tier = try read()
        sufficient[home] = tier
        return tier
    }

    /// Whether the followers have not been told yet of the dossier as it stands, but for what verdicts say of it; from now on they have.
    func mustBeFollowed(_ dossier: Dossier) -> Bool {
        if let before = followed[dossier.id], before.isEqualButForVerdicts(dossier) { return false }
        if followed.count >= Self.most { followed.removeAll(keepingCapacity: true) }
        followed[dossier.id] = dossier
        return true
    }

    func forgetFollowed(_ id: DossierID) { followed[id] = nil }

    func forget(_ id: DossierID) { known[id] = nil }

    func forgetAll() { (known, followed, sufficient) = ([:], [:], [:]) }

    private func follow(_ changes: Int) {
        guard changes != self.changes else { return }
        forgetAll()
        self.changes = changes
    }
}

extension Dossier {
    /// Whether nothing but verdicts, and what follows from them, tells the two apart.
    fileprivate func isEqualButForVerdicts(_ other: Dossier) -> Bool {
        var one = self
        (one.verdicts, one.proposalVerdicts, one.problems, one.state) = (other.verdicts, other.proposalVerdicts, other.problems, other.state)
        return one == other
    }
}
