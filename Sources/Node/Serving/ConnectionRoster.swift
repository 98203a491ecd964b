import NIOCore
import Synchronization

/// The open connections of one door, so that those which only hold a place keep nobody out.
///
/// A connection is *unproven* until its other end has done what the door asks: shown a certificate that counts at the peers' door, sent
/// a whole request at the console's. While there are too many of these, each that is still so at the next look is closed; who has just come
/// has until then, so that a crowd of children in their handshakes is not thrown out by its own number. Of too many of one child the
/// oldest is closed. A child's own connections are closed by no stranger.
final class ConnectionRoster: Sendable {
    private struct Entry {
        let serial: UInt64
        let channel: any Channel
        /// Nil while it is unproven; empty for one that belongs to nobody in particular.
        var owner: String?
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var unproven = 0
        var byOwner: [String: Set<ObjectIdentifier>] = [:]
        var serial: UInt64 = 0
    }

    private let door: RequestLimits.Door
    private let state = Mutex(State())

    init(_ door: RequestLimits.Door) { self.door = door }

    var count: Int { state.withLock { $0.entries.count } }

    /// A connection has come. It leaves by itself when it closes.
    func open(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { state in
            state.serial += 1
            state.entries[id] = Entry(serial: state.serial, channel: channel)
            state.unproven += 1
        }
        channel.closeFuture.whenComplete { _ in self.leave(id) }
    }

    /// Whether a connection has to make room; it is counted no longer then, and whoever asks closes it.
    func isSurplus(_ id: ObjectIdentifier) -> Bool {
        state.withLock { state in
            guard state.unproven > door.unproven, let entry = state.entries[id], entry.owner == nil else { return false }
            state.entries[id] = nil
            state.unproven -= 1
            return true
        }
    }

    /// It has done what the door asks.
    /// - Parameter owner: the child whose connection it is; empty at the console.
    func prove(_ id: ObjectIdentifier, of owner: String) {
        let surplus: (any Channel)? = state.withLock { state in
            guard let entry = state.entries[id], entry.owner != owner else { return nil }
            if let former = entry.owner { Self.forget(id, of: former, &state) } else { state.unproven -= 1 }
            state.entries[id]?.owner = owner
            guard !owner.isEmpty else { return nil }
            state.byOwner[owner, default: []].insert(id)
            guard let own = state.byOwner[owner], own.count > door.connectionsOfOne else { return nil }
            return own.compactMap { state.entries[$0] }.min { $0.serial < $1.serial }?.channel
        }
        surplus?.close(promise: nil)
    }

    private func leave(_ id: ObjectIdentifier) {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: id) else { return }
            if let owner = entry.owner { Self.forget(id, of: owner, &state) } else { state.unproven -= 1 }
        }
    }

    private static func forget(_ id: ObjectIdentifier, of owner: String, _ state: inout State) {
        state.byOwner[owner]?.remove(id)
        if state.byOwner[owner]?.isEmpty == true { state.byOwner[owner] = nil }
    }
}
