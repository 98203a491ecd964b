import Rules

/// A blob that somebody lacks or offers.
public struct BlobWant: Sendable, Hashable {
    public var hash: Digest
    /// Bytes in all.
    public var size: Int
    /// Bytes that are there already: sending goes on from here.
    public var have: Int
    /// Somebody waits for it: the hours of the lane do not count for it.
    public var isUrgent: Bool

    public init(hash: Digest, size: Int, have: Int = 0, isUrgent: Bool = false) {
        self.hash = hash
        self.size = size
        self.have = have
        self.isUrgent = isUrgent
    }

    init?(_ wire: WireBlobWant) {
        guard let hash = Digest(wire.hash), wire.size > 0, wire.have <= wire.size else { return nil }
        self.init(hash: hash, size: Int(wire.size), have: Int(wire.have), isUrgent: wire.urgent)
    }

    var wire: WireBlobWant {
        var wire = WireBlobWant()
        wire.hash = .init(hash.bytes)
        wire.size = UInt32(clamping: size)
        wire.have = UInt32(clamping: have)
        wire.urgent = isUrgent
        return wire
    }
}

/// How much waits in a lane for blobs.
public struct BlobQueue: Sendable, Hashable {
    public var count: Int
    public var bytes: Int
    /// Seconds since 1970; nil when nothing waits.
    public var oldest: Int64?

    public init(count: Int = 0, bytes: Int = 0, oldest: Int64? = nil) {
        self.count = count
        self.bytes = bytes
        self.oldest = oldest
    }
}

/// What the child lacks itself; the answer says what the parent lacks.
public struct BlobsRequest: Sendable, Hashable {
    public var session: SessionToken
    public var asks: [Digest]

    /// Hashes in one request.
    public static let maxAsks = 64

    public init(session: SessionToken, asks: [Digest]) {
        self.session = session
        self.asks = asks
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireBlobsRequest(serializedBytes: bytes), let session = SessionToken(wire.session),
              wire.asks.count <= Self.maxAsks else { return nil }
        self.session = session
        asks = wire.asks.compactMap { Digest($0) }
    }

    public var bytes: [UInt8] {
        var wire = WireBlobsRequest()
        wire.session = .init(session.bytes)
        wire.asks = asks.map { .init($0.bytes) }
        return Wire.bytes(wire)
    }
}

public struct BlobsReply: Sendable, Hashable {
    /// What the parent lacks, the most urgent first.
    public var wants: [BlobWant]
    /// Of what was asked for, what the parent has.
    public var offers: [BlobWant]
    /// All that the parent lacks of this child's subtree.
    public var queue: BlobQueue
    /// What the parent wants to be told besides.
    public var questions: [TrailQuestion]

    public init(wants: [BlobWant], offers: [BlobWant], queue: BlobQueue, questions: [TrailQuestion] = []) {
        self.wants = wants
        self.offers = offers
        self.queue = queue
        self.questions = questions
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireBlobsReply(serializedBytes: bytes) else { return nil }
        wants = wire.wants.compactMap { BlobWant($0) }
        offers = wire.offers.compactMap { BlobWant($0) }
        queue = BlobQueue(
            count: Int(clamping: wire.waiting), bytes: Int(clamping: wire.waitingBytes), oldest: wire.oldest == 0 ? nil : wire.oldest)
        questions = wire.questions.compactMap { TrailQuestion($0) }
    }

    public var bytes: [UInt8] {
        var wire = WireBlobsReply()
        wire.wants = wants.map(\.wire)
        wire.offers = offers.map(\.wire)
        wire.waiting = UInt64(clamping: queue.count)
        wire.waitingBytes = UInt64(clamping: queue.bytes)
        wire.oldest = queue.oldest ?? 0
        wire.questions = questions.map(\.wire)
        return Wire.bytes(wire)
    }
}

/// A piece of a blob on its way up.
public struct BlobPut: Sendable, Hashable {
    public var session: SessionToken
    public var hash: Digest
    public var size: Int
    public var offset: Int
    public var piece: [UInt8]

    public init(session: SessionToken, hash: Digest, size: Int, offset: Int, piece: [UInt8]) {
        self.session = session
        self.hash = hash
        self.size = size
        self.offset = offset
        self.piece = piece
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireBlobPut(serializedBytes: bytes), let session = SessionToken(wire.session),
              let hash = Digest(wire.hash), UInt64(wire.offset) + UInt64(wire.bytes.count) <= UInt64(wire.size) else { return nil }
        self.init(session: session, hash: hash, size: Int(wire.size), offset: Int(wire.offset), piece: Array(wire.bytes))
    }

    public var bytes: [UInt8] {
        var wire = WireBlobPut()
        wire.session = .init(session.bytes)
        wire.hash = .init(hash.bytes)
        wire.size = UInt32(clamping: size)
        wire.offset = UInt32(clamping: offset)
        wire.bytes = .init(piece)
        return Wire.bytes(wire)
    }
}

/// What became of a piece.
public enum BlobReceipt: Sendable, Hashable {
    /// So many bytes are there now; go on from here.
    case more(have: Int)
    /// The blob is whole, its hash proved, on durable storage.
    case stored
    /// The bytes do not give the hash: all of them were thrown away.
    case mismatch
    /// Not wanted here, or not any more.
    case unwanted

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireBlobPutReply(serializedBytes: bytes) else { return nil }
        switch wire.outcome {
        case "more": self = .more(have: Int(wire.have))
        case "stored": self = .stored
        case "mismatch": self = .mismatch
        case "unwanted": self = .unwanted
        default: return nil
        }
    }

    public var bytes: [UInt8] {
        var wire = WireBlobPutReply()
        switch self {
        case .more(let have):
            wire.outcome = "more"
            wire.have = UInt32(clamping: have)
        case .stored: wire.outcome = "stored"
        case .mismatch: wire.outcome = "mismatch"
        case .unwanted: wire.outcome = "unwanted"
        }
        return Wire.bytes(wire)
    }
}

/// Asks the parent for a piece of a blob.
public struct BlobGet: Sendable, Hashable {
    public var session: SessionToken
    public var hash: Digest
    public var offset: Int
    public var length: Int

    public init(session: SessionToken, hash: Digest, offset: Int, length: Int) {
        self.session = session
        self.hash = hash
        self.offset = offset
        self.length = length
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireBlobGet(serializedBytes: bytes), let session = SessionToken(wire.session),
              let hash = Digest(wire.hash), wire.length > 0 else { return nil }
        self.init(session: session, hash: hash, offset: Int(wire.offset), length: Int(wire.length))
    }

    public var bytes: [UInt8] {
        var wire = WireBlobGet()
        wire.session = .init(session.bytes)
        wire.hash = .init(hash.bytes)
        wire.offset = UInt32(clamping: offset)
        wire.length = UInt32(clamping: length)
        return Wire.bytes(wire)
    }
}

public struct BlobGetReply: Sendable, Hashable {
    public var piece: [UInt8]
    /// Of the whole blob; 0: it is not there.
    public var size: Int

    public init(piece: [UInt8], size: Int) {
        self.piece = piece
        self.size = size
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireBlobGetReply(serializedBytes: bytes) else { return nil }
        self.init(piece: Array(wire.bytes), size: Int(wire.size))
    }

    public var bytes: [UInt8] {
        var wire = WireBlobGetReply()
        wire.bytes = .init(piece)
        wire.size = UInt32(clamping: size)
        return Wire.bytes(wire)
    }
}
