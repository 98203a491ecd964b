import Protocol
import Rules

/// Where the two copies of a stream differ.
enum Difference: Sendable, Hashable {
    case parentShorter(own: StreamHead, parent: StreamHead?)
    case ownShorter(own: StreamHead?, parent: StreamHead)
    /// Equal in length, not in content.
    case fork(own: StreamHead, parent: StreamHead)

    var stream: StreamID {
        switch self {
        case .parentShorter(let own, _), .fork(let own, _): own.stream
        case .ownShorter(_, let parent): parent.stream
        }
    }
}

/// One comparison of heads with the parent: by digest first where there are many, then bucket by bucket.
struct Comparison: Sendable {
    let own: HeadsSummary
    /// Our journal position before the heads were read: what came later is news.
    let ownPosition: Int64
    let ownUnits: Set<UnitCode>
    /// Our disk is still being refilled from below.
    let isPartial: Bool
    private(set) var differences: [Difference] = []
    /// What the parent holds just as we do: told to the inbox.
    private(set) var held: [StreamHead] = []
    private var remaining: [UInt8] = Array(0...255)
    private var isNarrowed: Bool

    init(heads: [StreamHead], position: Int64, ownUnits: Set<UnitCode>, headsPerCall: Int, isPartial: Bool = false) {
        own = HeadsSummary(heads)
        ownPosition = position
        self.ownUnits = ownUnits
        self.isPartial = isPartial
        isNarrowed = heads.count <= headsPerCall
    }

    /// The next question; nil when every bucket has been compared.
    func next(_ session: SessionToken, headsPerCall: Int) -> HeadsRequest? {
        guard isNarrowed else { return HeadsRequest(session: session, digests: own.digests, isPartial: isPartial) }
        guard !remaining.isEmpty else { return nil }
        var buckets: [UInt8] = []
        var heads: [StreamHead] = []
        for bucket in remaining {
            let more = own.buckets[Int(bucket)]
            guard buckets.isEmpty || heads.count + more.count <= headsPerCall else { break }
            buckets.append(bucket)
            heads += more
        }
        return HeadsRequest(session: session, buckets: buckets, heads: heads, isPartial: isPartial)
    }

    /// Takes the parent's answer in; false when it does not answer the question.
    mutating func take(_ reply: HeadsReply) -> Bool {
        guard isNarrowed else {
            let differing = Set(reply.differing)
            for bucket in 0...255 where !differing.contains(UInt8(bucket)) { held += own.buckets[bucket] }
            remaining = differing.sorted()
            isNarrowed = true
            return true
        }
        let covered = Set(reply.covered).intersection(remaining)
        guard !covered.isEmpty else { return false }
        var theirs: [StreamID: StreamHead] = [:]
        for head in reply.heads where covered.contains(UInt8(HeadsSummary.bucket(of: head.stream))) {
            theirs[head.stream] = head
        }
        for bucket in covered.sorted() {
            for head in own.buckets[Int(bucket)] {
                compare(head, theirs.removeValue(forKey: head.stream))
            }
        }
        differences += theirs.values.inOrder.map { .ownShorter(own: nil, parent: $0) }
        remaining.removeAll { covered.contains($0) }
        return true
    }

    private mutating func compare(_ own: StreamHead, _ parent: StreamHead?) {
        guard let parent else { return differences.append(.parentShorter(own: own, parent: nil)) }
        if own.sequence > parent.sequence {
            // Not told to the inbox: whether it is the beginning of ours is known when the rest is sent.
            differences.append(.parentShorter(own: own, parent: parent))
        } else if own.sequence < parent.sequence {
            differences.append(.ownShorter(own: own, parent: parent))
        } else if own.hash == parent.hash {
            held.append(own)
        } else {
            differences.append(.fork(own: own, parent: parent))
        }
    }
}
