import Protocol
import Rules
import Synchronization

/// Wakes the waiting pulls of those children for whom there may be something, and of nobody else: with thousands of
/// children one bell for all would make each look at every commit.
final class ChildBells: Sendable {
    enum End: Sendable { case rung, timeOut, displaced }

    /// Pulls of one child that wait at a time; a further one ends the oldest.
    static let perChild = 2

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<End, Never>
    }

    private struct State {
        var rings: UInt64 = 0
        var lastOfAll: UInt64 = 0
        var lastOf: [UnitCode: UInt64] = [:]
        var nextID: UInt64 = 0
        var waiters: [UnitCode: [Waiter]] = [:]
    }

    private let state = Mutex(State())

    /// Counts all rings; read it before looking at the store.
    var rings: UInt64 { state.withLock { $0.rings } }

    /// Pulls that wait now.
    var waiting: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

    func ring(_ children: Set<UnitCode>) {
        guard !children.isEmpty else { return }
        let woken = state.withLock { state in
            state.rings += 1
            for child in children { state.lastOf[child] = state.rings }
            return children.flatMap { state.waiters.removeValue(forKey: $0) ?? [] }
        }
        for waiter in woken { waiter.continuation.resume(returning: .rung) }
    }

    func ringAll() {
        let woken = state.withLock { state in
            state.rings += 1
            state.lastOfAll = state.rings
            defer { state.waiters = [:] }
            return state.waiters.values.flatMap { $0 }
        }
        for waiter in woken { waiter.continuation.resume(returning: .rung) }
    }

    /// Waits until the child is rung for since `rings` was read.
    func wait(_ child: UnitCode, since rings: UInt64, seconds: Double) async -> End {
        await withTaskGroup(of: End.self) { group in
            group.addTask { await self.waitForRing(child, since: rings) }
            group.addTask {
                try? await SystemSurroundings.sleep(max(seconds, 0))
                return .timeOut
            }
            let end = await group.next() ?? .timeOut
            group.cancelAll()
            return end
        }
    }

    private func waitForRing(_ child: UnitCode, since rings: UInt64) async -> End {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (end, displaced) = state.withLock { state -> (End?, Waiter?) in
                    if Task.isCancelled { return (.timeOut, nil) }
                    if max(state.lastOfAll, state.lastOf[child] ?? 0) > rings { return (.rung, nil) }
                    var waiters = state.waiters[child] ?? []
                    let oldest = waiters.count >= Self.perChild ? waiters.removeFirst() : nil
                    waiters.append(Waiter(id: id, continuation: continuation))
                    state.waiters[child] = waiters
                    return (nil, oldest)
                }
                if let end { continuation.resume(returning: end) }
                displaced?.continuation.resume(returning: .displaced)
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let place = state.waiters[child]?.firstIndex(where: { $0.id == id }) else { return nil }
                defer { if state.waiters[child]?.isEmpty == true { state.waiters[child] = nil } }
                return state.waiters[child]?.remove(at: place)
            }
            waiter?.continuation.resume(returning: .timeOut)
        }
    }
}
