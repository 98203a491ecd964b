import Protocol
import Rules

/// An envelope's place, read from its shell.
struct Shell: Sendable, Hashable {
    let head: StreamHead
    let previous: Digest?

    /// Nil for bytes that are not an envelope.
    init?(_ bytes: [UInt8]) {
        guard let envelope = try? Envelope(bytes: bytes) else { return nil }
        head = envelope.head
        previous = envelope.previous
    }
}

/// Brings two copies to the same length after a comparison: fetches what we lack, pushes what the parent lacks, by turns,
/// so that a long refill holds back no new act.
struct Mending: Sendable {
    struct Need: Sendable, Hashable {
        let stream: StreamID
        var next: UInt64
        let upTo: UInt64
        /// Hash of the link before `next` at the side that lacks the rest.
        var after: Digest?
        let own: StreamHead?
        let parent: StreamHead?

        var isDone: Bool { next > upTo }
    }

    enum Step: Sendable {
        case fetch([StreamRange])
        case read([StreamRange])
    }

    /// What became of one stream in a step.
    enum End: Sendable, Hashable {
        case fork(Need)
        case refused(Need, Acceptance.Refusal)
        /// Neither side could give the range.
        case missing(Need)
    }

    let ownPosition: Int64
    /// Last first, so that steps work at the end.
    private var fetches: [Need] = []
    private var pushes: [Need] = []
    private var active: [Need] = []
    private var isFetching = false

    /// - Parameter skip: streams that wait for a person or a key.
    init(_ differences: [Difference], ownPosition: Int64, skip: (StreamID) -> Bool) {
        self.ownPosition = ownPosition
        for difference in differences where !skip(difference.stream) {
            switch difference {
            case .parentShorter(let own, let parent):
                pushes.append(Need(
                    stream: own.stream, next: (parent?.sequence ?? 0) + 1, upTo: own.sequence, after: parent?.hash,
                    own: own, parent: parent))
            case .ownShorter(let own, let parent):
                fetches.append(Need(
                    stream: parent.stream, next: (own?.sequence ?? 0) + 1, upTo: parent.sequence, after: own?.hash,
                    own: own, parent: parent))
            case .fork: break
            }
        }
        // Codes of authorities sort before those under them: keys and units come before what needs them.
        fetches.sort(by: Mending.isLater)
        pushes.sort(by: Mending.isLater)
    }

    private static func isLater(_ one: Need, _ other: Need) -> Bool {
        if one.stream.unit != other.stream.unit { return one.stream.unit > other.stream.unit }
        return other.stream.incarnation.bytes.lexicographicallyPrecedes(one.stream.incarnation.bytes)
    }

    /// Envelopes that are still to go each way.
    var left: (toFetch: UInt64, toPush: UInt64) {
        func sum(_ needs: [Need]) -> UInt64 { needs.reduce(0) { $0 + ($1.upTo + 1 - $1.next) } }
        return isFetching ? (sum(fetches) + sum(active), sum(pushes)) : (sum(fetches), sum(pushes) + sum(active))
    }

    /// The next step, also after one that failed: what was under way is begun again. Nil when all is done.
    mutating func next(rangesPerCall: Int, rangeLength: UInt64) -> Step? {
        putBack()
        guard !fetches.isEmpty || !pushes.isEmpty else { return nil }
        isFetching = pushes.isEmpty || (!fetches.isEmpty && !isFetching)
        let count = min(rangesPerCall, isFetching ? fetches.count : pushes.count)
        if isFetching {
            active = fetches.suffix(count).reversed()
            fetches.removeLast(count)
        } else {
            active = pushes.suffix(count).reversed()
            pushes.removeLast(count)
        }
        let ranges = active.map { need in
            StreamRange(stream: need.stream, sequences: need.next...min(need.upTo, need.next + rangeLength - 1))
        }
        return isFetching ? .fetch(ranges) : .read(ranges)
    }

    private mutating func putBack() {
        let unfinished = active.filter { !$0.isDone }.reversed()
        if isFetching { fetches += unfinished } else { pushes += unfinished }
        active = []
    }

    /// Checks what the outbox gave against the parent's heads: a stream that does not follow on has forked and is not sent.
    mutating func outgoing(_ envelopes: [[UInt8]]) -> (batch: [[UInt8]], ends: [End]) {
        let wanted = Dictionary(active.map { ($0.stream, $0) }, uniquingKeysWith: { first, _ in first })
        var forked: Set<StreamID> = []
        var batch: [[UInt8]] = []
        for bytes in envelopes {
            guard let shell = Shell(bytes), let need = wanted[shell.head.stream], !forked.contains(need.stream) else { continue }
            if shell.head.sequence == need.next, shell.previous != need.after {
                forked.insert(need.stream)
            } else {
                batch.append(bytes)
            }
        }
        var ends = active.filter { forked.contains($0.stream) }.map { End.fork($0) }
        active.removeAll { forked.contains($0.stream) }
        if batch.isEmpty, ends.isEmpty { ends = giveUp() }
        return (batch, ends)
    }

    /// Notes what became of a batch, whichever way it went: the head now stored at the side that lacked it, or a refusal.
    mutating func settle(
        stored: [StreamID: StreamHead], refused: [StreamID: Acceptance.Refusal]
    ) -> [End] {
        var ends: [End] = []
        var hasMoved = false
        var kept: [Need] = []
        for var need in active {
            if let head = stored[need.stream], head.sequence >= need.next {
                need.next = head.sequence + 1
                need.after = head.hash
                hasMoved = true
            }
            if let refusal = refused[need.stream], !need.isDone {
                ends.append(refusal == .fork ? .fork(need) : .refused(need, refusal))
            } else {
                kept.append(need)
            }
        }
        active = kept
        if !hasMoved, ends.isEmpty { ends = giveUp() }
        return ends
    }

    /// Nothing moved: these streams would be asked for for ever.
    private mutating func giveUp() -> [End] {
        defer { active = [] }
        return active.map { .missing($0) }
    }
}
