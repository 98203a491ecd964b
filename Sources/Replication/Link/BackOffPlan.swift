/// How long a link waits before it tries again. All in seconds.
public struct BackOffPlan: Sendable, Hashable {
    /// The first tries after a failure come quickly.
    public var quick: [Double]
    /// Then this…
    public var base: Double
    /// …doubling up to this.
    public var longest: Double

    public init(quick: [Double] = [1, 2, 5], base: Double = 30, longest: Double = 900) {
        self.quick = quick
        self.base = base
        self.longest = longest
    }

    /// - Parameters:
    ///   - attempt: 1 after the first failure.
    ///   - chance: 0..<1, spreads many children of a parent that comes back; ±20 %.
    ///   - retryAfter: what the peer asked for; waited at least, up to `longest`.
    public func delay(attempt: Int, chance: Double, retryAfter: Int? = nil) -> Double {
        let index = max(attempt, 1) - 1
        let nominal: Double
        if index < quick.count {
            nominal = quick[index]
        } else {
            var grown = base
            for _ in 0..<min(index - quick.count, 32) where grown < longest { grown *= 2 }
            nominal = grown
        }
        let spread = nominal * (0.8 + 0.4 * chance)
        return min(max(spread, Double(retryAfter ?? 0)), longest)
    }
}

/// Limits and rhythms of a link. Times in seconds.
public struct LinkPlan: Sendable, Hashable {
    public var backOff: BackOffPlan
    /// A standing refusal is tried again after this, or when the operator says so.
    public var standingRetry: Double
    /// Heads are compared by digest this often, whatever the positions say.
    public var compareEvery: Double
    /// Envelopes refused for a key that is not enrolled yet are tried again after this, doubling…
    public var keyRetry: Double
    /// …up to this.
    public var keyRetryLongest: Double
    /// How long the parent may hold a pull.
    public var pullWait: Int
    /// Envelope bytes in one request; one larger envelope travels alone.
    public var batchBytes: Int
    /// Heads in one request; one bucket at least.
    public var headsPerCall: Int
    public var rangesPerCall: Int
    /// Envelopes of one stream asked for at a time.
    public var rangeLength: UInt64

    public init(
        backOff: BackOffPlan = BackOffPlan(), standingRetry: Double = 900, compareEvery: Double = 600,
        keyRetry: Double = 1, keyRetryLongest: Double = 60, pullWait: Int = 25, batchBytes: Int = 1 << 20,
        headsPerCall: Int = 4096, rangesPerCall: Int = 64, rangeLength: UInt64 = 1024
    ) {
        self.backOff = backOff
        self.standingRetry = standingRetry
        self.compareEvery = compareEvery
        self.keyRetry = keyRetry
        self.keyRetryLongest = keyRetryLongest
        self.pullWait = pullWait
        self.batchBytes = batchBytes
        self.headsPerCall = headsPerCall
        self.rangesPerCall = rangesPerCall
        self.rangeLength = rangeLength
    }
}
