import Protocol
import Rules

extension ChildLink {
    mutating func handleUp(_ event: Event, _ now: Double) -> Action {
        switch (event, state) {
        case (.failed(let failure, let chance), _):
            return upFailed(failure, chance: chance, now)
        case (.heads(let heads, let position, let ownUnits, let isPartial), .gathering(let forHello)):
            let comparison = Comparison(
                heads: heads, position: position, ownUnits: ownUnits, headsPerCall: plan.headsPerCall, isPartial: isPartial)
            return gathered(comparison, forHello: forHello, now)
        case (.reply(.hello(let reply)), .greeting(let comparison)):
            return greeted(reply, comparison, now)
        case (.reply(.heads(let reply)), .comparing(let comparison)):
            return took(reply, comparison, now)
        case (.ranges(let envelopes), .mending(var mending)):
            let (batch, ends) = mending.outgoing(envelopes)
            state = .mending(mending)
            end(ends, byParent: true, now)
            return batch.isEmpty ? mend(now) : push(batch, now)
        case (.reply(.push(let reply)), .mending(var mending)):
            good(.up)
            let heads = byStream(reply.heads)
            let refused = refusals(reply)
            let ends = mending.settle(stored: heads, refused: refused)
            state = .mending(mending)
            progressed(heads)
            end(ends, byParent: true, now)
            return note(reply.heads.filter { refused[$0.stream] == nil }, at: reply.at, now)
        case (.reply(.fetch(let reply)), .mending):
            good(.up)
            upFlight = reply.envelopes.map { Shell($0) }
            return .store(reply.envelopes)
        case (.stored(let results), .mending(var mending)):
            let heads = stored(results, upFlight)
            let ends = mending.settle(stored: heads, refused: refusals(results, upFlight))
            state = .mending(mending)
            progressed(heads)
            // What was fetched is a copy like what was pulled: the parent's release gate waits to hear of it.
            toAcknowledge += heads.values.inOrder
            end(ends, byParent: false, now)
            return mend(now)
        case (.ranges(let envelopes), .yielding(var yielding)):
            guard let last = envelopes.last.flatMap({ Shell($0) }) else { return gaveWay(yielding, now) }
            yielding.sending = last.head.sequence
            state = .yielding(yielding)
            return push(envelopes, now)
        case (.reply(.push), .yielding(var yielding)):
            good(.up)
            yielding.sent = yielding.sending
            return yield(yielding, now)
        case (.vouchers(let envelopes, let unit), .vouching(let vouching)):
            return vouch(vouching, envelopes, of: unit, now)
        case (.reply(.vouch(let reply)), .vouching(let vouching)):
            return vouched(vouching, reply, now)
        case (.news(let batch), .steady):
            return send(batch, now)
        case (.reply(.push(let reply)), .steady):
            return pushed(reply, now)
        default:
            // An outcome of an action that the other lane has overtaken: what it did is found again by heads.
            return upNext(now)
        }
    }

    // MARK: Mending

    mutating func mend(_ now: Double) -> Action {
        guard case .mending(var mending) = state, let session else {
            state = .apart
            return upNext(now)
        }
        let step = mending.next(rangesPerCall: plan.rangesPerCall, rangeLength: plan.rangeLength)
        state = .mending(mending)
        switch step {
        case .fetch(let ranges): return .call(.fetch(FetchRequest(session: session, ranges: ranges)))
        case .read(let ranges): return .readRanges(ranges, limitBytes: plan.batchBytes)
        case nil:
            return yield(Yielding(forks: forks, ownPosition: mending.ownPosition), now)
        }
    }

    private mutating func end(_ ends: [Mending.End], byParent: Bool, _ now: Double) {
        for end in ends {
            switch end {
            case .fork(let need):
                forks.append(Yielding.Fork(own: need.own, parent: need.parent))
            case .refused(let need, let refusal):
                refuse(need.stream, refusal, byParent: byParent, isMending: true, now)
            case .missing(let need):
                held[need.stream] = .gap
                reports.append(.missing(StreamRange(stream: need.stream, sequences: need.next...need.upTo)))
            }
        }
    }

    // MARK: News

    private mutating func send(_ batch: Batch, _ now: Double) -> Action {
        guard batch.envelopes.isEmpty else {
            newsPosition = batch.position
            hasMoreNews = batch.hasMore
            return push(batch.envelopes, now)
        }
        sentUpTo = max(sentUpTo, batch.position)
        if batch.hasMore { return upNext(now) }
        return .rest(until: min(nextCompare, keyRetryAt ?? nextCompare))
    }

    mutating func push(_ envelopes: [[UInt8]], _ now: Double) -> Action {
        guard let session else {
            state = .apart
            return upNext(now)
        }
        upFlight = envelopes.map { Shell($0) }
        return .call(.push(PushRequest(session: session, envelopes: envelopes)))
    }

    /// Positions move on past what was refused: from then on the comparison of heads looks after those streams.
    private mutating func pushed(_ reply: PushReply, _ now: Double) -> Action {
        good(.up)
        let refused = refusals(reply)
        for (stream, refusal) in refused.inOrder { refuse(stream, refusal, byParent: true, isMending: false, now) }
        sentUpTo = max(sentUpTo, newsPosition)
        // The head that came with a refusal need not be the beginning of our copy.
        return note(reply.heads.filter { refused[$0.stream] == nil }, at: reply.at, now)
    }

    /// The refusal of each stream's first refused envelope: later ones only follow from it.
    private func refusals(_ reply: PushReply) -> [StreamID: Acceptance.Refusal] {
        var found: [StreamID: Acceptance.Refusal] = [:]
        for refused in reply.refused {
            let shell = upFlight.indices.contains(refused.index) ? upFlight[refused.index] : nil
            if let stream = shell?.head.stream, found[stream] == nil { found[stream] = refused.refusal }
        }
        return found
    }

    private func byStream(_ heads: [StreamHead]) -> [StreamID: StreamHead] {
        Dictionary(heads.map { ($0.stream, $0) }, uniquingKeysWith: { $0.sequence > $1.sequence ? $0 : $1 })
    }

    // MARK: Outcomes shared by both lanes

    func stored(_ results: [(Acceptance, StreamHead?)], _ flight: [Shell?]) -> [StreamID: StreamHead] {
        var heads: [StreamID: StreamHead] = [:]
        for (result, shell) in zip(results, flight) {
            guard let shell, result.0 == .stored || result.0 == .known else { continue }
            let head = result.1 ?? shell.head
            if head.sequence >= heads[head.stream]?.sequence ?? 0 { heads[head.stream] = head }
        }
        return heads
    }

    func refusals(_ results: [(Acceptance, StreamHead?)], _ flight: [Shell?]) -> [StreamID: Acceptance.Refusal] {
        var found: [StreamID: Acceptance.Refusal] = [:]
        for (result, shell) in zip(results, flight) {
            guard case .refused(let refusal) = result.0, let stream = shell?.head.stream, found[stream] == nil else { continue }
            found[stream] = refusal
        }
        return found
    }

    /// One stream stands still; the rest go on.
    mutating func refuse(
        _ stream: StreamID, _ refusal: Acceptance.Refusal, byParent: Bool, isMending: Bool, _ now: Double
    ) {
        guard held[stream] == nil, !waiting.contains(stream) else { return }
        switch refusal {
        case .unknownKey:
            waiting.insert(stream)
            if keyRetryAt == nil {
                keyRetryAt = now + keyRetryDelay
                keyRetryDelay = min(keyRetryDelay * 2, plan.keyRetryLongest)
            }
            stir += 1
        case .gap where !isMending, .fork where !isMending:
            compareSoon = true
            stir += 1
        default:
            held[stream] = refusal
            reports.append(.held(stream, refusal, byParent: byParent))
        }
    }

    /// A stream that had waited for a key moves: the others may follow soon.
    mutating func progressed(_ heads: [StreamID: StreamHead]) {
        guard !retried.isEmpty, heads.keys.contains(where: { retried.contains($0) }) else { return }
        keyRetryDelay = plan.keyRetry
    }

    /// Tells the inbox how far streams are stored at the parent, then goes on.
    mutating func note(_ heads: [StreamHead], at: Int64, _ now: Double, otherwise: Action? = nil) -> Action {
        guard let parent, !heads.isEmpty else { return otherwise ?? upNext(now) }
        return .note(heads.map { Reach(stream: $0.stream, unit: parent.unit, sequence: $0.sequence, at: at) })
    }

    // MARK: Failures

    /// A call other than hello succeeded: the lane is well, and the other one need not wait.
    mutating func good(_ lane: Lane) {
        let hadFailed = lane == .up ? up.failure != nil : down.failure != nil
        sessionsLost = 0
        if lane == .up { up = LaneState() } else { down = LaneState() }
        if hadFailed { wakeOther(than: lane) }
    }

    private mutating func wakeOther(than lane: Lane) {
        if lane == .up { down.notBefore = nil } else { up.notBefore = nil }
        stir += 1
    }

    /// A hello was answered: the line is there, so waits for the line are over. Waits for a peer that fails are not.
    mutating func wordFromPeer() {
        func isOfTheLine(_ lane: LaneState) -> Bool {
            lane.failure?.isOfTheLine ?? false
        }
        if isOfTheLine(up) { up = LaneState() }
        if isOfTheLine(down) { down = LaneState() }
    }

    mutating func upFailed(_ failure: LinkFailure, chance: Double, _ now: Double) -> Action {
        switch failure.kind {
        case .standing:
            if case .vouching(let vouching) = state { return stop(vouching.failure, now) }
            return mayVouch(failure) ? beginVouching(failure) : stop(failure, now)
        case .session: loseSession(failure)
        case .passing:
            switch state {
            case .greeting, .gathering(forHello: true): state = .apart
            case .apart, .gathering, .comparing, .mending, .yielding, .steady, .vouching, .stopped: break
            }
        }
        if failure.kind == .passing || sessionsLost > 1 || failure.code == .sessionReplaced {
            up.attempts += 1
            up.failure = failure
            // A clone that says hello in turn with us would otherwise never let either work.
            let least = failure.code == .sessionReplaced ? plan.backOff.quick.count + 1 : 0
            let attempt = max(up.attempts, least)
            up.notBefore = now + plan.backOff.delay(attempt: attempt, chance: chance, retryAfter: failure.retryAfter)
        }
        return upNext(now)
    }

    mutating func loseSession(_ failure: LinkFailure) {
        sessionsLost += 1
        session = nil
        state = .apart
        stir += 1
        if failure.code == .sessionReplaced { reports.append(.replaced) }
    }

    mutating func stop(_ failure: LinkFailure, _ now: Double) -> Action {
        hasVouched = false
        if failure.code == .clone { reports.append(.clone) }
        if failure.isForGood { reports.append(.shutOut(failure.message)) }
        strangerAnswers = failure.isOfStranger ? strangerAnswers + 1 : 0
        if strangerAnswers > 0, strangerAnswers.isMultiple(of: 2) { reports.append(.notBelow) }
        if let unit = failure.movedTo, let address = failure.movedAddress { reports.append(.moved(to: UnitCode(unit), address: address)) }
        session = nil
        state = .stopped(failure, until: now + plan.standingRetry)
        stir += 1
        return .rest(until: now + plan.standingRetry)
    }
}
