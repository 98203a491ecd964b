import Protocol
import Rules
import Testing

struct BlobMessagesTests {
    private let hash = Hashing.sha256([7])

    private func session() throws -> SessionToken { try #require(SessionToken([UInt8](repeating: 9, count: 16))) }

    @Test func `every message of the lane comes back as it was written`() throws {
        let session = try session()
        let request = BlobsRequest(session: session, asks: [hash])
        #expect(BlobsRequest(bytes: request.bytes) == request)
        let reply = BlobsReply(
            wants: [BlobWant(hash: hash, size: 10, have: 4, isUrgent: true)], offers: [BlobWant(hash: hash, size: 10)],
            queue: BlobQueue(count: 2, bytes: 20, oldest: 5))
        #expect(BlobsReply(bytes: reply.bytes) == reply)
        let put = BlobPut(session: session, hash: hash, size: 10, offset: 4, piece: [1, 2])
        #expect(BlobPut(bytes: put.bytes) == put)
        let get = BlobGet(session: session, hash: hash, offset: 4, length: 2)
        #expect(BlobGet(bytes: get.bytes) == get)
        let piece = BlobGetReply(piece: [1, 2], size: 10)
        #expect(BlobGetReply(bytes: piece.bytes) == piece)
        for receipt in [BlobReceipt.more(have: 7), .stored, .mismatch, .unwanted] { #expect(BlobReceipt(bytes: receipt.bytes) == receipt) }
    }

    @Test func `pieces beyond the end, more asks than allowed and strange answers are not read`() throws {
        let session = try session()
        #expect(BlobPut(bytes: BlobPut(session: session, hash: hash, size: 2, offset: 1, piece: [1, 2]).bytes) == nil)
        #expect(BlobsRequest(bytes: BlobsRequest(session: session, asks: [Digest](repeating: hash, count: 65)).bytes) == nil)
        #expect(BlobGet(bytes: BlobGet(session: session, hash: hash, offset: 0, length: 0).bytes) == nil)
        #expect(BlobReceipt(bytes: []) == nil)
    }
}
