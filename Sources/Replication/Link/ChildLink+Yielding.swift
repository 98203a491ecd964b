import Protocol
import Rules

/// Giving way in forks: the parent gets our copy of each into its salvage before anything of it is given up here.
struct Yielding: Sendable {
    struct Fork: Sendable {
        let own: StreamHead?
        let parent: StreamHead?

        var stream: StreamID? { (own ?? parent)?.stream }
    }

    var forks: [Fork]
    let ownPosition: Int64
    /// Of the first fork: the parent has our links up to here, and up to there once it has answered.
    var sent: UInt64?
    var sending: UInt64?
}

extension ChildLink {
    /// Shows the parent the next piece of a forked copy; ends the comparison when there is none left.
    mutating func yield(_ yielding: Yielding, _ now: Double) -> Action {
        guard session != nil else {
            state = .apart
            return upNext(now)
        }
        state = .yielding(yielding)
        guard let fork = yielding.forks.first else {
            forks = []
            compared(upTo: yielding.ownPosition, now)
            return upNext(now)
        }
        guard let stream = fork.stream else { return gaveWay(yielding, now) }
        return .readFork(stream, after: yielding.sent, limitBytes: plan.batchBytes)
    }

    /// The parent holds all of our copy of the first fork: the node may give way.
    mutating func gaveWay(_ yielding: Yielding, _ now: Double) -> Action {
        var rest = yielding
        let fork = rest.forks.removeFirst()
        (rest.sent, rest.sending) = (nil, nil)
        if let stream = fork.stream { held[stream] = .fork }
        reports.append(.fork(own: fork.own, parent: fork.parent))
        return yield(rest, now)
    }
}

/// Proving ourselves to a parent that has forgotten us: it went back to before it enrolled our key. What it has signed
/// itself it believes.
struct Vouching: Sendable {
    /// Why it did not take our hello.
    let failure: LinkFailure
    /// What the parent has shown to hold of its streams; nil before it was asked.
    var shown: [StreamHead]?
}

extension ChildLink {
    /// Once for each hello that was refused.
    func mayVouch(_ failure: LinkFailure) -> Bool {
        guard case .greeting = state else { return false }
        // A parent that went back to before it gave us a move takes us for another's child; what it signed tells it better.
        let isForgotten = failure.code == .unauthorised || failure.code == .moved && failure.movedAddress == nil
        return isForgotten && !hasVouched
    }

    mutating func beginVouching(_ failure: LinkFailure) -> Action {
        hasVouched = true
        session = nil
        state = .vouching(Vouching(failure: failure))
        return .readVouchers(beyond: nil, limitBytes: plan.batchBytes)
    }

    mutating func vouch(_ vouching: Vouching, _ envelopes: [[UInt8]], of unit: UnitCode, _ now: Double) -> Action {
        guard envelopes.isEmpty else { return .call(.vouch(VouchRequest(unit: unit, envelopes: envelopes))) }
        // Nothing to show at all, or all is shown: then the next hello decides.
        guard vouching.shown != nil else { return stop(vouching.failure, now) }
        state = .apart
        return upNext(now)
    }

    mutating func vouched(_ vouching: Vouching, _ reply: PushReply, _ now: Double) -> Action {
        var heads = Dictionary((vouching.shown ?? []).map { ($0.stream, $0) }, uniquingKeysWith: { first, _ in first })
        for head in reply.heads { heads[head.stream] = head }
        let shown = heads.values.inOrder
        guard shown != vouching.shown else {
            state = .apart
            return upNext(now)
        }
        state = .vouching(Vouching(failure: vouching.failure, shown: shown))
        return .readVouchers(beyond: shown, limitBytes: plan.batchBytes)
    }
}
