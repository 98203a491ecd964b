import Synchronization

/// Counts requests and their durations, for `/metrics` in Prometheus' text format.
final class RequestMeter: Sendable {
    /// Upper bounds of the histogram, in seconds.
    static let bounds = [0.005, 0.025, 0.1, 0.5, 2.5, 10]

    private struct Key: Hashable, Comparable {
        let operation: String
        let status: Int
        static func < (a: Key, b: Key) -> Bool { (a.operation, a.status) < (b.operation, b.status) }
    }

    private struct Histogram {
        var buckets = [Int](repeating: 0, count: RequestMeter.bounds.count)
        var sum = 0.0
        var count = 0
    }

    private struct State {
        var requests: [Key: Int] = [:]
        var durations: [String: Histogram] = [:]
    }

    private let state = Mutex(State())

    func count(_ operation: String, status: Int, seconds: Double) {
        state.withLock { state in
            state.requests[Key(operation: operation, status: status), default: 0] += 1
            var histogram = state.durations[operation] ?? Histogram()
            for (index, bound) in Self.bounds.enumerated() where seconds <= bound { histogram.buckets[index] += 1 }
            histogram.sum += seconds
            histogram.count += 1
            state.durations[operation] = histogram
        }
    }

    func text(gauges: [Gauge]) -> String {
        let state = state.withLock { $0 }
        var lines = ["# HELP xueji_requests_total Requests by operation and status.", "# TYPE xueji_requests_total counter"]
        for (key, count) in state.requests.sorted(by: { $0.key < $1.key }) {
            lines.append("xueji_requests_total{operation=\"\(key.operation)\",status=\"\(key.status)\"} \(count)")
        }
        lines += ["# HELP xueji_request_seconds Duration of requests.", "# TYPE xueji_request_seconds histogram"]
        for (operation, histogram) in state.durations.sorted(by: { $0.key < $1.key }) {
            for (bound, count) in zip(Self.bounds, histogram.buckets) {
                lines.append("xueji_request_seconds_bucket{operation=\"\(operation)\",le=\"\(bound)\"} \(count)")
            }
            lines.append("xueji_request_seconds_bucket{operation=\"\(operation)\",le=\"+Inf\"} \(histogram.count)")
            lines.append("xueji_request_seconds_sum{operation=\"\(operation)\"} \(histogram.sum)")
            lines.append("xueji_request_seconds_count{operation=\"\(operation)\"} \(histogram.count)")
        }
        lines += gauges.flatMap(\.lines)
        return lines.joined(separator: "\n") + "\n"
    }
}
