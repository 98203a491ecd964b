import Protocol
@testable import Replication
import Rules
import Testing

struct BlobLinkTests {
    private let hash = Hashing.sha256([1])
    private let other = Hashing.sha256([2])

    private func session() throws -> SessionToken { try #require(SessionToken([UInt8](repeating: 1, count: 16))) }

    private func line(_ now: Double = 0, epoch: Int64 = 0, isBusy: Bool = false) throws -> BlobLink.Line {
        BlobLink.Line(at: now, epoch: epoch, session: try session(), isBusy: isBusy)
    }

    /// A lane that has asked and been told what is wanted.
    private func asked(
        _ wants: [BlobWant], asks: [BlobWant] = [], offers: [BlobWant] = [], allowance: BlobAllowance = BlobAllowance()
    ) throws -> (BlobLink, BlobLink.Action) {
        var link = BlobLink()
        #expect(link.handle(.begin, try line()) == .readWishes)
        let question = link.handle(.wishes(asks, allowance), try line())
        #expect(question == .call(.wants(BlobsRequest(session: try session(), asks: asks.map(\.hash)))))
        let reply = BlobsReply(wants: wants, offers: offers, queue: BlobQueue(count: wants.count, bytes: wants.reduce(0) { $0 + $1.size }))
        let action = link.handle(.reply(.wants(reply)), try line())
        return (link, action)
    }

    @Test func `a blob goes up piece by piece from where it was cut`() throws {
        var (link, action) = try asked([BlobWant(hash: hash, size: 10_000, have: 6000)])
        #expect(action == .read(hash, offset: 6000, length: 4000))
        let put = BlobPut(session: try session(), hash: hash, size: 10_000, offset: 6000, piece: [1, 2])
        action = link.handle(.piece([1, 2]), try line())
        #expect(action == .call(.put(put)))
        action = link.handle(.reply(.receipt(.more(have: 6002))), try line(0.5))
        guard case .read(hash, 6002, _) = action else { throw Stray(action) }
        _ = link.handle(.piece([3]), try line(0.5))
        action = link.handle(.reply(.receipt(.stored)), try line(1))
        #expect(action == .rest(until: 1.25))
        #expect(link.queue.count == 0)
    }

    @Test func `while decisions travel no piece begins`() throws {
        var (link, _) = try asked([BlobWant(hash: hash, size: 10_000)])
        _ = link.handle(.piece([UInt8](repeating: 0, count: 4096)), try line())
        #expect(link.handle(.reply(.receipt(.more(have: 4096))), try line(1, isBusy: true)) == .rest(until: 1.25))
        #expect(link.handle(.begin, try line(1.25, isBusy: true)) == .rest(until: 1.5))
        guard case .read(hash, 4096, _) = link.handle(.begin, try line(1.5)) else { throw Stray(nil) }
    }

    @Test func `outside the hours only what somebody waits for travels`() throws {
        let night = BlobAllowance(hours: DailyHours("18:00-06:00"))
        // 1970-01-01 08:00 in China.
        let (_, closed) = try asked([BlobWant(hash: hash, size: 10)], allowance: night)
        #expect(closed == .rest(until: 60))
        let (_, urgent) = try asked(
            [BlobWant(hash: hash, size: 10), BlobWant(hash: other, size: 10, isUrgent: true)], allowance: night)
        #expect(urgent == .read(other, offset: 0, length: 10))
    }

    @Test func `above the cap it waits`() throws {
        var (link, action) = try asked([BlobWant(hash: hash, size: 100_000)], allowance: BlobAllowance(bytesPerSecond: 2000))
        #expect(action == .read(hash, offset: 0, length: 4096))
        _ = link.handle(.piece([UInt8](repeating: 0, count: 4096)), try line())
        action = link.handle(.reply(.receipt(.more(have: 4096))), try line(0.01))
        guard case .rest(let until) = action else { throw Stray(action) }
        #expect(until > 1.9)
    }

    @Test func `what is lacking here and offered above comes down`() throws {
        var (link, action) = try asked([], asks: [BlobWant(hash: hash, size: 10, have: 4)], offers: [BlobWant(hash: hash, size: 10)])
        #expect(action == .call(.get(BlobGet(session: try session(), hash: hash, offset: 4, length: 6))))
        action = link.handle(.reply(.piece(BlobGetReply(piece: [1, 2, 3, 4, 5, 6], size: 10))), try line(1))
        #expect(action == .store([1, 2, 3, 4, 5, 6], of: hash, size: 10, offset: 4))
        #expect(link.handle(.stored(.stored), try line(1)) == .rest(until: 1.25))
    }

    @Test func `what the parent wants and is not here is asked for below, and the question rests`() throws {
        var (link, _) = try asked([BlobWant(hash: hash, size: 10, isUrgent: true)])
        #expect(link.handle(.piece(nil), try line(1)) == .noteAsked(hash, isUrgent: true))
        #expect(link.handle(.noted, try line(1)) == .rest(until: 31))
    }

    @Test func `a failure backs off, a lost session waits for the new one, an older parent is left alone`() throws {
        var (link, _) = try asked([BlobWant(hash: hash, size: 10)])
        let network = LinkFailure(.network, message: "", remedy: "", cause: "")
        #expect(link.handle(.failed(network, chance: 0.5), try line(10)) == .rest(until: 11))
        #expect(link.handle(.failed(network, chance: 0.5), try line(11)) == .rest(until: 13))
        let gone = LinkFailure(.sessionGone, message: "", remedy: "", cause: "")
        #expect(link.handle(.failed(gone, chance: 0.5), try line(20)) == .rest(until: 22))
        let unknown = LinkFailure(.rejected, message: "", remedy: "", cause: "")
        #expect(link.handle(.failed(unknown, chance: 0.5), try line(30)) == .rest(until: 930))
        let without = BlobLink.Line(at: 1000, epoch: 0, session: nil, isBusy: false)
        #expect(link.handle(.begin, without) == .rest(until: 1002))
    }

    struct Stray: Error {
        let action: BlobLink.Action?
        init(_ action: BlobLink.Action?) { self.action = action }
    }
}
