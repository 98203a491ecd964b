import Protocol
import Rules

/// A child's side of the link to its parent: pure, without sockets, clock or chance of its own.
///
/// Guarantee: what this node has stored reaches the parent, and what the parent has for it reaches this node, whatever is
/// lost, repeated or restarted between them; nothing is taken as delivered but by a head that the peer has committed.
///
/// Two lanes run side by side: `up` says hello, compares heads, mends and pushes; `down` pulls. Each lane has one action
/// under way at a time; its outcome comes back as an event, and the answer is the lane's next action. After every event the
/// driver looks at `stir`: when it has changed, a resting lane begins again.
public struct ChildLink: Sendable {
    public enum Lane: Sendable, Hashable, CaseIterable { case up, down }

    public enum Action: Sendable, Hashable {
        /// Read the own position, then the heads in scope `up` (`upOnce` for a parent process that heads were never compared
        /// with), and the units written for here.
        case readHeads(Scope)
        case readRanges([StreamRange], limitBytes: Int)
        case readNews(after: Int64, limitBytes: Int)
        case readFork(StreamID, after: UInt64?, limitBytes: Int)
        case readVouchers(beyond: [StreamHead]?, limitBytes: Int)
        case store([[UInt8]])
        case note([Reach])
        /// Sign and send a hello.
        case greet(challenge: BootNonce?, digest: Digest?)
        case call(PeerCall)
        /// Nothing to do until the node's bell rings, `stir` changes, or the (monotonic) time comes; nil: no time set.
        case rest(until: Double?)
    }

    public enum Event: Sendable {
        /// The lane starts, or its rest is over for whatever reason.
        case begin
        /// - Parameter isPartial: the node is still being refilled from below.
        case heads([StreamHead], position: Int64, ownUnits: Set<UnitCode>, isPartial: Bool = false)
        case ranges([[UInt8]])
        case news(Batch)
        case vouchers([[UInt8]], of: UnitCode)
        case stored([(Acceptance, StreamHead?)])
        case noted
        case reply(PeerReply)
        /// - Parameter chance: 0..<1, for the jitter.
        case failed(LinkFailure, chance: Double)
    }

    enum State: Sendable {
        case apart
        /// Heads are being read, for a hello or for a comparison inside the session.
        case gathering(forHello: Bool)
        case greeting(Comparison?)
        case comparing(Comparison)
        case mending(Mending)
        case yielding(Yielding)
        case steady
        case vouching(Vouching)
        case stopped(LinkFailure, until: Double)
    }

    struct LaneState: Sendable {
        var notBefore: Double?
        var attempts = 0
        var failure: LinkFailure?
    }

    /// What we know of the parent process we last spoke to.
    struct Parent: Sendable, Hashable {
        let nonce: BootNonce
        let unit: UnitCode
        let version: String
    }

    public let plan: LinkPlan
    var state = State.apart
    var parent: Parent?
    var session: SessionToken?
    var up = LaneState()
    var down = LaneState()
    /// Grows whenever a resting lane may have something new to do.
    public internal(set) var stir = 0
    var reports: [LinkReport] = []
    /// Streams found to have forked since heads were compared.
    var forks: [Yielding.Fork] = []
    /// The parent did not know us and was shown what it has signed; hello comes next.
    var hasVouched = false

    /// Our journal is at the parent up to here, as far as no stream is held.
    var sentUpTo: Int64 = 0
    /// The parent's process with which heads were compared to the end: only then positions count.
    var comparedWith: BootNonce?
    var pulledUpTo: Int64 = 0
    var reachUpTo: Int64 = 0
    var pullsFrom: BootNonce?

    /// Envelopes of the call under way on each lane.
    var upFlight: [Shell?] = []
    var downFlight: [Shell?] = []
    var newsPosition: Int64 = 0
    var hasMoreNews = false
    var pulled: PullReply?
    /// Whether the parent said that there is more than it brought.
    var hasMoreToPull = false
    var downSession: SessionToken?
    /// Stored here from pulls and mending, not yet told to the parent.
    var toAcknowledge: [StreamHead] = []
    /// How many of them the pull under way tells.
    var acknowledging = 0

    /// Streams that stand still until the next regular comparison or a word from the operator.
    public internal(set) var held: [StreamID: Acceptance.Refusal] = [:]
    /// Streams that wait for a key.
    var waiting: Set<StreamID> = []
    /// Those that had waited when heads were last compared.
    var retried: Set<StreamID> = []
    var keyRetryAt: Double?
    var keyRetryDelay: Double
    var compareSoon = false
    var nextCompare: Double = 0
    var sessionsLost = 0
    /// How often in a row the parent has said that our unit is not below it.
    var strangerAnswers = 0
    var challenges = 0

    public init(plan: LinkPlan = LinkPlan()) {
        self.plan = plan
        keyRetryDelay = plan.keyRetry
    }

    /// The one way in: what happened on a lane; what it does next.
    /// - Parameter now: monotonic seconds.
    public mutating func handle(_ event: Event, on lane: Lane, at now: Double) -> Action {
        switch lane {
        case .up: handleUp(event, now)
        case .down: handleDown(event, now)
        }
    }

    /// The operator wants a try now: waits end, held streams are tried again.
    public mutating func retryNow() {
        up = LaneState()
        down = LaneState()
        held = [:]
        compareSoon = true
        if case .stopped = state { state = .apart }
        stir += 1
    }

    /// Heads are compared at the next opportunity: after a change of the tree, or for the operator's resync.
    public mutating func compareHeads() {
        compareSoon = true
        stir += 1
    }

    /// Findings since the last call.
    public mutating func takeReports() -> [LinkReport] {
        defer { reports = [] }
        return reports
    }

    /// The unit that answers at the parent's address, once it has.
    public var parentUnit: UnitCode? { parent?.unit }

    /// Our journal is stored at the parent up to this position; nil before heads were compared with its present process.
    public var confirmedPosition: Int64? {
        guard let parent, comparedWith == parent.nonce else { return nil }
        return sentUpTo
    }

    public func condition(at now: Double) -> LinkCondition {
        if case .stopped(let failure, _) = state { return .stopped(failure) }
        for lane in [up, down] {
            if let failure = lane.failure, let until = lane.notBefore, until > now {
                return .backingOff(until: until, failure)
            }
        }
        switch state {
        case .apart, .stopped, .vouching: return .idle
        case .gathering(let forHello): return forHello ? .connecting : .connected
        case .greeting, .comparing: return .connecting
        case .mending(let mending): return .mending(toFetch: mending.left.toFetch, toPush: mending.left.toPush)
        case .yielding(let yielding): return .mending(toFetch: 0, toPush: UInt64(yielding.forks.count))
        case .steady: return .connected
        }
    }
}
