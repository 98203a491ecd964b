import Protocol
import Rules

/// What a parent process knows of one child since it started.
public struct ChildRecord: Sendable, Hashable {
    public let unit: UnitCode
    public var version: String
    public var nonce: BootNonce
    /// Seconds since 1970.
    public var lastContact: Int64
    public var isConnected: Bool
    /// Seconds since 1970 of the last push and the last pull.
    public var lastPush: Int64?
    public var lastPull: Int64?
    /// Whether it has shown all its heads to this process: the boot fence stays closed until the needed children have.
    public var hasShownHeads = false
    /// Copies of this node's own streams that are longer there than here, or differ: the fence stays closed until they are
    /// back (the child pushes them by itself).
    public var ahead: [StreamID: StreamHead] = [:]
    /// This node's own streams as committed at the child: for the release gate.
    public var stored: [StreamID: UInt64] = [:]
    /// Position in our journal up to which it has pulled.
    public var pulledUpTo: Int64 = 0
    /// How often a process came back that another one of the same unit had replaced: a clone.
    public var cloneSightings = 0
    /// Calls answered 429 because it asked too much.
    public var refusedCalls = 0
    var uncovered: Set<UInt8> = Set(0...255)

    init(unit: UnitCode, version: String, nonce: BootNonce, lastContact: Int64) {
        self.unit = unit
        self.version = version
        self.nonce = nonce
        self.lastContact = lastContact
        isConnected = true
    }
}

public struct DeskLimits: Sendable, Hashable {
    public var sessions: Int
    public var envelopesPerPush: Int
    public var rangesPerFetch: Int
    public var batchBytes: Int
    public var headsPerRequest: Int
    /// Heads in one reply; one bucket at least.
    public var headsPerReply: Int
    public var reachPerReply: Int
    public var longestWaitSeconds: Int
    /// A process heard from so lately counts as running: longer than a long poll and its pause.
    public var aliveSeconds: Int64
    /// Calls of one child carried out at a time. A link has two lanes and a lane for blobs.
    public var callsAtOnce: Int
    /// Calls of one child within one second.
    public var callsPerSecond: Int

    public init(
        sessions: Int = 16_384, envelopesPerPush: Int = 16_384, rangesPerFetch: Int = 256, batchBytes: Int = 1 << 20,
        headsPerRequest: Int = 65_536, headsPerReply: Int = 16_384, reachPerReply: Int = 4096, longestWaitSeconds: Int = 55,
        aliveSeconds: Int64 = 120, callsAtOnce: Int = 6, callsPerSecond: Int = .max
    ) {
        self.sessions = sessions
        self.envelopesPerPush = envelopesPerPush
        self.rangesPerFetch = rangesPerFetch
        self.batchBytes = batchBytes
        self.headsPerRequest = headsPerRequest
        self.headsPerReply = headsPerReply
        self.reachPerReply = reachPerReply
        self.longestWaitSeconds = longestWaitSeconds
        self.aliveSeconds = aliveSeconds
        self.callsAtOnce = callsAtOnce
        self.callsPerSecond = callsPerSecond
    }
}

/// The sessions of one parent process and what its children have shown it. Pure: no store, no clock, no chance.
public struct ParentDesk: Sendable {
    struct Session: Sendable {
        let child: UnitCode
        let nonce: BootNonce
    }

    let limits: DeskLimits
    private var sessions: [SessionToken: Session] = [:]
    private var current: [UnitCode: SessionToken] = [:]
    /// Of each child the last session that another process of the same unit ended.
    private var replaced: [SessionToken: UnitCode] = [:]
    private var replacedOf: [UnitCode: SessionToken] = [:]
    /// Of each unit the process whose session another one took over. When it comes back, both are alive: the older one stays.
    private var ousted: [UnitCode: BootNonce] = [:]
    /// Of each unit the process that is known to be a copy, as long as the other one is heard from.
    private var barred: [UnitCode: BootNonce] = [:]
    private(set) var children: [UnitCode: ChildRecord] = [:]
    /// Calls under way, and those of the present second.
    private var inWork: [UnitCode: Int] = [:]
    private var recent: [UnitCode: (second: Int64, calls: Int)] = [:]

    public init(limits: DeskLimits = DeskLimits()) { self.limits = limits }

    /// Opens a session for a hello whose signature has been checked; the child's older session ends.
    mutating func open(_ hello: Hello, token: SessionToken, now: Int64) throws(PeerRefusal) {
        guard current[hello.unit] != nil || sessions.count < limits.sessions else { throw .sessionsFull }
        try judgeCopies(hello, now: now)
        if let old = current[hello.unit], let session = sessions.removeValue(forKey: old), session.nonce != hello.nonce {
            if let older = replacedOf[hello.unit] { replaced[older] = nil }
            replaced[old] = hello.unit
            replacedOf[hello.unit] = old
            ousted[hello.unit] = session.nonce
        }
        sessions[token] = Session(child: hello.unit, nonce: hello.nonce)
        current[hello.unit] = token
        var record = children[hello.unit]
            ?? ChildRecord(unit: hello.unit, version: hello.version, nonce: hello.nonce, lastContact: now)
        if record.nonce != hello.nonce {
            // Another process, perhaps with an older disk: what it holds it has to show again.
            record.hasShownHeads = false
            record.uncovered = Set(0...255)
            record.stored = [:]
            record.ahead = [:]
            record.pulledUpTo = 0
        }
        record.version = hello.version
        record.nonce = hello.nonce
        record.lastContact = now
        record.isConnected = true
        children[hello.unit] = record
    }

    /// A restarted process never comes back under its old nonce, a second process beside it does: then both run on one key.
    private mutating func judgeCopies(_ hello: Hello, now: Int64) throws(PeerRefusal) {
        let record = children[hello.unit]
        let isOtherAlive = record.map { $0.nonce != hello.nonce && $0.isConnected && now - $0.lastContact <= limits.aliveSeconds } ?? false
        if barred[hello.unit] == hello.nonce {
            if isOtherAlive { throw .clone }
            barred[hello.unit] = nil
        }
        if ousted[hello.unit] == hello.nonce {
            ousted[hello.unit] = nil
            if isOtherAlive { barred[hello.unit] = record?.nonce }
        }
    }

    /// The child that holds a session.
    mutating func child(_ token: SessionToken, now: Int64) throws(PeerRefusal) -> UnitCode {
        guard let session = sessions[token] else {
            guard let child = replaced[token] else { throw .sessionGone }
            children[child]?.cloneSightings += 1
            throw .sessionReplaced
        }
        children[session.child]?.lastContact = now
        return session.child
    }

    /// A call of a child begins to be carried out; `end` follows.
    mutating func begin(_ child: UnitCode, now: Int64) throws(PeerRefusal) {
        let present = recent[child].flatMap { $0.second == now ? $0.calls : nil } ?? 0
        guard present < limits.callsPerSecond, inWork[child] ?? 0 < limits.callsAtOnce else {
            children[child]?.refusedCalls += 1
            throw .tooOften(seconds: 1)
        }
        recent[child] = (now, present + 1)
        inWork[child, default: 0] += 1
    }

    mutating func end(_ child: UnitCode) {
        let left = (inWork[child] ?? 1) - 1
        inWork[child] = left > 0 ? left : nil
    }

    /// Whose session it is, without counting as a call.
    func holder(of token: SessionToken) -> UnitCode? { sessions[token]?.child }

    /// Ends a child's session: it moved away, or was revoked.
    mutating func close(_ child: UnitCode) {
        if let token = current.removeValue(forKey: child) { sessions[token] = nil }
        children[child]?.isConnected = false
    }

    /// A hello that goes on where it was may skip the heads only when this very process of the child has shown them.
    func hasShown(_ hello: Hello) -> Bool {
        guard let record = children[hello.unit] else { return false }
        return record.nonce == hello.nonce && record.hasShownHeads
    }

    /// The child's heads in some buckets were seen.
    mutating func shown(_ buckets: some Sequence<UInt8>, by child: UnitCode) {
        children[child]?.uncovered.subtract(buckets)
        if children[child]?.uncovered.isEmpty == true { children[child]?.hasShownHeads = true }
    }

    /// The child says that its disk is not whole: what it showed before proves nothing either.
    mutating func isWanting(_ child: UnitCode) {
        children[child]?.hasShownHeads = false
        children[child]?.uncovered = Set(0...255)
    }

    /// The child is about to show its copies in some buckets anew: what it showed before and gave up since counts no longer.
    mutating func forgetCopies(in buckets: some Collection<UInt8>, of child: UnitCode) {
        let buckets = Set(buckets)
        let kept = children[child]?.ahead.filter { !buckets.contains(UInt8(HeadsSummary.bucket(of: $0.key))) }
        children[child]?.ahead = kept ?? [:]
    }

    /// The child's copy of one of our own streams, beside ours.
    mutating func noteCopy(_ copy: StreamHead, ours: StreamHead?, at child: UnitCode) {
        let isAhead = copy.sequence > ours?.sequence ?? 0
        let isFork = copy.sequence == ours?.sequence && copy.hash != ours?.hash
        children[child]?.ahead[copy.stream] = isAhead || isFork ? copy : nil
        if !isAhead, !isFork { stored(copy, at: child) }
    }

    mutating func stored(_ copy: StreamHead, at child: UnitCode) {
        let known = children[child]?.stored[copy.stream] ?? 0
        children[child]?.stored[copy.stream] = max(known, copy.sequence)
    }

    /// A stream of ours came back so far.
    mutating func regained(_ head: StreamHead, from child: UnitCode) {
        guard let copy = children[child]?.ahead[head.stream], head.sequence >= copy.sequence else { return }
        if head.sequence > copy.sequence || head.hash == copy.hash {
            children[child]?.ahead[head.stream] = nil
            stored(copy, at: child)
        }
    }

    mutating func pushed(by child: UnitCode, now: Int64) { children[child]?.lastPush = now }

    mutating func pulled(_ position: Int64, by child: UnitCode, now: Int64) {
        children[child]?.lastPull = now
        let known = children[child]?.pulledUpTo ?? 0
        children[child]?.pulledUpTo = max(known, position)
    }

    /// In how many children a link of one of our own streams is on durable storage.
    func copies(of stream: StreamID, sequence: UInt64) -> Int {
        children.values.count { ($0.stored[stream] ?? 0) >= sequence }
    }
}
