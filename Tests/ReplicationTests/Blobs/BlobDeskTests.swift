import Glibc
import Protocol
@testable import Replication
import Rules
import Synchronization
import Testing

/// What one lane of a parent bears: calls, wants, pieces.
struct BlobDeskTests {
    /// A room whose readers stand still while the gate is shut.
    private final class Room: BlobRoom {
        let gate = Mutex(false)
        let inside = Mutex(0)
        let lacking: Int

        init(lacking: Int = 0) { self.lacking = lacking }

        func wishes(limit: Int) throws -> (asks: [BlobWant], allowance: BlobAllowance) { ([], BlobAllowance()) }
        func noteAsked(_ hash: Digest, isUrgent: Bool) throws {}
        func noteWished(_ hash: Digest, by child: UnitCode) throws {}
        func store(_ piece: [UInt8], of hash: Digest, size: Int, at offset: Int, from neighbour: Neighbour) throws -> BlobReceipt { .stored }
        func wants(from child: UnitCode, limit: Int) throws -> (wants: [BlobWant], queue: BlobQueue) {
            let wants = (0..<min(limit, lacking)).map { BlobWant(hash: Hashing.sha256([UInt8($0)]), size: 10, have: 0) }
            return (wants, BlobQueue(count: lacking, bytes: 10 * lacking, oldest: 1))
        }
        func size(of hash: Digest, for child: UnitCode) throws -> Int? { 1 << 20 }
        func read(_ hash: Digest, offset: Int, length: Int) throws -> [UInt8]? {
            inside.withLock { $0 += 1 }
            while !gate.withLock({ $0 }) { pause() }
            return [UInt8](repeating: 1, count: length)
        }

        private func pause() { usleep(1000) }
    }

    private static let token = SessionToken([UInt8](repeating: 4, count: 16))

    private func get(_ length: Int = 100) throws -> [UInt8] {
        BlobGet(session: try #require(Self.token), hash: Hashing.sha256([1]), offset: 0, length: length).bytes
    }

    @Test func `three calls are in work, the fourth is told to come back, and there is room again afterwards`() throws {
        let room = Room()
        let desk = BlobDesk(room: room)
        let body = try get()
        let caller: @Sendable (SessionToken) throws -> UnitCode = { _ in "2144000001" }
        let done = Locked(0)
        for _ in 0..<BlobDesk.inWork {
            LocalServer.thread {
                _ = try? desk.answer("/peer/v1/blob/get", body, caller: caller)
                done.withLock { $0 += 1 }
            }
        }
        while room.inside.withLock({ $0 }) < BlobDesk.inWork { usleep(1000) }
        let refusal = #expect(throws: PeerRefusal.self) { try desk.answer("/peer/v1/blob/get", body, caller: caller) }
        #expect(refusal?.status == 503 && refusal?.problem.retryAfterSeconds == 2)
        room.gate.withLock { $0 = true }
        while done.withLock({ $0 }) < BlobDesk.inWork { usleep(1000) }
        #expect(try !desk.answer("/peer/v1/blob/get", body, caller: caller).isEmpty)
    }

    @Test func `a call that fails gives its place back`() throws {
        let desk = BlobDesk(room: Room())
        for _ in 0..<10 {
            #expect(throws: PeerRefusal.self) { try desk.answer("/peer/v1/blob/get", [9, 9], caller: { _ in "2144000001" }) }
        }
        let request = BlobsRequest(session: try #require(Self.token), asks: [])
        #expect(try !desk.answer("/peer/v1/blob/wants", request.bytes, caller: { _ in "2144000001" }).isEmpty)
    }

    @Test func `an answer names 64 of all that is lacking, and how much that is`() throws {
        let desk = BlobDesk(room: Room(lacking: 200))
        let request = BlobsRequest(session: try #require(Self.token), asks: [])
        let reply = try #require(BlobsReply(bytes: try desk.answer("/peer/v1/blob/wants", request.bytes, caller: { _ in "2144000001" })))
        #expect(reply.wants.count == 64)
        #expect(reply.queue.count == 200)
    }

    @Test func `no piece is longer than the longest, whatever is asked`() throws {
        let room = Room()
        room.gate.withLock { $0 = true }
        let desk = BlobDesk(room: room)
        let reply = try #require(BlobGetReply(bytes: try desk.answer("/peer/v1/blob/get", try get(1 << 20), caller: { _ in "2144000001" })))
        #expect(reply.piece.count == PieceLength.longest)
        let put = BlobPut(
            session: try #require(Self.token), hash: Hashing.sha256([1]), size: 1 << 20, offset: 0,
            piece: [UInt8](repeating: 0, count: PieceLength.longest + 1))
        #expect(throws: PeerRefusal.self) { try desk.answer("/peer/v1/blob/put", put.bytes, caller: { _ in "2144000001" }) }
    }
}
