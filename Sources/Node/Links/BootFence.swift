import Protocol
import Replication
import Rules
import Store
import Synchronization

/// The centre issues nothing until its children have shown their copies of its streams to this very process: else a
/// centre that was rolled back would issue numbers twice. Every child with a node of its own is waited for, because a
/// number given to one province's pupil bars it for all others.
final class BootFence: Sendable {
    private struct State {
        var endpoint: ParentEndpoint?
        var children: Set<UnitCode> = []
        /// Children that are waited for no longer.
        var done: Set<UnitCode> = []
        /// Children whose key was revoked: they cannot show anything, and nobody would believe them.
        var excused: Set<UnitCode> = []
    }

    private let state = Mutex(State())

    /// - Parameter children: the units directly below that had nodes of their own when this process began.
    func attach(_ endpoint: ParentEndpoint, children: Set<UnitCode>) {
        state.withLock { $0 = State(endpoint: endpoint, children: children) }
    }

    /// Whether all have shown their copies, and none has more of our streams than we do. Stays open once opened, unless a child
    /// turns up of which this centre had forgotten that it took it in.
    var isOpen: Bool { waitingFor.isEmpty }

    /// The children that are still waited for; sorted. Not attached yet: everybody, named by the centre's code.
    var waitingFor: [UnitCode] {
        state.withLock { state in
            guard let endpoint = state.endpoint else { return [.centre] }
            let needed = state.children.union(endpoint.rememberedChildren)
            let waiting = needed.subtracting(state.done).subtracting(state.excused).filter { !endpoint.hasWhole($0) }
            if waiting.isEmpty { state.done = needed }
            return waiting.sorted()
        }
    }

    /// Of a revoked child nothing is waited for: it would close the fence for the nation until it has joined anew.
    func excuse(_ units: Set<UnitCode>) { state.withLock { $0.excused.formUnion(units) } }

    /// Those of some units whose active key is revoked.
    static func revoked(_ units: [UnitCode], _ archive: Archive) throws -> Set<UnitCode> {
        try archive.read { reading in Set(try units.filter { try reading.directory.isRevoked($0) }) }
    }

    /// The units directly below this node's, whose statement key is kept at a node of their own.
    static func children(_ archive: Archive) throws -> Set<UnitCode> {
        try archive.read { reading in
            let below = try reading.hostedUnits().flatMap { try reading.directory.children(of: $0).map(\.code) }
            return try Set(below.filter { try reading.directory.activeKey(of: $0)?.node == $0 })
        }
    }
}
