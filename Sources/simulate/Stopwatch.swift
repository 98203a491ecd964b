/// How long a campaign took: figures only, nothing in a run reads it.
struct Stopwatch {
    private let start = ContinuousClock.now

    var seconds: Double {
        let (whole, parts) = start.duration(to: .now).components
        return Double(whole) + Double(parts) / 1e18
    }
}
