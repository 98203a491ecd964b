import Testing

@testable import Store

@Suite struct GateQueueTests {
    @Test func `it is empty again when all who came were let in`() {
        let queue = GateQueue()
        #expect(queue.isEmpty)
        queue.arrive()
        queue.arrive()
        queue.leave()
        #expect(!queue.isEmpty)
        queue.leave()
        #expect(queue.isEmpty)
    }

    @Test func `a write that fails leaves nobody at the gate`() throws {
        struct Failure: Error {}
        let bench = try Bench()
        #expect(throws: Failure.self) { try bench.archive.write { _ in throw Failure() } }
        try bench.archive.write { #expect(!$0.isAwaited) }
        #expect(bench.archive.queue.isEmpty)
    }
}
