import Protocol
import Rules

extension ChildLink {
    mutating func handleDown(_ event: Event, _ now: Double) -> Action {
        switch event {
        case .reply(.pull(let reply)): return took(reply, now)
        case .stored(let results): return stored(results, now)
        case .noted:
            finishPull()
            return downNext(now)
        case .failed(let failure, let chance): return downFailed(failure, chance: chance, now)
        case .begin, .heads, .ranges, .news, .vouchers, .reply: return downNext(now)
        }
    }

    private mutating func downNext(_ now: Double) -> Action {
        pulled = nil
        if let until = down.notBefore, until > now { return .rest(until: until) }
        down.notBefore = nil
        guard let session, let parent, pullsFrom == parent.nonce else { return .rest(until: nil) }
        switch state {
        case .apart, .greeting, .stopped, .vouching, .gathering(forHello: true): return .rest(until: nil)
        case .gathering, .comparing, .mending, .yielding, .steady: break
        }
        downSession = session
        let acknowledged = Array(toAcknowledge.prefix(plan.headsPerCall))
        acknowledging = acknowledged.count
        return .call(.pull(PullRequest(
            session: session, after: pulledUpTo, waitSeconds: plan.pullWait, stored: acknowledged,
            reachAfter: reachUpTo)))
    }

    private mutating func took(_ reply: PullReply, _ now: Double) -> Action {
        good(.down)
        // The session was renewed meanwhile: positions of another parent process would mislead; the next pull asks again.
        guard downSession == session else { return downNext(now) }
        toAcknowledge.removeFirst(min(acknowledging, toAcknowledge.count))
        acknowledging = 0
        pulled = reply
        hasMoreToPull = reply.hasMore
        downFlight = reply.envelopes.map { Shell($0) }
        guard reply.envelopes.isEmpty else { return .store(reply.envelopes) }
        return noteReach(now)
    }

    private mutating func stored(_ results: [(Acceptance, StreamHead?)], _ now: Double) -> Action {
        let heads = stored(results, downFlight)
        progressed(heads)
        if downSession == session { toAcknowledge += heads.values.inOrder }
        for (stream, refusal) in refusals(results, downFlight).inOrder {
            refuse(stream, refusal, byParent: false, isMending: false, now)
        }
        return noteReach(now)
    }

    private mutating func noteReach(_ now: Double) -> Action {
        guard let pulled, pulled.reach.isEmpty else { return pulled.map { .note($0.reach) } ?? downNext(now) }
        finishPull()
        return downNext(now)
    }

    /// Positions move only after everything of the reply is on durable storage, or looked after by heads.
    private mutating func finishPull() {
        guard let pulled, downSession == session else { return }
        pulledUpTo = max(pulledUpTo, pulled.position)
        reachUpTo = max(reachUpTo, pulled.reachChange)
        self.pulled = nil
    }

    private mutating func downFailed(_ failure: LinkFailure, chance: Double, _ now: Double) -> Action {
        pulled = nil
        switch failure.kind {
        case .session:
            guard let downSession, downSession == session else { return downNext(now) }
            loseSession(failure)
            if failure.code == .sessionReplaced {
                up.failure = failure
                up.notBefore = now + plan.backOff.delay(attempt: plan.backOff.quick.count + 1, chance: chance)
            }
            return .rest(until: nil)
        case .standing:
            guard downSession == session else { return downNext(now) }
            _ = stop(failure, now)
            return .rest(until: nil)
        case .passing:
            down.attempts += 1
            down.failure = failure
            let delay = plan.backOff.delay(attempt: down.attempts, chance: chance, retryAfter: failure.retryAfter)
            down.notBefore = now + delay
            return .rest(until: now + delay)
        }
    }
}
