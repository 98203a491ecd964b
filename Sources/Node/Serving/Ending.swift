import Replication
import ServiceLifecycle
import Synchronization

/// Says that the process is ending, and ends all waiting, so that the listeners need not wait for long polls.
final class Ending: Service, Sendable {
    private let hasBegun = Atomic(false)
    private let bells: [Bell]

    /// - Parameter bells: rung when the end begins; whoever wakes looks at `isEnding`.
    init(bells: [Bell]) { self.bells = bells }

    var isEnding: Bool { hasBegun.load(ordering: .acquiring) }

    func run() async throws {
        try? await gracefulShutdown()
        hasBegun.store(true, ordering: .releasing)
        for bell in bells { bell.ring() }
    }
}

extension Bell {
    /// Waits by the machine's clock.
    func wait(since rings: UInt64, seconds: Double) async {
        await wait(since: rings, atMost: seconds) { try await SystemSurroundings.sleep($0) }
    }
}
