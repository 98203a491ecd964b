import Glibc
import Replication
import ServiceLifecycle
import Synchronization

/// Says that the process is ending, and ends all waiting, so that the listeners need not wait for long polls.
final class Ending: Service, Sendable {
    private let hasBegun = Atomic(false)
    private let bells: [Bell]
    private let folder: String?

    /// Seconds that work has to come to its end; the contract gives the process ten.
    static let grace = 9.0

    /// - Parameters:
    ///   - bells: rung when the end begins; whoever wakes looks at `isEnding`.
    ///   - folder: of a node that is a process of its own: when the grace is over and work still goes on, the process ends
    ///     with what was saved. Nil: the process is somebody else's.
    init(bells: [Bell], processOf folder: String? = nil) {
        self.bells = bells
        self.folder = folder
    }

    var isEnding: Bool { hasBegun.load(ordering: .acquiring) }

    func run() async throws {
        try? await gracefulShutdown()
        hasBegun.store(true, ordering: .releasing)
        for bell in bells { bell.ring() }
        guard let folder else { return }
        Task.detached {
            try? await SystemSurroundings.sleep(Self.grace)
            RunRecord.remove(from: folder)
            _exit(0)
        }
    }
}

extension Bell {
    /// Waits by the machine's clock.
    func wait(since rings: UInt64, seconds: Double) async {
        await wait(since: rings, atMost: seconds) { try await SystemSurroundings.sleep($0) }
    }
}
