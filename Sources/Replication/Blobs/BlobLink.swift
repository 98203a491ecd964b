import Protocol
import Rules

/// A child's side of the lane for blobs: pure, without sockets, clock or chance of its own.
///
/// Guarantee: of all the bytes of blobs at most one piece is under way, no piece begins while a decision travels, outside the
/// hours (but for what somebody waits for) or above the cap; what was cut goes on where it was cut.
public struct BlobLink: Sendable {
    public enum Action: Sendable, Hashable {
        /// Ask the room what is lacking here, and for the policies.
        case readWishes
        case call(BlobCall)
        case read(Digest, offset: Int, length: Int)
        case noteAsked(Digest, isUrgent: Bool)
        case store([UInt8], of: Digest, size: Int, offset: Int)
        /// Nothing to do until the (monotonic) time comes.
        case rest(until: Double)
    }

    public enum Event: Sendable {
        case begin
        case wishes([BlobWant], BlobAllowance)
        case reply(BlobReply)
        case piece([UInt8]?)
        case noted
        case stored(BlobReceipt)
        /// - Parameter chance: 0..<1, for the jitter.
        case failed(LinkFailure, chance: Double)
    }

    /// The line as it is at this moment.
    public struct Line: Sendable, Hashable {
        /// Monotonic seconds.
        public var at: Double
        /// Seconds since 1970: hours are China's.
        public var epoch: Int64
        /// The session of the link for decisions; nil while there is none.
        public var session: SessionToken?
        /// Whether decisions travel, or wait to.
        public var isBusy: Bool

        public init(at: Double, epoch: Int64, session: SessionToken?, isBusy: Bool) {
            self.at = at
            self.epoch = epoch
            self.session = session
            self.isBusy = isBusy
        }
    }

    struct Job: Sendable, Hashable {
        enum Direction: Sendable { case up, down }
        var direction: Direction
        var want: BlobWant
        var offset: Int
    }

    /// Seconds between two questions while nothing is to be done.
    public let pause: Double
    /// Seconds between two looks while decisions travel or there is no session.
    static let breath = 0.25
    static let sessionPause = 2.0
    /// Seconds between two looks outside the hours: a policy may change, somebody may wait for one.
    static let closedPause = 60.0

    private let backOff: BackOffPlan
    private var jobs: [Job] = []
    private var length = PieceLength()
    private var bucket: BandwidthBucket?
    private var allowance = BlobAllowance()
    private var callBegan: (at: Double, bytes: Int)?
    private var attempts = 0
    private var notBefore: Double?
    private var nextQuestion: Double?
    /// Whether a byte has moved since the last question: else the next one can wait.
    private var hasMoved = false
    /// What the parent said that it lacks of ours, when last asked.
    public private(set) var queue = BlobQueue()
    /// What this node lacks and asked its parent for, when last asked.
    public private(set) var asked: [BlobWant] = []
    public private(set) var failure: LinkFailure?

    public init(pause: Double = 30, backOff: BackOffPlan = BackOffPlan()) {
        self.pause = pause
        self.backOff = backOff
    }

    /// The one way in: what happened; what to do next.
    public mutating func handle(_ event: Event, _ line: Line) -> Action {
        switch event {
        case .begin, .noted: return next(line)
        case .wishes(let asks, let allowance): return ask(asks, allowance, line)
        case .reply(.wants(let reply)): return plan(reply, line)
        case .reply(.receipt(let receipt)): return went(receipt, line)
        case .reply(.piece(let reply)): return came(reply, line)
        case .piece(let bytes): return send(bytes, line)
        case .stored(let receipt): return stored(receipt, line)
        case .failed(let failure, let chance): return failed(failure, chance, line)
        }
    }

    // MARK: What next

    private mutating func next(_ line: Line) -> Action {
        if let notBefore, notBefore > line.at { return .rest(until: notBefore) }
        notBefore = nil
        guard line.session != nil else { return .rest(until: line.at + Self.sessionPause) }
        guard !line.isBusy else { return .rest(until: line.at + Self.breath) }
        dropWhatMustWait(line)
        guard let job = jobs.first else {
            if let nextQuestion, nextQuestion > line.at { return .rest(until: nextQuestion) }
            return .readWishes
        }
        let bytes = min(length.bytes, job.want.size - job.offset)
        let wait = bucket?.take(bytes, now: line.at) ?? 0
        guard wait == 0 else { return .rest(until: line.at + wait) }
        switch job.direction {
        case .up: return .read(job.want.hash, offset: job.offset, length: bytes)
        case .down: return call(.get(BlobGet(session: session(line), hash: job.want.hash, offset: job.offset, length: bytes)), bytes, line)
        }
    }

    /// Outside the hours only what somebody waits for travels.
    private mutating func dropWhatMustWait(_ line: Line) {
        guard let hours = allowance.hours, !hours.contains(secondsSince1970: line.epoch) else { return }
        let kept = jobs.filter(\.want.isUrgent)
        if kept.count < jobs.count, kept.isEmpty { nextQuestion = line.at + Self.closedPause }
        jobs = kept
    }

    private func session(_ line: Line) -> SessionToken {
        guard let session = line.session else { preconditionFailure("asked for above") }
        return session
    }

    private mutating func call(_ call: BlobCall, _ bytes: Int, _ line: Line) -> Action {
        callBegan = bytes > 0 ? (line.at, bytes) : nil
        return .call(call)
    }

    // MARK: The plan

    private mutating func ask(_ asks: [BlobWant], _ allowance: BlobAllowance, _ line: Line) -> Action {
        self.allowance = allowance
        if bucket == nil { bucket = BandwidthBucket(rate: allowance.bytesPerSecond, now: line.at) }
        bucket?.setRate(allowance.bytesPerSecond, now: line.at)
        asked = asks
        guard let session = line.session else { return .rest(until: line.at + Self.sessionPause) }
        return call(.wants(BlobsRequest(session: session, asks: asks.prefix(BlobsRequest.maxAsks).map(\.hash))), 0, line)
    }

    private mutating func plan(_ reply: BlobsReply, _ line: Line) -> Action {
        good()
        queue = reply.queue
        let mine = Dictionary(asked.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first })
        let down = reply.offers.compactMap { offer -> Job? in
            guard let want = mine[offer.hash], want.size == offer.size else { return nil }
            return Job(direction: .down, want: want, offset: want.have)
        }
        let all = reply.wants.map { Job(direction: .up, want: $0, offset: $0.have) } + down
        jobs = all.filter(\.want.isUrgent) + all.filter { !$0.want.isUrgent }
        hasMoved = false
        // With work done it asks again soon; there may be more than one answer holds.
        nextQuestion = jobs.isEmpty ? line.at + pause : nil
        return next(line)
    }

    // MARK: Up

    private mutating func send(_ bytes: [UInt8]?, _ line: Line) -> Action {
        guard let job = jobs.first else { return next(line) }
        guard let bytes, !bytes.isEmpty else {
            // Not here: the parent will ask again, and meanwhile it may come from below.
            drop(line)
            return .noteAsked(job.want.hash, isUrgent: job.want.isUrgent)
        }
        guard let session = line.session else { return .rest(until: line.at + Self.sessionPause) }
        return call(
            .put(BlobPut(session: session, hash: job.want.hash, size: job.want.size, offset: job.offset, piece: bytes)), bytes.count, line)
    }

    private mutating func went(_ receipt: BlobReceipt, _ line: Line) -> Action {
        good()
        measure(line)
        guard let job = jobs.first else { return next(line) }
        hasMoved = receipt != .unwanted
        switch receipt {
        case .more(let have) where have < job.want.size: jobs[0].offset = have
        case .more, .unwanted, .mismatch: drop(line)
        case .stored:
            queue.count = max(0, queue.count - 1)
            queue.bytes = max(0, queue.bytes - job.want.size)
            drop(line)
        }
        return next(line)
    }

    // MARK: Down

    private mutating func came(_ reply: BlobGetReply, _ line: Line) -> Action {
        good()
        measure(line)
        guard let job = jobs.first, reply.size == job.want.size, !reply.piece.isEmpty else {
            drop(line)
            return next(line)
        }
        return .store(reply.piece, of: job.want.hash, size: job.want.size, offset: job.offset)
    }

    private mutating func stored(_ receipt: BlobReceipt, _ line: Line) -> Action {
        hasMoved = true
        if case .more(let have) = receipt, let job = jobs.first, have < job.want.size {
            jobs[0].offset = have
        } else {
            drop(line)
        }
        return next(line)
    }

    private mutating func drop(_ line: Line) {
        if !jobs.isEmpty { jobs.removeFirst() }
        if jobs.isEmpty { nextQuestion = line.at + (hasMoved ? Self.breath : pause) }
    }

    private mutating func measure(_ line: Line) {
        if let callBegan { length.took(line.at - callBegan.at, bytes: callBegan.bytes) }
        callBegan = nil
    }

    // MARK: Failure

    private mutating func good() {
        attempts = 0
        failure = nil
    }

    private mutating func failed(_ failure: LinkFailure, _ chance: Double, _ line: Line) -> Action {
        self.failure = failure
        jobs = []
        length.begin()
        callBegan = nil
        nextQuestion = nil
        switch failure.kind {
        // The link for decisions says hello anew; this lane follows.
        case .session: notBefore = line.at + Self.sessionPause
        case .standing: notBefore = line.at + 900
        case .passing:
            attempts += 1
            notBefore = line.at + backOff.delay(attempt: attempts, chance: chance, retryAfter: failure.retryAfter)
        }
        return next(line)
    }
}
