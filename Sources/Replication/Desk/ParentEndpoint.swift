import Protocol
import Rules
import Synchronization

/// A parent's side of all links from below: checks every call, works on the ports, remembers what children have shown.
/// HTTP reaches it as a path and a body; the simulator calls it the same way.
public final class ParentEndpoint: Sendable {
    public struct Answer: Sendable, Hashable {
        public var status: Int
        public var body: [UInt8]
        /// For the header of that name.
        public var retryAfterSeconds: Int?
        public var contentType: String { PeerCall.contentType }

        /// A refusal as it is sent.
        public init(_ refusal: PeerRefusal) {
            self.init(status: refusal.status, body: refusal.problem.bytes, retryAfterSeconds: refusal.problem.retryAfterSeconds)
        }

        init(status: Int, body: [UInt8], retryAfterSeconds: Int? = nil) {
            self.status = status
            self.body = body
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// What a call brings at once.
    public enum Outcome: Sendable {
        case answer(Answer)
        /// A pull with nothing to bring yet: ask again with `next` when something was stored, at most for so many seconds;
        /// `answer` is what to send when the time is out.
        case wait(seconds: Int, next: [UInt8], answer: Answer)
    }

    public let unit: UnitCode
    public let nonce: BootNonce
    private let version: String
    private let outbox: any Outbox
    private let inbox: any Inbox
    private let doorkeeper: any Doorkeeper
    private let surroundings: Surroundings
    private let limits: DeskLimits
    private let blobs: BlobDesk?
    private let enrolment: Enrolment?
    private let trails: TrailDesk?
    /// Told of envelopes that were refused, and from whom.
    private let refused: @Sendable (Acceptance.Refusal, UnitCode) -> Void
    private let desk: Mutex<ParentDesk>
    /// Children that have brought streams of this node back which it had lost.
    private let remembered = Mutex<Set<UnitCode>>([])
    /// Summaries under comparison, so that a long exchange of heads reads them once.
    private let summaries = Mutex<[UnitCode: (summary: HeadsSummary, position: Int64)]>([:])

    /// - Parameters:
    ///   - nonce: minted for this process.
    ///   - blobs: what this node has and lacks of blobs; nil: there is no such lane.
    ///   - enrolment: nil: nobody joins here.
    ///   - trails: asks children for audit trails; nil: it does not.
    ///   - refused: told of envelopes that were refused.
    public init(
        unit: UnitCode, version: String, nonce: BootNonce, outbox: any Outbox, inbox: any Inbox,
        doorkeeper: any Doorkeeper, surroundings: Surroundings, limits: DeskLimits = DeskLimits(), blobs: (any BlobRoom)? = nil,
        enrolment: Enrolment? = nil, trails: TrailDesk? = nil, refused: @escaping @Sendable (Acceptance.Refusal, UnitCode) -> Void = { _, _ in }
    ) {
        self.unit = unit
        self.version = version
        self.nonce = nonce
        self.outbox = outbox
        self.inbox = inbox
        self.doorkeeper = doorkeeper
        self.surroundings = surroundings
        self.limits = limits
        self.blobs = blobs.map { BlobDesk(room: $0, trails: trails) }
        self.trails = trails
        self.enrolment = enrolment
        self.refused = refused
        desk = Mutex(ParentDesk(limits: limits))
    }

    // MARK: What the node asks

    public var children: [ChildRecord] {
        desk.withLock { $0.children.values.sorted { $0.unit < $1.unit } }
    }

    /// Whether a child has shown all it holds to this process, and none of what is wanted back is longer there.
    public func hasWhole(_ child: UnitCode) -> Bool {
        desk.withLock { desk in desk.children[child].map { $0.hasShownHeads && $0.ahead.isEmpty } ?? false }
    }

    /// Units that this process learnt of again from their own copies: at its start it did not know them, for its disk had gone
    /// back.
    public var rememberedChildren: Set<UnitCode> { remembered.withLock { $0 } }

    /// In how many children a link of one of this node's own streams is on durable storage: the release gate.
    public func copies(of stream: StreamID, sequence: UInt64) -> Int {
        desk.withLock { $0.copies(of: stream, sequence: sequence) }
    }

    /// Ends a child's session: it moved away or was revoked; its next hello is judged anew.
    public func close(_ child: UnitCode) { desk.withLock { $0.close(child) } }

    /// Who pulls: for the one that keeps the pull waiting. Nil once the session has ended.
    public func child(ofPull body: [UInt8]) -> UnitCode? {
        PullRequest(bytes: body).flatMap { request in desk.withLock { $0.holder(of: request.session) } }
    }

    // MARK: Calls

    /// Answers a call, or says that a pull may wait.
    /// - Parameter path: with or without a query, `/peer/v1/…`.
    public func outcome(path: String, body: [UInt8], from proof: CallerProof = .notAsked) -> Outcome {
        do {
            return try dispatch(path, body, proof)
        } catch let refusal as PeerRefusal {
            return .answer(Answer(refusal))
        } catch let problem as PeerProblem {
            return .answer(Answer(status: 403, body: problem.bytes))
        } catch {
            return .answer(Answer(.ownStore()))
        }
    }

    /// A refusal as it goes over the line.
    public static func answer(_ refusal: PeerRefusal) -> Answer {
        Answer(status: refusal.status, body: refusal.problem.bytes, retryAfterSeconds: refusal.problem.retryAfterSeconds)
    }

    private func dispatch(_ path: String, _ body: [UInt8], _ proof: CallerProof) throws -> Outcome {
        guard body.count <= PeerCall.requestLimit else { throw PeerRefusal.tooLarge }
        let path = path.prefix(while: { $0 != "?" })
        if let blobs, path.hasPrefix("/peer/v1/blob/") {
            return .ok(try blobs.answer(path, body) { try holder($0, proof) })
        }
        switch path {
        case "/peer/v1/hello": return .ok(try hello(try read(Hello.init(bytes:), body), proof).bytes)
        case "/peer/v1/heads": return .ok(try heads(try read(HeadsRequest.init(bytes:), body), proof).bytes)
        case "/peer/v1/push": return .ok(try push(try read(PushRequest.init(bytes:), body), proof).bytes)
        case "/peer/v1/fetch": return .ok(try fetch(try read(FetchRequest.init(bytes:), body), proof).bytes)
        case "/peer/v1/pull": return try pull(try read(PullRequest.init(bytes:), body), proof)
        case "/peer/v1/vouch": return .ok(try vouch(try read(VouchRequest.init(bytes:), body)).bytes)
        case "/peer/v1/above": return .ok(try above(try read(AboveRequest.init(bytes:), body), proof).bytes)
        case "/peer/v1/join": return .ok(try joined(try read(JoinRequest.init(bytes:), body)))
        case "/peer/v1/trail":
            let answer = try read(TrailAnswer.init(bytes:), body)
            trails?.take(answer, from: try holder(answer.session, proof), now: surroundings.now())
            return .ok([])
        case "/peer/v1/renew": return .ok(try renewed(try read(RenewRequest.init(bytes:), body)).bytes)
        default: throw PeerRefusal.unknownPath
        }
    }

    private func read<Message>(_ make: ([UInt8]) -> Message?, _ body: [UInt8]) throws(PeerRefusal) -> Message {
        guard let message = make(body) else { throw .malformed }
        return message
    }

    /// The child that calls, when it is the one that the line has proven, with its place among those in work; `done` gives it
    /// back.
    private func caller(_ token: SessionToken, _ proof: CallerProof) throws(PeerRefusal) -> UnitCode {
        let now = surroundings.now()
        return try desk.withLock { desk throws(PeerRefusal) in
            let child = try desk.child(token, now: now)
            guard proof.mayBe(child) else { throw .otherUnit }
            try desk.begin(child, now: now)
            return child
        }
    }

    /// The child that calls, where another desk counts its calls.
    private func holder(_ token: SessionToken, _ proof: CallerProof) throws(PeerRefusal) -> UnitCode {
        let now = surroundings.now()
        let child = try desk.withLock { desk throws(PeerRefusal) in try desk.child(token, now: now) }
        guard proof.mayBe(child) else { throw .otherUnit }
        return child
    }

    private func done(_ child: UnitCode) { desk.withLock { $0.end(child) } }

    // MARK: Hello

    private func hello(_ hello: Hello, _ proof: CallerProof) throws -> HelloReply {
        guard proof.mayBe(hello.unit) else { throw PeerRefusal.otherUnit }
        let common = hello.protocols.clamped(to: PeerCall.protocols)
        guard hello.protocols.overlaps(PeerCall.protocols) else {
            throw PeerRefusal.upgrade(PeerCall.protocols, theirs: hello.protocols)
        }
        let key = try key(of: hello.unit, id: hello.keyID)
        var reply = HelloReply(
            unit: unit, nonce: nonce, protocolVersion: common.upperBound, version: version, session: nil, isSame: false,
            position: try outbox.position(), at: surroundings.now())
        guard hello.challenge == nonce else { return reply }
        guard hello.keyID == key.id, hello.isSigned(by: key) else { throw PeerRefusal.badSignature }
        let token = try newToken()
        let ours = try hello.headsDigest.map { _ in HeadsSummary(try outbox.heads(.down(hello.unit))) }
        let own = try ownStreams(ours?.buckets.flatMap { $0 } ?? [])
        let now = surroundings.now()
        summaries.withLock { $0[hello.unit] = nil }
        reply.isSame = try desk.withLock { desk throws(PeerRefusal) in
            try desk.open(hello, token: token, now: now)
            guard let ours, let theirs = hello.headsDigest else { return desk.hasShown(hello) }
            guard ours.whole == theirs else { return false }
            desk.forgetCopies(in: Array(0...255), of: hello.unit)
            desk.shown(0...255, by: hello.unit)
            for head in own { desk.noteCopy(head, ours: head, at: hello.unit) }
            return true
        }
        reply.session = token
        return reply
    }

    private func key(of unit: UnitCode, id: [UInt8]) throws -> StatementPublicKey {
        switch try doorkeeper.standing(of: unit, keyID: id) {
        case .child(let key): return key
        case .unknown: throw PeerRefusal.unknownUnit(unit)
        case .notBelow: throw PeerRefusal.notBelow(unit)
        case .moved(let parent): throw PeerRefusal.moved(to: parent, address: try doorkeeper.address(afterMoveOf: unit))
        }
    }

    /// Those of them that units of this node write.
    private func ownStreams(_ heads: [StreamHead]) throws -> [StreamHead] {
        let own = try Set(heads.map(\.stream.unit)).filter { try doorkeeper.isOwn($0) }
        return own.isEmpty ? [] : heads.filter { own.contains($0.stream.unit) }
    }

    private func newToken() throws(PeerRefusal) -> SessionToken {
        guard let token = SessionToken(surroundings.randomBytes(16)) else { throw .ownStore() }
        return token
    }

    // MARK: Heads

    private func heads(_ request: HeadsRequest, _ proof: CallerProof) throws -> HeadsReply {
        let child = try caller(request.session, proof)
        defer { done(child) }
        guard request.heads.count <= limits.headsPerRequest else { throw PeerRefusal.tooLarge }
        let (ours, position) = try summary(for: child, isNew: !request.digests.isEmpty || request.buckets.count == 256)
        var reply = HeadsReply(differing: [], covered: [], heads: [], position: position, at: surroundings.now())
        if !request.digests.isEmpty {
            reply.differing = ours.differing(from: request.digests)
            let differing = Set(reply.differing)
            let equal = (UInt8(0)...255).filter { !differing.contains($0) }
            try note(equal.flatMap { ours.buckets[Int($0)] }, ours, equal, by: child, isPartial: request.isPartial)
        }
        for bucket in request.buckets {
            let more = ours.buckets[Int(bucket)]
            guard reply.covered.isEmpty || reply.heads.count + more.count <= limits.headsPerReply else { break }
            reply.covered.append(bucket)
            reply.heads += more
        }
        if !reply.covered.isEmpty {
            let covered = Set(reply.covered)
            let seen = request.heads.filter { covered.contains(UInt8(HeadsSummary.bucket(of: $0.stream))) }
            let former = try former(seen, besides: reply.heads)
            reply.heads += former
            try note(seen, ours, reply.covered, by: child, former: former, isPartial: request.isPartial)
        }
        return reply
    }

    /// Our links of streams that the child shows and that are not its to get any more: it gives what is lacking here, gives way
    /// where its copy is another, and gets nothing.
    private func former(_ seen: [StreamHead], besides known: [StreamHead]) throws -> [StreamHead] {
        let known = Set(known.map(\.stream))
        let shown = seen.filter { !known.contains($0.stream) }
        return shown.isEmpty ? [] : try outbox.links(beside: shown)
    }

    private func summary(for child: UnitCode, isNew: Bool) throws -> (summary: HeadsSummary, position: Int64) {
        if !isNew, let kept = summaries.withLock({ $0[child] }) { return kept }
        let position = try outbox.position()
        let fresh = (summary: HeadsSummary(try outbox.heads(.down(child))), position: position)
        summaries.withLock { summaries in
            // A few at a time: a crowd of children that compare at once must not fill the memory.
            if summaries.count >= 8, summaries[child] == nil { summaries.removeAll() }
            summaries[child] = fresh
        }
        return fresh
    }

    /// Of a child whose disk is still being refilled it is noted what it holds, and not that it has shown everything. A node that
    /// is being refilled itself wants all back that is longer there, whoever wrote it.
    private func note(
        _ seen: [StreamHead], _ ours: HeadsSummary, _ buckets: [UInt8], by child: UnitCode, former: [StreamHead] = [], isPartial: Bool
    ) throws {
        let copies = try outbox.isRefilling() ? seen : ownStreams(seen)
        let streams = Set(copies.map(\.stream))
        let own = Dictionary(
            (buckets.flatMap { ours.buckets[Int($0)] } + former).filter { streams.contains($0.stream) }.map { ($0.stream, $0) },
            uniquingKeysWith: { first, _ in first })
        desk.withLock { desk in
            desk.forgetCopies(in: buckets, of: child)
            for copy in copies { desk.noteCopy(copy, ours: own[copy.stream], at: child) }
            if isPartial { desk.isWanting(child) } else { desk.shown(buckets, by: child) }
        }
    }

    // MARK: Envelopes

    private func push(_ request: PushRequest, _ proof: CallerProof) throws -> PushReply {
        let child = try caller(request.session, proof)
        defer { done(child) }
        guard request.envelopes.count <= limits.envelopesPerPush else { throw PeerRefusal.tooLarge }
        let results = try inbox.accept(request.envelopes, from: .child(child))
        var heads: [StreamID: StreamHead] = [:]
        var refused: [RefusedEnvelope] = []
        for (index, (result, head)) in results.enumerated() {
            if let head { heads[head.stream] = head }
            if case .refused(let refusal) = result {
                self.refused(refusal, child)
                refused.append(RefusedEnvelope(index: index, head: Shell(request.envelopes[index])?.head, refusal: refusal))
            }
        }
        let now = surroundings.now()
        desk.withLock { desk in
            desk.pushed(by: child, now: now)
            for head in heads.values { desk.regained(head, from: child) }
        }
        return PushReply(heads: heads.values.inOrder, refused: refused, at: now)
    }

    /// A child that this node does not know any more brings this node's own streams back: what we have signed ourselves we
    /// believe, from whomever it comes. Others' streams come the usual ways.
    private func vouch(_ request: VouchRequest) throws -> PushReply {
        guard request.envelopes.count <= limits.envelopesPerPush else { throw PeerRefusal.tooLarge }
        let ours = try request.envelopes.filter { bytes in
            try Shell(bytes).map { try doorkeeper.isOwn($0.head.stream.unit) } ?? false
        }
        var heads: [StreamID: StreamHead] = [:]
        if !ours.isEmpty {
            for (result, head) in try inbox.accept(ours, from: .child(request.unit)) {
                if let head { heads[head.stream] = head }
                if result == .stored { remembered.withLock { _ = $0.insert(request.unit) } }
            }
            try inbox.applyNow()
        }
        return PushReply(heads: heads.values.inOrder, refused: [], at: surroundings.now())
    }

    private func fetch(_ request: FetchRequest, _ proof: CallerProof) throws -> FetchReply {
        let child = try caller(request.session, proof)
        defer { done(child) }
        guard request.ranges.count <= limits.rangesPerFetch else { throw PeerRefusal.tooLarge }
        return FetchReply(
            envelopes: try outbox.envelopes(request.ranges, in: .down(child), limitBytes: limits.batchBytes))
    }

    private func pull(_ request: PullRequest, _ proof: CallerProof) throws -> Outcome {
        let child = try caller(request.session, proof)
        defer { done(child) }
        guard request.stored.count <= limits.headsPerRequest else { throw PeerRefusal.tooLarge }
        let copies = try ownStreams(request.stored)
        let now = surroundings.now()
        desk.withLock { desk in
            for copy in copies { desk.stored(copy, at: child) }
            desk.pulled(request.after, by: child, now: now)
        }
        let batch = try outbox.envelopes(after: request.after, .down(child), limitBytes: limits.batchBytes)
        let (reach, change) = try outbox.reach(after: request.reachAfter, .down(child), limit: limits.reachPerReply)
        let reply = PullReply(
            envelopes: batch.envelopes, position: batch.position, hasMore: batch.hasMore, reach: reach, reachChange: change)
        let hasNews = !batch.envelopes.isEmpty || !reach.isEmpty || batch.hasMore
        guard !hasNews, request.waitSeconds > 0 else { return .ok(reply.bytes) }
        var next = request
        next.after = batch.position
        next.reachAfter = change
        next.stored = []
        return .wait(
            seconds: min(request.waitSeconds, limits.longestWaitSeconds), next: next.bytes,
            answer: Answer(status: 200, body: reply.bytes))
    }

    /// What was said to many above a node that is further below: so it hears of its own parent from somebody else.
    private func above(_ request: AboveRequest, _ proof: CallerProof) throws -> AboveReply {
        guard proof == .member || proof == .notAsked else { throw PeerRefusal.otherUnit }
        guard request.heads.count <= limits.headsPerRequest else { throw PeerRefusal.tooLarge }
        guard let found = try outbox.broadcasts(to: request.unit, beyond: request.heads, limitBytes: Envelope.maxBytes) else {
            throw PeerRefusal.notBelow(request.unit)
        }
        return AboveReply(envelopes: found)
    }

    private func joined(_ request: JoinRequest) throws -> [UInt8] {
        guard let enrolment else { throw PeerRefusal.noJoining }
        return try enrolment.join(request)
    }

    private func renewed(_ request: RenewRequest) throws -> RenewReply {
        guard let enrolment else { throw PeerRefusal.noJoining }
        return try enrolment.renew(request)
    }
}

extension ParentEndpoint.Outcome {
    fileprivate static func ok(_ body: [UInt8]) -> Self { .answer(ParentEndpoint.Answer(status: 200, body: body)) }
}
