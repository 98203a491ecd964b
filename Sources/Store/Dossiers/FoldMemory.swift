import Protocol
import Rules

/// Dossiers as folded, within one transaction: applying, judging and speaking about one record reads it many times.
struct FoldMemory {
    /// Dossiers kept; some 4 KB each.
    private static let most = 4096

    private var known: [DossierID: Dossier] = [:]
    /// State of the tree under which they were folded.
    private var changes = 0

    /// - Parameter changes: of the tree, so far.
    func dossier(_ id: DossierID, _ changes: Int) -> Dossier? { changes == self.changes ? known[id] : nil }

    mutating func remember(_ dossier: Dossier, _ changes: Int) {
        if changes != self.changes || known.count >= Self.most { known.removeAll(keepingCapacity: true) }
        self.changes = changes
        known[dossier.id] = dossier
    }

    mutating func forget(_ id: DossierID) { known[id] = nil }
    mutating func forgetAll() { known = [:] }
}
