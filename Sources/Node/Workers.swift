import class Foundation.OperationQueue

/// Runs blocking work (handlers, disk) off the event loops, on a bounded number of threads; what it logs names the request it is
/// done for.
final class Workers: Sendable {
    private let queue: OperationQueue

    init(threads: Int) {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = threads
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let trace = RequestTrace.current
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation {
                continuation.resume(with: Result { try RequestTrace.$current.withValue(trace) { try work() } })
            }
        }
    }
}
