import Protocol
import Rules
import Synchronization

/// An envelope read once.
final class Sealed: Sendable {
    let envelope: Envelope
    let entries: [Entry?]
    /// Short and the same in every process.
    let mark: UInt64

    init?(_ bytes: [UInt8]) {
        guard let envelope = try? Envelope(bytes: bytes), let entries = try? envelope.entries() else { return nil }
        self.envelope = envelope
        self.entries = entries
        mark = Trail.of(envelope.hash.bytes.prefix(8))
    }
}

/// Reads and verifies each sequence of bytes once for all nodes of a run: both are pure functions of the bytes, and every
/// node of a path would do the same work again.
final class SealReader: Sendable {
    private struct Memory {
        var read: [[UInt8]: Sealed] = [:]
        var verified: [[UInt8]: Bool] = [:]
    }

    private let memory = Mutex(Memory())
    /// Runs that check each time what others remember.
    private let forgets: Bool

    init(forgets: Bool) { self.forgets = forgets }

    func read(_ bytes: [UInt8]) -> Sealed? {
        if forgets { return Sealed(bytes) }
        if let known = memory.withLock({ $0.read[bytes] }) { return known }
        guard let sealed = Sealed(bytes) else { return nil }
        memory.withLock { $0.read[bytes] = sealed }
        return sealed
    }

    func verifies(_ sealed: Sealed, _ key: StatementPublicKey) -> Bool {
        if forgets { return (try? sealed.envelope.verify(key)) != nil }
        let place = key.id + sealed.envelope.bytes
        if let known = memory.withLock({ $0.verified[place] }) { return known }
        let isGood = (try? sealed.envelope.verify(key)) != nil
        memory.withLock { $0.verified[place] = isGood }
        return isGood
    }
}
