/// How many stored envelopes one pass applies: so few that people at work hardly notice it, so many that a crowd of small ones costs few
/// commits. It follows from how long the passes before took.
struct ApplyPace {
    /// A pass that took longer is followed by a smaller one, in seconds; one envelope is the least.
    static let long = 0.2
    /// A pass that took less may be followed by a larger one.
    static let short = 0.05
    static let most = 32

    private(set) var envelopes = 1

    mutating func took(_ seconds: Double) {
        if seconds > Self.long { envelopes = max(envelopes / 2, 1) } else if seconds < Self.short { envelopes = min(envelopes * 2, Self.most) }
    }
}
