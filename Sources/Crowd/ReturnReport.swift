import FoundationEssentials

/// How a crowd was served.
public struct ReturnReport: Codable, Sendable, Hashable {
    public var children: Int
    public var served: Int
    /// How many got no answer in time…
    public var starved: Int
    /// …and the codes of the first of them.
    public var starvedFirst: [String]
    /// From the first arrival to the last answer.
    public var seconds: Double
    /// Seconds from a child's first attempt to its answer.
    public var waitMedian: Double
    public var wait99: Double
    public var waitLongest: Double
    public var requests: Int
    /// HTTP status, or code of the failure where no answer came; how often.
    public var outcomes: [String: Int]

    init(waits: [Double], starved: [String], seconds: Double, requests: Int, outcomes: [String: Int]) {
        let sorted = waits.sorted()
        func quantile(_ part: Double) -> Double {
            guard !sorted.isEmpty else { return 0 }
            let value = sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
            return (value * 1000).rounded() / 1000
        }
        children = waits.count + starved.count
        served = waits.count
        self.starved = starved.count
        starvedFirst = Array(starved.prefix(10))
        self.seconds = (seconds * 10).rounded() / 10
        waitMedian = quantile(0.5)
        wait99 = quantile(0.99)
        waitLongest = quantile(1)
        self.requests = requests
        self.outcomes = outcomes
    }
}
