/// What a run counted and found.
public struct Tally: Sendable {
    /// One fault that befell a run, in order: what a shortened trace leaves out.
    public struct Blow: Sendable, Hashable {
        public let fault: Fault
        public let step: Int
        public let place: String
    }

    public var checks: [Check: Int] = [:]
    public var faults: [Fault: Int] = [:]
    public var recoveries: [Recovery: Int] = [:]
    public var failure: (step: Int, check: Check, text: String)?
    public var blows: [Blow] = []
    public var steps = 0
    public var envelopes = 0
    public var dossiers = 0
    /// Suspensions and returns that were decided.
    public var rollChanges = 0
    /// Applications for transfer that left their school, and pupils who came to another one by them.
    public var applications = 0
    public var transfers = 0
    public var numbers = 0
    /// Whether SQLite archives stood under the nodes.
    public var isReal = false
    public var trace: UInt64 = 0
    /// What the registry shows at the end, without hashes: the same under any clock.
    public var face: UInt64 = 0
    public var log: [String] = []

    mutating func judge(_ check: Check, _ isGood: Bool, step: Int, _ text: @autoclosure () -> String) {
        checks[check, default: 0] += 1
        if !isGood, failure == nil { failure = (step, check, text()) }
    }

    mutating func count(_ recovery: Recovery) { recoveries[recovery, default: 0] += 1 }
}
