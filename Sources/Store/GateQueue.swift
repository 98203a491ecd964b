import Synchronization

/// How many stand at the write gate: whoever writes much ends sooner when somebody waits.
final class GateQueue: Sendable {
    private let waiting = Mutex(0)

    /// Somebody comes to the gate.
    func arrive() { waiting.withLock { $0 += 1 } }

    /// Somebody is let in, or goes away.
    func leave() { waiting.withLock { $0 -= 1 } }

    var isEmpty: Bool { waiting.withLock { $0 == 0 } }
}
