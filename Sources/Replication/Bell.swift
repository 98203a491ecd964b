import Synchronization

/// Rung after every commit that others may wait for; whoever waits looks again. Rings are counted, so none is missed
/// between looking and waiting.
public final class Bell: Sendable {
    private struct State {
        var rings: UInt64 = 0
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public var rings: UInt64 { state.withLock { $0.rings } }

    public func ring() {
        let waiters = state.withLock { state in
            state.rings += 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the bell has rung since `rings` was read, when the time is out, or when the task is cancelled.
    /// - Parameters:
    ///   - seconds: nil waits for a ring only.
    ///   - sleep: the clock; returns early or throws when cancelled.
    public func wait(
        since rings: UInt64, atMost seconds: Double?, sleep: @escaping @Sendable (Double) async throws -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForRing(since: rings) }
            if let seconds { group.addTask { try? await sleep(max(seconds, 0)) } }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForRing(since rings: UInt64) async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.rings == rings, !Task.isCancelled else { return true }
                    state.waiters[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
        }
    }
}
