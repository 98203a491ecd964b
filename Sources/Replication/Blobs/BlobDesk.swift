import Protocol
import Rules
import Synchronization

/// A parent's side of the lane for blobs. Few calls at a time: decisions never wait for the workers that serve it.
public final class BlobDesk: Sendable {
    /// Calls in work, all children together; the next is told to come back.
    public static let inWork = 3
    /// Wants in one answer.
    static let wantsPerReply = 64

    private let room: any BlobRoom
    private let trails: TrailDesk?
    private let working = Mutex(0)

    /// - Parameter trails: whose questions go along with the wants.
    public init(room: any BlobRoom, trails: TrailDesk? = nil) {
        self.room = room
        self.trails = trails
    }

    /// - Parameters:
    ///   - path: without a query, `/peer/v1/blob/…`.
    ///   - caller: finds the child that holds the session.
    func answer(_ path: Substring, _ body: [UInt8], caller: (SessionToken) throws -> UnitCode) throws -> [UInt8] {
        guard working.withLock({ count in
            guard count < Self.inWork else { return false }
            count += 1
            return true
        }) else { throw PeerRefusal.blobsBusy }
        defer { working.withLock { $0 -= 1 } }
        switch path {
        case "/peer/v1/blob/wants":
            guard let request = BlobsRequest(bytes: body) else { throw PeerRefusal.malformed }
            return try wants(request, of: try caller(request.session)).bytes
        case "/peer/v1/blob/put":
            guard let put = BlobPut(bytes: body), put.piece.count <= PieceLength.longest else { throw PeerRefusal.malformed }
            let child = try caller(put.session)
            return try room.store(put.piece, of: put.hash, size: put.size, at: put.offset, from: .child(child)).bytes
        case "/peer/v1/blob/get":
            guard let get = BlobGet(bytes: body) else { throw PeerRefusal.malformed }
            return try piece(get, for: try caller(get.session)).bytes
        default: throw PeerRefusal.unknownPath
        }
    }

    private func wants(_ request: BlobsRequest, of child: UnitCode) throws -> BlobsReply {
        let (wants, queue) = try room.wants(from: child, limit: Self.wantsPerReply)
        let offers = try request.asks.compactMap { hash -> BlobWant? in
            guard let size = try room.size(of: hash, for: child) else {
                try room.noteWished(hash, by: child)
                return nil
            }
            return BlobWant(hash: hash, size: size, have: 0)
        }
        return BlobsReply(wants: wants, offers: offers, queue: queue, questions: trails?.questions(for: child) ?? [])
    }

    private func piece(_ get: BlobGet, for child: UnitCode) throws -> BlobGetReply {
        guard let size = try room.size(of: get.hash, for: child),
              let piece = try room.read(get.hash, offset: get.offset, length: min(get.length, PieceLength.longest)) else {
            return BlobGetReply(piece: [], size: 0)
        }
        return BlobGetReply(piece: piece, size: size)
    }
}
