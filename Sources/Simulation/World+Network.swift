import Protocol
import Replication
import Rules

/// Links at work, and what the network does to their calls.
extension World {
    func drive(_ node: Node, _ lane: ChildLink.Lane, _ first: ChildLink.Event) {
        var event = first
        node[lane].isResting = false
        for _ in 0..<200 {
            tick(node)
            let action = node.machine.handle(event, on: lane, at: now)
            for report in node.machine.takeReports() { heed(report, node) }
            if node.machine.stir != node[lane == .up ? .down : .up].stir { stir(node, lane == .up ? .down : .up) }
            node[lane].stir = node.machine.stir
            if !isCalm, befalls(.kill, perMille: weather.killBetween, node) {
                return kill(node, for: dice.seconds(1...600))
            }
            switch node.work.perform(action, chance: dice.fraction()) {
            case .event(let next): event = next
            case .call(let call): return send(call, node, lane)
            case .rest(let until):
                node[lane].isResting = true
                if let until { wake(node, lane, after: max(until - now, 0.001)) }
                if case .failed = event, node.store.fault == .crashed { break }
                note(node)
                return
            }
            note(node)
            if node.store.fault == .crashed {
                tally.faults[.killInTransaction, default: 0] += 1
                return kill(node, for: dice.seconds(1...100))
            }
        }
        tally.judge(.capsHold, false, step: step, "\(node.unit) lane \(lane) never rests")
    }

    private func stir(_ node: Node, _ other: ChildLink.Lane) {
        node[other].stir = node.machine.stir
        if node[other].isResting { wake(node, other, after: 0.001) }
    }

    func fail(_ node: Node, _ lane: ChildLink.Lane, _ failure: LinkFailure) {
        if plan.mutant == .errorDeletesQueue, failure.code == .busy || failure.code == .peerFailed {
            node.store.change { $0.forgetLast() }
        }
        if failure.code == .unauthorised, node.index < Self.cloneBase { agenda.plan(.readmit(node.index), at: now + 300) }
        if plan.mutant == .queueExpires, now - node.lastWord > 30 * 86_400 { node.store.change { $0.forgetLast() } }
        drive(node, lane, .failed(failure, chance: dice.fraction()))
    }

    /// The line is there.
    private func heard(_ node: Node) {
        if node.wasSilent, now - node.lastWord > 69 * 86_400 {
            node.wasSilent = false
            tally.count(.longSilence)
        }
        node.lastWord = now
        renewInTime(node)
    }

    /// The call ends in the handshake, or with a refusal.
    private func shut(_ refusal: LinkFailure, _ child: Node, _ epoch: Int, _ lane: ChildLink.Lane, _ call: Int) {
        tell("\(child.unit) \(lane) is shut out: \(refusal.cause)")
        agenda.plan(.shut(child: child.index, epoch: epoch, lane: lane, call: call, refusal: refusal), at: now + 0.5)
    }

    private func isShutOut(_ child: Node) -> Bool { child.certificate.map { ledger.revoked.contains($0.serial) } ?? false }

    // MARK: Requests

    private func send(_ call: PeerCall, _ node: Node, _ lane: ChildLink.Lane) {
        guard let parent = node.parent else { return }
        callCount += 1
        let id = callCount
        let body = call.body
        node[lane].call = id
        node.calls[id] = call
        tally.judge(.capsHold, body.count <= PeerCall.requestLimit, step: step, "request of \(body.count) bytes")
        trail.add(call.path)
        tell("\(node.unit) \(lane) \(call.path) \(body.count) bytes")
        let sent = Request(child: node.index, parent: parent, epoch: node.epoch, lane: lane, call: id, path: call.path, body: body)
        let request = Occurrence.request(sent)
        agenda.plan(
            .timeout(child: node.index, epoch: node.epoch, lane: lane, call: id, isSilent: true),
            at: now + Double(call.timeoutSeconds))
        let latency = dice.seconds(0.01...weather.latency)
        guard !isCalm else { return agenda.plan(request, at: now + latency) }
        if node.requestsLostUntil > now || parentIsAway(parent) { return cutOff(node, lane, id) }
        if befalls(.drop, perMille: weather.drop, node) { return cutOff(node, lane, id) }
        if befalls(.halfOpen, perMille: weather.halfOpen, node) { return }
        if dice.happens(perMille: weather.busy), refuse(node, lane, id, latency) { return }
        if dice.happens(perMille: weather.damage), damage(call, sent, node, latency) { return }
        if befalls(.longDelay, perMille: weather.longDelay, node) {
            return agenda.plan(request, at: now + dice.seconds(3600...400_000))
        }
        if befalls(.delay, perMille: weather.delay, node) {
            return agenda.plan(request, at: now + dice.seconds(5...250))
        }
        agenda.plan(request, at: now + latency)
        if befalls(.duplicate, perMille: weather.duplicate, node) {
            agenda.plan(request, at: now + dice.seconds(0.01...300))
        }
    }

    private func parentIsAway(_ parent: Int) -> Bool { !nodes[parent].isUp }

    /// The line breaks and the child notices.
    private func cutOff(_ node: Node, _ lane: ChildLink.Lane, _ id: Int) {
        agenda.plan(.timeout(child: node.index, epoch: node.epoch, lane: lane, call: id, isSilent: false), at: now + dice.seconds(0.1...10))
    }

    private func refuse(_ node: Node, _ lane: ChildLink.Lane, _ id: Int, _ latency: Double) -> Bool {
        let kinds: [(Fault, Int, String)] = [
            (.busy429, 429, PeerCall.contentType), (.unavailable503, 503, PeerCall.contentType), (.captivePortal, 200, "text/html"),
        ]
        let (fault, status, type) = kinds[dice.below(3)]
        guard strikes(fault, node) else { return false }
        let answer = WireAnswer(status: status, contentType: type, body: fault == .captivePortal ? Array("<html>".utf8) : [])
        agenda.plan(.reply(child: node.index, epoch: node.epoch, lane: lane, call: id, answer: answer), at: now + latency)
        return true
    }

    /// Envelopes with a changed byte, or a body that is cut off.
    private func damage(_ call: PeerCall, _ sent: Request, _ node: Node, _ latency: Double) -> Bool {
        var request = sent
        if case .push(var push) = call, !push.envelopes.isEmpty, dice.happens(perMille: 700) {
            let at = dice.below(push.envelopes.count)
            push.envelopes[at] = corrupted(push.envelopes[at])
            request.body = push.bytes
            guard strikes(.corruptEnvelope, node) else { return false }
        } else {
            request.body = Array(request.body.prefix(request.body.count / 2))
            guard strikes(.truncate, node) else { return false }
        }
        agenda.plan(.request(request), at: now + latency)
        return true
    }

    func corrupted(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let at = dice.below(bytes.count)
        if bytes.indices.contains(at) { bytes[at] ^= UInt8(1 << dice.below(8)) }
        return bytes
    }

    /// A call reaches the parent.
    func arrive(_ request: Request) {
        let (child, epoch, lane, call, path, body) = (request.child, request.epoch, request.lane, request.call, request.path, request.body)
        let parent = nodes[request.parent]
        guard parent.isUp, let endpoint = parent.endpoint else {
            return agenda.plan(.timeout(child: child, epoch: epoch, lane: lane, call: call, isSilent: false), at: now + 1)
        }
        if let until = parent.pausedUntil, until > now {
            return agenda.plan(.request(request), at: until)
        }
        count("request", child)
        tick(parent)
        let caller = node(child)
        if call < caller.lastArrived[lane] ?? 0 { tally.faults[.reorder, default: 0] += 1 }
        caller.lastArrived[lane] = max(call, caller.lastArrived[lane] ?? 0)
        if let refusal = refusal(of: caller, at: parent) { return shut(refusal, caller, epoch, lane, call) }
        tally.judge(.authorisedOnly, !isShutOut(caller), step: step, "\(parent.unit) lets in what it has revoked")
        let pull = HeldPull(
            child: child, epoch: epoch, lane: lane, call: call, path: path, next: body,
            answer: nil, until: -1)
        let isReplaced = keyReplaced(path, body, parent)
        let outcome = endpoint.outcome(path: path, body: body)
        if let isReplaced, case .answer(let said) = outcome {
            let isIn = HelloReply(bytes: said.body)?.session != nil
            tally.judge(.authorisedOnly, !isReplaced || !isIn, step: step, "\(parent.unit) lets in a key of \(caller.unit) that was replaced")
        }
        answer(outcome, to: pull, parent, body)
    }

    /// Whether a hello is signed with a key that the parent's own directory no longer counts; nil where it is no hello, or the unit
    /// is hosted now, whose former node may still hand over what it wrote.
    private func keyReplaced(_ path: String, _ body: [UInt8], _ parent: Node) -> Bool? {
        guard path == "/peer/v1/hello", let hello = Hello(bytes: body) else { return nil }
        return parent.store.look { disk in
            guard let active = disk.register.activeKey(of: hello.unit), active.node == hello.unit else { return nil }
            return active.key.id != hello.keyID
        }
    }

    private func answer(_ outcome: ParentEndpoint.Outcome, to pull: HeldPull, _ parent: Node, _ body: [UInt8]) {
        let crashes = parent.store.fault == .crashed
        switch outcome {
        case .answer(let answer):
            if answer.status == 200, !crashes { checkDurable(pull.path, answer.body, parent) }
            note(parent)
            if crashes {
                tally.faults[.killInTransaction, default: 0] += 1
                return kill(parent, for: dice.seconds(1...100))
            }
            if !isCalm, befalls(.killAfterCommit, perMille: weather.killAfterCommit, parent) {
                return kill(parent, for: dice.seconds(1...600))
            }
            reply(answer, to: pull)
        case .wait(let seconds, let next, let answer):
            note(parent)
            let until = pull.until > 0 ? pull.until : now + Double(seconds)
            parent.held.append(HeldPull(
                child: pull.child, epoch: pull.epoch, lane: pull.lane, call: pull.call, path: pull.path, next: next,
                answer: answer, until: until))
            if pull.until < 0 { agenda.plan(.heldEnds(parent: parent.index), at: until) }
        }
    }

    private func reply(_ answer: ParentEndpoint.Answer, to pull: HeldPull) {
        let child = node(pull.child)
        var wire = WireAnswer(status: answer.status, contentType: answer.contentType, body: answer.body)
        if !isCalm {
            if child.repliesLostUntil > now || befalls(.replyLost, perMille: weather.replyLost, child) { return }
            if wire.body.count > 8, befalls(.truncate, perMille: weather.damage, child) {
                wire.body = Array(wire.body.prefix(wire.body.count - 3))
            } else if pull.lane == .down, dice.happens(perMille: weather.damage), var bulk = PullReply(bytes: wire.body), !bulk.envelopes.isEmpty, strikes(.corruptEnvelope, child) {
                bulk.envelopes[0] = corrupted(bulk.envelopes[0])
                wire.body = bulk.bytes
            }
        }
        agenda.plan(
            .reply(child: pull.child, epoch: pull.epoch, lane: pull.lane, call: pull.call, answer: wire),
            at: now + dice.seconds(0.01...weather.latency))
    }

    /// The parent's bell: pulls that wait are asked again.
    func ring(_ parent: Node) {
        guard !parent.held.isEmpty, let endpoint = parent.endpoint else { return }
        let held = parent.held
        parent.held = []
        for pull in held where parent.isUp { answer(endpoint.outcome(path: pull.path, body: pull.next), to: pull, parent, pull.next) }
    }

    func endHeld(_ parent: Node) {
        guard plan.mutant != .heldForEver else { return }
        let ended = parent.held.filter { $0.until <= now }
        parent.held.removeAll { $0.until <= now }
        for pull in ended { if let answer = pull.answer { reply(answer, to: pull) } }
    }

    // MARK: Answers

    func receive(_ answer: WireAnswer, _ id: Int, _ node: Node, _ lane: ChildLink.Lane) {
        guard let call = node.calls.removeValue(forKey: id) else { return }
        node[lane].call = nil
        let response = IncomingResponse(status: answer.status, headers: [("content-type", answer.contentType)], body: answer.body)
        if let failure = LinkFailure(answer: response) {
            tell("\(node.unit) \(lane) answer \(answer.status)")
            return fail(node, lane, failure)
        }
        heard(node)
        guard var reply = call.reply(answer.body) else {
            return fail(node, lane, LinkFailure(.unreadable, message: "", remedy: "", cause: "weather"))
        }
        if plan.mutant == .childTrustsOwnCursor { reply = trusting(reply, call) }
        if case .push(let push) = reply, !push.refused.isEmpty {
            tell("\(node.unit) was refused " + push.refused.map { "\($0.refusal) \($0.head.map { "\($0.stream.unit)/\($0.stream.audience.text)#\($0.sequence)" } ?? "")" }.joined(separator: ", "))
        }
        drive(node, lane, .reply(reply))
    }

    private func trusting(_ reply: PeerReply, _ call: PeerCall) -> PeerReply {
        switch reply {
        case .hello(var hello):
            hello.isSame = true
            return .hello(hello)
        case .heads(var heads):
            guard case .heads(let asked) = call else { return reply }
            heads.differing = []
            heads.heads = asked.heads
            heads.covered = asked.buckets
            return .heads(heads)
        case .push, .fetch, .pull, .vouch: return reply
        }
    }
}
