import Rules

/// Heads in 256 buckets, compared by digest. With `digests` it asks which buckets differ; with `buckets` it shows all the
/// child's heads in them and asks for the parent's.
public struct HeadsRequest: Sendable, Hashable {
    public var session: SessionToken
    /// 256 × 8 bytes, or empty.
    public var digests: [UInt8]
    public var buckets: [UInt8]
    public var heads: [StreamHead]
    /// The caller's disk is still being refilled from below: what it does not show is not proven to be nowhere.
    public var isPartial: Bool

    public init(
        session: SessionToken, digests: [UInt8] = [], buckets: [UInt8] = [], heads: [StreamHead] = [], isPartial: Bool = false
    ) {
        self.session = session
        self.digests = digests
        self.buckets = buckets
        self.heads = heads
        self.isPartial = isPartial
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireHeadsRequest(serializedBytes: bytes), let session = SessionToken(wire.session),
              let heads = StreamHead.read(wire.heads), wire.digests.isEmpty || wire.digests.count == 2048,
              wire.buckets.count <= 256 else { return nil }
        self.session = session
        self.heads = heads
        digests = Array(wire.digests)
        buckets = Array(wire.buckets)
        isPartial = wire.partial
    }

    public var bytes: [UInt8] {
        var wire = WireHeadsRequest()
        wire.session = .init(session.bytes)
        wire.digests = .init(digests)
        wire.buckets = .init(buckets)
        wire.heads = heads.map(\.wire)
        wire.partial = isPartial
        return Wire.bytes(wire)
    }
}

public struct HeadsReply: Sendable, Hashable {
    /// Buckets whose digests differ.
    public var differing: [UInt8]
    /// Buckets that `heads` answers in full: the asked ones or the first of them.
    public var covered: [UInt8]
    public var heads: [StreamHead]
    /// The parent's journal position before it looked at its heads.
    public var position: Int64
    /// The parent's clock, seconds since 1970, for display.
    public var at: Int64

    public init(differing: [UInt8], covered: [UInt8], heads: [StreamHead], position: Int64, at: Int64) {
        self.differing = differing
        self.covered = covered
        self.heads = heads
        self.position = position
        self.at = at
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireHeadsReply(serializedBytes: bytes), let heads = StreamHead.read(wire.heads) else {
            return nil
        }
        self.heads = heads
        differing = Array(wire.differing)
        covered = Array(wire.covered)
        position = Int64(clamping: wire.position)
        at = wire.at
    }

    public var bytes: [UInt8] {
        var wire = WireHeadsReply()
        wire.heads = heads.map(\.wire)
        wire.differing = .init(differing)
        wire.covered = .init(covered)
        wire.position = UInt64(clamping: position)
        wire.at = at
        return Wire.bytes(wire)
    }
}

public struct PushRequest: Sendable, Hashable {
    public var session: SessionToken
    public var envelopes: [[UInt8]]

    public init(session: SessionToken, envelopes: [[UInt8]]) {
        self.session = session
        self.envelopes = envelopes
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WirePushRequest(serializedBytes: bytes), let session = SessionToken(wire.session) else {
            return nil
        }
        self.session = session
        envelopes = wire.envelopes.map { Array($0) }
    }

    public var bytes: [UInt8] {
        var wire = WirePushRequest()
        wire.session = .init(session.bytes)
        wire.envelopes = envelopes.map { .init($0) }
        return Wire.bytes(wire)
    }
}

/// An envelope that the peer did not store.
public struct RefusedEnvelope: Sendable, Hashable {
    /// Its place in the request.
    public var index: Int
    /// Nil for one that could not be read.
    public var head: StreamHead?
    public var refusal: Acceptance.Refusal

    public init(index: Int, head: StreamHead?, refusal: Acceptance.Refusal) {
        self.index = index
        self.head = head
        self.refusal = refusal
    }
}

public struct PushReply: Sendable, Hashable {
    /// Of the streams touched, committed at the parent.
    public var heads: [StreamHead]
    public var refused: [RefusedEnvelope]
    /// The parent's clock, seconds since 1970, for display.
    public var at: Int64

    public init(heads: [StreamHead], refused: [RefusedEnvelope], at: Int64) {
        self.heads = heads
        self.refused = refused
        self.at = at
    }

    /// A refusal of a newer program that this one does not know reads as `notAllowed`.
    public init?(bytes: [UInt8]) {
        guard let wire = try? WirePushReply(serializedBytes: bytes), let heads = StreamHead.read(wire.heads) else { return nil }
        self.heads = heads
        at = wire.at
        refused = wire.refused.map { refusal in
            RefusedEnvelope(
                index: Int(refusal.index), head: refusal.hasAt ? StreamHead(refusal.at) : nil,
                refusal: Acceptance.Refusal(rawValue: refusal.code) ?? .notAllowed)
        }
    }

    public var bytes: [UInt8] {
        var wire = WirePushReply()
        wire.heads = heads.map(\.wire)
        wire.at = at
        wire.refused = refused.map { refused in
            var refusal = WireRefusal()
            if let head = refused.head { refusal.at = head.wire }
            refusal.code = refused.refusal.rawValue
            refusal.index = UInt32(clamping: refused.index)
            return refusal
        }
        return Wire.bytes(wire)
    }
}

public struct FetchRequest: Sendable, Hashable {
    public var session: SessionToken
    public var ranges: [StreamRange]

    public init(session: SessionToken, ranges: [StreamRange]) {
        self.session = session
        self.ranges = ranges
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireFetchRequest(serializedBytes: bytes), let session = SessionToken(wire.session) else {
            return nil
        }
        self.session = session
        ranges = []
        for range in wire.ranges {
            guard let stream = StreamID(range.stream), range.from > 0, range.from <= range.to else { return nil }
            ranges.append(StreamRange(stream: stream, sequences: range.from...range.to))
        }
    }

    public var bytes: [UInt8] {
        var wire = WireFetchRequest()
        wire.session = .init(session.bytes)
        wire.ranges = ranges.map { range in
            var wire = WireRange()
            wire.stream = range.stream.wire
            wire.from = range.sequences.lowerBound
            wire.to = range.sequences.upperBound
            return wire
        }
        return Wire.bytes(wire)
    }
}

public struct FetchReply: Sendable, Hashable {
    public var envelopes: [[UInt8]]

    public init(envelopes: [[UInt8]]) { self.envelopes = envelopes }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireFetchReply(serializedBytes: bytes) else { return nil }
        envelopes = wire.envelopes.map { Array($0) }
    }

    public var bytes: [UInt8] {
        var wire = WireFetchReply()
        wire.envelopes = envelopes.map { .init($0) }
        return Wire.bytes(wire)
    }
}

public struct PullRequest: Sendable, Hashable {
    public var session: SessionToken
    /// Position in the parent's journal.
    public var after: Int64
    /// How long the parent may hold the answer while it has nothing, in seconds.
    public var waitSeconds: Int
    /// What earlier replies brought and is on durable storage at the child.
    public var stored: [StreamHead]
    /// The parent's change number up to which reach is known.
    public var reachAfter: Int64

    public init(session: SessionToken, after: Int64, waitSeconds: Int, stored: [StreamHead], reachAfter: Int64) {
        self.session = session
        self.after = after
        self.waitSeconds = waitSeconds
        self.stored = stored
        self.reachAfter = reachAfter
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WirePullRequest(serializedBytes: bytes), let session = SessionToken(wire.session),
              let stored = StreamHead.read(wire.stored) else { return nil }
        self.session = session
        after = Int64(clamping: wire.after)
        waitSeconds = Int(wire.waitSeconds)
        self.stored = stored
        reachAfter = Int64(clamping: wire.reachAfter)
    }

    public var bytes: [UInt8] {
        var wire = WirePullRequest()
        wire.session = .init(session.bytes)
        wire.after = UInt64(clamping: after)
        wire.waitSeconds = UInt32(clamping: waitSeconds)
        wire.stored = stored.map(\.wire)
        wire.reachAfter = UInt64(clamping: reachAfter)
        return Wire.bytes(wire)
    }
}

/// Before a session: the parent's own streams as the child holds them, for a parent that has forgotten the child.
public struct VouchRequest: Sendable, Hashable {
    public var unit: UnitCode
    public var envelopes: [[UInt8]]

    public init(unit: UnitCode, envelopes: [[UInt8]]) {
        self.unit = unit
        self.envelopes = envelopes
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireVouchRequest(serializedBytes: bytes), !wire.unit.isEmpty else { return nil }
        unit = UnitCode(wire.unit)
        envelopes = wire.envelopes.map { Array($0) }
    }

    public var bytes: [UInt8] {
        var wire = WireVouchRequest()
        wire.unit = unit.text
        wire.envelopes = envelopes.map { .init($0) }
        return Wire.bytes(wire)
    }
}

public struct PullReply: Sendable, Hashable {
    public var envelopes: [[UInt8]]
    /// Everything for the child up to here is in this reply or in earlier ones.
    public var position: Int64
    public var hasMore: Bool
    public var reach: [Reach]
    public var reachChange: Int64

    public init(envelopes: [[UInt8]], position: Int64, hasMore: Bool, reach: [Reach], reachChange: Int64) {
        self.envelopes = envelopes
        self.position = position
        self.hasMore = hasMore
        self.reach = reach
        self.reachChange = reachChange
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WirePullReply(serializedBytes: bytes) else { return nil }
        envelopes = wire.envelopes.map { Array($0) }
        position = Int64(clamping: wire.position)
        hasMore = wire.more
        reachChange = Int64(clamping: wire.reachChange)
        reach = []
        for item in wire.reach {
            guard let stream = StreamID(item.stream) else { return nil }
            reach.append(Reach(
                stream: stream, unit: UnitCode(item.unit), sequence: item.stream.sequence, at: item.at, isApplied: item.applied))
        }
    }

    public var bytes: [UInt8] {
        var wire = WirePullReply()
        wire.envelopes = envelopes.map { .init($0) }
        wire.position = UInt64(clamping: position)
        wire.more = hasMore
        wire.reachChange = UInt64(clamping: reachChange)
        wire.reach = reach.map { item in
            var wire = WireReach()
            wire.stream = item.stream.wire
            wire.stream.sequence = item.sequence
            wire.unit = item.unit.text
            wire.at = item.at
            wire.applied = item.isApplied
            return wire
        }
        return Wire.bytes(wire)
    }
}

/// Body of every answer that is not 200: code, Chinese text and remedy.
public struct PeerProblem: Error, Sendable, Hashable {
    public var code: String
    public var text: String
    public var remedy: String
    /// The parent to go to, with code `moved`.
    public var unit: UnitCode?
    /// Where that unit's node is reached, where known.
    public var address: String?
    /// With 429 and 503.
    public var retryAfterSeconds: Int?

    public init(
        code: String, text: String, remedy: String, unit: UnitCode? = nil, address: String? = nil, retryAfterSeconds: Int? = nil
    ) {
        self.code = code
        self.address = address
        self.text = text
        self.remedy = remedy
        self.unit = unit
        self.retryAfterSeconds = retryAfterSeconds
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireProblem(serializedBytes: bytes) else { return nil }
        code = wire.code
        text = wire.text
        remedy = wire.remedy
        unit = wire.unit.isEmpty ? nil : UnitCode(wire.unit)
        address = wire.address.isEmpty ? nil : wire.address
        retryAfterSeconds = wire.retryAfterSeconds == 0 ? nil : Int(wire.retryAfterSeconds)
    }

    public var bytes: [UInt8] {
        var wire = WireProblem()
        wire.code = code
        wire.text = text
        wire.remedy = remedy
        wire.unit = unit?.text ?? ""
        wire.address = address ?? ""
        wire.retryAfterSeconds = UInt32(clamping: retryAfterSeconds ?? 0)
        return Wire.bytes(wire)
    }
}

extension StreamID {
    var wire: WireStreamHead {
        var wire = WireStreamHead()
        wire.unit = unit.text
        wire.incarnation = .init(incarnation.bytes)
        wire.audience = audience.text
        return wire
    }

    init?(_ wire: WireStreamHead) {
        guard !wire.unit.isEmpty, let incarnation = Incarnation(wire.incarnation), let audience = Audience(wire.audience)
        else { return nil }
        self.init(unit: UnitCode(wire.unit), incarnation: incarnation, audience: audience)
    }
}

extension StreamHead {
    /// Unambiguous bytes of a head, the same in every program version: what digests of heads cover.
    public var canonicalBytes: [UInt8] { Wire.bytes(wire) }

    var wire: WireStreamHead {
        var wire = stream.wire
        wire.sequence = sequence
        wire.hash = .init(hash.bytes)
        return wire
    }

    init?(_ wire: WireStreamHead) {
        guard let stream = StreamID(wire), let hash = Digest(wire.hash), wire.sequence > 0 else { return nil }
        self.init(stream: stream, sequence: wire.sequence, hash: hash)
    }

    static func read(_ wires: [WireStreamHead]) -> [StreamHead]? {
        var heads: [StreamHead] = []
        heads.reserveCapacity(wires.count)
        for wire in wires {
            guard let head = StreamHead(wire) else { return nil }
            heads.append(head)
        }
        return heads
    }
}
