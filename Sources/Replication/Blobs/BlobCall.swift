import Protocol
import Rules

/// A call of the lane for blobs.
public enum BlobCall: Sendable, Hashable {
    case wants(BlobsRequest)
    case put(BlobPut)
    case get(BlobGet)

    public var path: String {
        switch self {
        case .wants: "/peer/v1/blob/wants"
        case .put: "/peer/v1/blob/put"
        case .get: "/peer/v1/blob/get"
        }
    }

    public var body: [UInt8] {
        switch self {
        case .wants(let request): request.bytes
        case .put(let put): put.bytes
        case .get(let get): get.bytes
        }
    }

    /// Reads the answer to this call; nil when it cannot be read.
    public func reply(_ bytes: [UInt8]) -> BlobReply? {
        switch self {
        case .wants: BlobsReply(bytes: bytes).map { .wants($0) }
        case .put: BlobReceipt(bytes: bytes).map { .receipt($0) }
        case .get: BlobGetReply(bytes: bytes).map { .piece($0) }
        }
    }

    /// How long the whole call may take, in seconds: pieces are short.
    static let timeoutSeconds = 120
    /// Bytes of an answer: the longest piece, and framing.
    static let answerLimit = PieceLength.longest + (64 << 10)
}

public enum BlobReply: Sendable, Hashable {
    case wants(BlobsReply)
    case receipt(BlobReceipt)
    case piece(BlobGetReply)
}
