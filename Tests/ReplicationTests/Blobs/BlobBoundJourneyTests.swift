import Protocol
import Replication
import Rules
import Testing

/// What a decision can lose to blobs on a line of 64 kbit/s: the real machine of the lane over a line that carries one byte
/// after the other, with decisions at the worst moments.
struct BlobBoundJourneyTests {
    /// 64 kbit/s.
    private static let rate = 8000.0
    private static let latency = 0.15
    /// Head of a request or an answer beside its content, TLS included.
    private static let framing = 700
    private static let decision = 2000

    /// The lane, the line and the decisions on it. Time is the simulation's own.
    private struct Road {
        var link = BlobLink()
        var upFree = 0.0
        var downFree = 0.0
        var busyUntil = 0.0
        var worst = 0.0
        var delivered = 0
        var blobBytes = 0
        let goesUp: Bool
        /// When decisions set out, the next first.
        var decisions: ArraySlice<Double>

        /// Decisions that set out before a moment find the line as it is.
        mutating func decide(before moment: Double) {
            while let next = decisions.first, next < moment {
                decisions.removeFirst()
                decide(at: next)
            }
        }

        /// A decision sets out: what it waits for is what is on the line before it.
        private mutating func decide(at now: Double) {
            let begin = max(now, goesUp ? upFree : downFree)
            worst = max(worst, begin - now)
            let end = begin + Double(BlobBoundJourneyTests.decision + BlobBoundJourneyTests.framing) / BlobBoundJourneyTests.rate
            if goesUp { upFree = end } else { downFree = end }
            // The child knows of its own push until the answer; of what comes down only when it is there.
            if goesUp { busyUntil = max(busyUntil, end + 2 * BlobBoundJourneyTests.latency) }
            delivered += 1
        }

        /// Carries a request and its answer; returns when the answer is there.
        mutating func exchange(_ up: Int, _ down: Int, at now: Double) -> Double {
            let begin = max(now, upFree)
            upFree = begin + Double(up + BlobBoundJourneyTests.framing) / BlobBoundJourneyTests.rate
            let back = upFree + BlobBoundJourneyTests.latency
            if !goesUp { decide(before: back) }
            downFree = max(back, downFree) + Double(down + BlobBoundJourneyTests.framing) / BlobBoundJourneyTests.rate
            return downFree + BlobBoundJourneyTests.latency
        }
    }

    /// Runs one blob of 2 MiB over the line while decisions set out every few seconds.
    private func run(goesUp: Bool, gaps: [Double]) throws -> Road {
        let size = 2 << 20
        let hash = Hashing.sha256([1])
        let session = try #require(SessionToken([UInt8](repeating: 1, count: 16)))
        var road = Road(goesUp: goesUp, decisions: gaps.reduce(into: [Double]()) { $0.append($1 + ($0.last ?? 0)) }[...])
        var event = BlobLink.Event.begin
        var now = 0.0
        while road.blobBytes < size {
            road.decide(before: now)
            let line = BlobLink.Line(at: now, epoch: 0, session: session, isBusy: now < road.busyUntil)
            let answered: Double
            switch road.link.handle(event, line) {
            case .readWishes:
                event = .wishes(goesUp ? [] : [BlobWant(hash: hash, size: size)], BlobAllowance())
                continue
            case .call(.wants):
                let want = BlobWant(hash: hash, size: size)
                answered = road.exchange(50, 100, at: now)
                event = .reply(.wants(BlobsReply(wants: goesUp ? [want] : [], offers: goesUp ? [] : [want], queue: BlobQueue())))
            case .read(_, _, let length):
                event = .piece([UInt8](repeating: 0, count: length))
                continue
            case .call(.put(let put)):
                answered = road.exchange(put.piece.count, 10, at: now)
                road.blobBytes = put.offset + put.piece.count
                event = .reply(.receipt(road.blobBytes == size ? .stored : .more(have: road.blobBytes)))
            case .call(.get(let get)):
                answered = road.exchange(60, get.length, at: now)
                event = .reply(.piece(BlobGetReply(piece: [UInt8](repeating: 0, count: get.length), size: size)))
            case .store(let piece, _, _, let offset):
                road.blobBytes = offset + piece.count
                event = .stored(road.blobBytes == size ? .stored : .more(have: road.blobBytes))
                continue
            case .noteAsked: throw Unexpected()
            case .rest(let until):
                answered = until
                event = .begin
            }
            // Decisions that set out while this was under way found it on the line.
            road.decide(before: answered)
            now = max(answered, now)
        }
        return road
    }

    struct Unexpected: Error {}

    /// Seconds: one piece and its frame.
    private static let bound = Double(PieceLength.shortest + framing) / rate

    @Test(arguments: [true, false]) func `on a line of 64 kbit/s a decision waits for one piece at most`(goesUp: Bool) throws {
        var worst = 0.0
        for seed in 0..<40 {
            // Gaps that are no multiple of a piece's time meet the pieces at every phase.
            let gaps = (0..<400).map { 2.0 + Double((seed * 400 + $0) * 7919 % 1000) / 500 }
            let road = try run(goesUp: goesUp, gaps: gaps)
            worst = max(worst, road.worst)
            #expect(road.delivered > 50)
        }
        #expect(worst <= Self.bound, "\(worst) s")
        // The line is really shared: a bound that nothing comes near would prove nothing.
        #expect(worst > Self.bound / 2)
    }
}
