import Protocol
import Rules

extension ChildLink {
    /// What the up lane does when nothing of it is under way.
    mutating func upNext(_ now: Double) -> Action {
        if let until = up.notBefore, until > now { return .rest(until: until) }
        up.notBefore = nil
        switch state {
        case .stopped(_, let until):
            if until > now { return .rest(until: until) }
            state = .apart
            return sayHello()
        case .apart, .gathering(forHello: true), .greeting:
            return sayHello()
        case .vouching(let vouching):
            return .readVouchers(beyond: vouching.shown, limitBytes: plan.batchBytes)
        case .yielding(let yielding):
            return yield(yielding, now)
        case .gathering(forHello: false):
            return startComparing(now)
        case .comparing(let comparison):
            return ask(comparison, now)
        case .mending:
            return mend(now)
        case .steady:
            if now >= nextCompare || compareSoon || keyRetryAt.map({ now >= $0 }) ?? false { return startComparing(now) }
            return .readNews(after: sentUpTo, limitBytes: plan.batchBytes)
        }
    }

    /// Heads are shown to every new parent process; to one we know only the signature.
    private mutating func sayHello() -> Action {
        session = nil
        guard let parent else {
            state = .greeting(nil)
            return .greet(challenge: nil, digest: nil)
        }
        guard comparedWith == parent.nonce, !compareSoon else {
            state = .gathering(forHello: true)
            return readHeads
        }
        state = .greeting(nil)
        return .greet(challenge: parent.nonce, digest: nil)
    }

    mutating func gathered(_ comparison: Comparison, forHello: Bool, _ now: Double) -> Action {
        guard forHello, let parent else {
            state = .comparing(comparison)
            return ask(comparison, now)
        }
        // A disk that is still being refilled proves nothing by one digest: its heads follow, marked so.
        guard !comparison.isPartial else {
            state = .greeting(nil)
            return .greet(challenge: parent.nonce, digest: nil)
        }
        state = .greeting(comparison)
        return .greet(challenge: parent.nonce, digest: comparison.own.whole)
    }

    mutating func greeted(_ reply: HelloReply, _ comparison: Comparison?, _ now: Double) -> Action {
        let known = parent?.nonce
        parent = Parent(nonce: reply.nonce, unit: reply.unit, version: reply.version)
        guard let token = reply.session else {
            // The parent is another process than we knew: sign its nonce. Twice in a row is normal, no more.
            challenges += 1
            state = .apart
            guard challenges <= 3 else { return upFailed(.endlessChallenge, chance: 0.5, now) }
            return upNext(now)
        }
        guard known == reply.nonce else {
            parent = nil
            state = .apart
            return upFailed(.endlessChallenge, chance: 0.5, now)
        }
        challenges = 0
        hasVouched = false
        wordFromPeer()
        session = token
        if pullsFrom != reply.nonce {
            pullsFrom = reply.nonce
            pulledUpTo = reply.position
            reachUpTo = 0
            toAcknowledge = []
            acknowledging = 0
        }
        stir += 1
        if let comparison {
            compareSoon = false
            tryHeldAgain(now)
            guard reply.isSame else {
                state = .comparing(comparison)
                return ask(comparison, now)
            }
            compared(upTo: comparison.ownPosition, now)
            return note(comparison.own.buckets.flatMap { $0 }, at: reply.at, now)
        }
        guard reply.isSame else { return startComparing(now) }
        state = .steady
        return upNext(now)
    }

    // MARK: Comparing heads

    private var readHeads: Action { .readHeads(comparedWith == parent?.nonce ? .up : .upOnce) }

    private mutating func startComparing(_ now: Double) -> Action {
        compareSoon = false
        keyRetryAt = nil
        retried = waiting
        waiting = []
        tryHeldAgain(now)
        state = .gathering(forHello: false)
        return readHeads
    }

    /// What stands still is tried again when its time has come, whatever the comparison is for.
    private mutating func tryHeldAgain(_ now: Double) {
        if now >= nextCompare { held = [:] }
    }

    private mutating func ask(_ comparison: Comparison, _ now: Double) -> Action {
        guard let session else {
            state = .apart
            return upNext(now)
        }
        if let request = comparison.next(session, headsPerCall: plan.headsPerCall) { return .call(.heads(request)) }
        return finish(comparison, now)
    }

    mutating func took(_ reply: HeadsReply, _ comparison: Comparison, _ now: Double) -> Action {
        var comparison = comparison
        guard comparison.take(reply) else {
            return upFailed(.unanswered, chance: 0.5, now)
        }
        good(.up)
        state = .comparing(comparison)
        guard let session, comparison.next(session, headsPerCall: plan.headsPerCall) == nil else {
            return ask(comparison, now)
        }
        let action = finish(comparison, now)
        return note(comparison.held, at: reply.at, now, otherwise: action)
    }

    private mutating func finish(_ comparison: Comparison, _ now: Double) -> Action {
        forks = []
        for difference in comparison.differences {
            switch difference {
            case .fork(let own, let parent):
                if held[own.stream] == nil { forks.append(Yielding.Fork(own: own, parent: parent)) }
            case .ownShorter(let own, let parent) where comparison.ownUnits.contains(parent.stream.unit):
                reports.append(.rolledBack(own: own, parent: parent))
            case .ownShorter, .parentShorter: break
            }
        }
        let mending = Mending(comparison.differences, ownPosition: comparison.ownPosition) { held[$0] != nil }
        state = .mending(mending)
        stir += 1
        return mend(now)
    }

    /// Both copies are as equal as they can be made.
    mutating func compared(upTo position: Int64, _ now: Double) {
        comparedWith = parent?.nonce
        sentUpTo = position
        // One that came between, for a key or for a fork, does not put off the one that tries again what stands still.
        if held.isEmpty || now >= nextCompare { nextCompare = now + plan.compareEvery }
        state = .steady
        strangerAnswers = 0
        reports.append(.compared(held: held))
        stir += 1
    }
}

extension LinkFailure {
    static let endlessChallenge = LinkFailure(
        .unreadable, message: "与上级节点的身份核对没有完成。", remedy: "请检查上级地址是否指向多个节点。", cause: "the peer keeps changing its boot nonce")
    static let unanswered = LinkFailure(
        .unreadable, message: "上级节点的应答无法识别。", remedy: "请核对两端的程序版本。", cause: "heads reply covers nothing that was asked")
}
