import Synchronization

/// One at a time of those who write much at once: taking in what neighbours bring, and applying what was stored. Whoever works at a
/// desk then finds one of them before him at the write gate, and not as many as there are children.
final class BulkTurn: Sendable {
    private let turn = Mutex<Void>(())

    /// Waits for its turn, then works; blocks.
    func take<Value: Sendable>(_ work: () throws -> Value) throws -> Value { try turn.withLock { _ in try work() } }
}
