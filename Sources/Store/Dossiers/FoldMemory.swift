import Protocol
import Rules

/// Dossiers as folded, within one transaction: applying, judging and speaking about one record reads it many times.
final class FoldMemory {
    /// Dossiers kept; some 4 KB each.
    private static let most = 4096

    private var known: [DossierID: Dossier] = [:]
    private var sufficient: [UnitCode: Tier] = [:]
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

    func forget(_ id: DossierID) { known[id] = nil }

    func forgetAll() { (known, sufficient) = ([:], [:]) }

    private func follow(_ changes: Int) {
        guard changes != self.changes else { return }
        forgetAll()
        self.changes = changes
    }
}
