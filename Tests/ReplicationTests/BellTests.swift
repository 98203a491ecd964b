import Replication
import Testing

@Suite("The bell")
struct BellTests {
    private static let never: @Sendable (Double) async throws -> Void = { _ in try await Task.sleep(for: .seconds(3600)) }

    @Test(.timeLimit(.minutes(15))) func `A ring between looking and waiting is not missed`() async {
        let bell = Bell()
        let rings = bell.rings
        bell.ring()
        await bell.wait(since: rings, atMost: nil, sleep: Self.never)
        #expect(bell.rings == rings + 1)
    }

    @Test(.timeLimit(.minutes(15))) func `A ring wakes all who wait`() async {
        let bell = Bell()
        let rings = bell.rings
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await bell.wait(since: rings, atMost: 3600, sleep: Self.never) } }
            await Task.yield()
            bell.ring()
        }
    }

    @Test(.timeLimit(.minutes(15))) func `Time and cancelling end a wait without a ring`() async {
        let bell = Bell()
        await bell.wait(since: bell.rings, atMost: 0.01) { _ in }
        let waiting = Task { await bell.wait(since: bell.rings, atMost: nil, sleep: Self.never) }
        waiting.cancel()
        await waiting.value
        #expect(bell.rings == 0)
    }
}
