import GRDB
import Replication
import Store
import Synchronization

/// The centre issues nothing until a child has shown its copies of the centre's streams to this very process: else a
/// centre that was rolled back would issue numbers twice.
final class BootFence: Sendable {
    private struct State {
        var endpoint: ParentEndpoint?
        var needsChild = true
    }

    private let state = Mutex(State())

    /// - Parameter needsChild: false when no unit has a node of its own yet, so that nobody can hold a copy.
    func attach(_ endpoint: ParentEndpoint, needsChild: Bool) {
        state.withLock { $0 = State(endpoint: endpoint, needsChild: needsChild) }
    }

    var isOpen: Bool {
        let (endpoint, needsChild) = state.withLock { ($0.endpoint, $0.needsChild) }
        guard let endpoint else { return false }
        let children = endpoint.children
        guard children.allSatisfy(\.ahead.isEmpty) else { return false }
        return !needsChild || children.contains(where: \.hasShownHeads)
    }

    /// Whether some unit below has its own node: only then can there be copies to wait for.
    static func hasChildren(_ archive: Archive) throws -> Bool {
        try archive.read { reading in
            let own = try reading.ownUnit()?.text ?? ""
            return try Bool.fetchOne(
                reading.database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM unit_key k JOIN unit u ON u.code = k.unit
                    WHERE u.competent = ? AND k.node = k.unit)
                    """, arguments: [own]) ?? false
        }
    }
}
