import Synchronization

/// How much one client may ask: a bucket of requests per address that fills at a fixed rate, and a cap on all at once.
final class RequestLimits: Sendable {
    /// Requests a second in the long run, and at once, from one address.
    static let perSecond = 200.0
    static let atOnce = 600.0
    /// Requests in work at a time, all clients together.
    static let inWork = 512
    /// Header fields of one request, in bytes.
    static let headerBytes = 32 << 10
    /// JSON body, in bytes.
    static let jsonBytes = 4 << 20
    /// Addresses remembered at a time.
    private static let remembered = 10_000

    private struct Bucket {
        var tokens: Double
        var at: Double
    }

    private struct State {
        var buckets: [String: Bucket] = [:]
        var inWork = 0
    }

    private let state = Mutex(State())

    /// Nil when the request may go on; else the seconds to wait.
    func enter(_ address: String, now: Double) -> Int? {
        state.withLock { state in
            if state.inWork >= Self.inWork { return 1 }
            var bucket = state.buckets[address] ?? Bucket(tokens: Self.atOnce, at: now)
            bucket.tokens = min(Self.atOnce, bucket.tokens + (now - bucket.at) * Self.perSecond)
            bucket.at = now
            guard bucket.tokens >= 1 else {
                state.buckets[address] = bucket
                return 1
            }
            bucket.tokens -= 1
            if state.buckets.count >= Self.remembered { state.buckets.removeAll(keepingCapacity: true) }
            state.buckets[address] = bucket
            state.inWork += 1
            return nil
        }
    }

    func leave() { state.withLock { $0.inWork -= 1 } }
}
