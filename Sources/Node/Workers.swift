import class Foundation.OperationQueue

/// Runs blocking work (handlers, disk) off the event loops, on a bounded number of threads.
final class Workers: Sendable {
    private let queue: OperationQueue

    init(threads: Int) {
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = threads
    }

    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result { try work() }) }
        }
    }
}
