import Synchronization

/// Something that is written along with the first write of whoever holds an archive made with it: in that transaction, after all that the write
/// does itself, so that both are there or neither.
public final class WriteRider: Sendable {
    private enum State { case waits, rides, arrived, ended }

    let act: @Sendable (Transaction) throws -> Void
    private let state = Mutex(State.waits)

    /// - Parameter act: what is written; the write fails when it throws.
    public init(_ act: @escaping @Sendable (Transaction) throws -> Void) { self.act = act }

    /// Later writes are alone.
    /// - Returns: whether it has been written.
    public func end() -> Bool {
        state.withLock { state in
            defer { state = .ended }
            return state == .arrived
        }
    }

    /// Whether the write that begins takes it along.
    func board() -> Bool {
        state.withLock { state in
            guard state == .waits else { return false }
            state = .rides
            return true
        }
    }

    /// The write that took it along is over; one that failed leaves it for the next.
    func arrive(_ isCommitted: Bool) {
        state.withLock { state in if state == .rides { state = isCommitted ? .arrived : .waits } }
    }
}
