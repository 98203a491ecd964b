/// A cap on bytes a second: tokens fill at the rate, up to one second of it; sending takes them. Pure: time comes in.
public struct BandwidthBucket: Sendable, Hashable {
    /// Bytes a second; nil: no cap.
    public private(set) var rate: Int?
    private var tokens: Double
    private var at: Double

    /// - Parameter now: monotonic seconds.
    public init(rate: Int?, now: Double) {
        self.rate = rate
        tokens = Double(rate ?? 0)
        at = now
    }

    /// What has been spent stays spent.
    public mutating func setRate(_ rate: Int?, now: Double) {
        guard rate != self.rate else { return }
        fill(now)
        if self.rate == nil { tokens = Double(rate ?? 0) }
        self.rate = rate
        tokens = min(tokens, Double(rate ?? 0))
    }

    /// Takes so many bytes and returns 0, or takes nothing and returns the seconds to wait. More than one second's worth may be
    /// taken at once from a full bucket; what follows then waits the longer.
    public mutating func take(_ bytes: Int, now: Double) -> Double {
        guard let rate, rate > 0 else { return 0 }
        fill(now)
        let needed = min(Double(bytes), Double(rate))
        guard tokens >= needed else { return max((needed - tokens) / Double(rate), 0.001) }
        tokens -= Double(bytes)
        return 0
    }

    private mutating func fill(_ now: Double) {
        let rate = Double(rate ?? 0)
        tokens = min(rate, tokens + max(0, now - at) * rate)
        at = max(at, now)
    }
}
