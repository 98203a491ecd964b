import class Foundation.BlockOperation
import class Foundation.OperationQueue
import Synchronization

/// Threads side by side, for work that blocks.
enum Crew {
    /// Runs the same work on so many threads and waits for all.
    /// - Parameter work: is told which of them it is, from 0.
    /// - Throws: what the first of them threw.
    static func run<Value: Sendable>(_ size: Int, _ work: @escaping @Sendable (Int) throws -> Value) throws -> [Value] {
        let results = Mutex([Int: Result<Value, any Error>]())
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = size
        let operations = (0..<size).map { number in
            BlockOperation {
                let result = Result { try work(number) }
                results.withLock { $0[number] = result }
            }
        }
        queue.addOperations(operations, waitUntilFinished: true)
        return try results.withLock { found in try found.sorted { $0.key < $1.key }.map { try $0.value.get() } }
    }

    /// Runs blocking work beside the program's own few threads.
    static func away<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let queue = OperationQueue()
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result { try work() }) }
        }
    }
}
