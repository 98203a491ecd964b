import Protocol

/// One call from a child to its parent, and what it brings.
public enum PeerCall: Sendable, Hashable {
    case hello(Hello)
    case heads(HeadsRequest)
    case push(PushRequest)
    case fetch(FetchRequest)
    case pull(PullRequest)
    /// Before a session, by a child that the parent does not know any more.
    case vouch(VouchRequest)

    /// Protocol versions this program speaks.
    public static let protocols: ClosedRange<UInt32> = 1...1
    /// Media type of every request and answer between nodes.
    public static let contentType = "application/vnd.xueji.peer"
    /// What a parent takes in as one request body, in bytes: a batch, or one envelope of the largest size, and framing.
    public static let requestLimit = Envelope.maxBytes + (1 << 20)
    /// What a child takes in as one answer, in bytes.
    public static let answerLimit = 16 << 20

    static func isOurs(_ contentType: String?) -> Bool { contentType?.hasPrefix(PeerCall.contentType) ?? false }

    public var path: String {
        switch self {
        case .hello: "/peer/v1/hello"
        case .heads: "/peer/v1/heads"
        case .push: "/peer/v1/push"
        case .fetch: "/peer/v1/fetch"
        case .pull: "/peer/v1/pull"
        case .vouch: "/peer/v1/vouch"
        }
    }

    public var body: [UInt8] {
        switch self {
        case .hello(let hello): hello.bytes
        case .heads(let request): request.bytes
        case .push(let request): request.bytes
        case .fetch(let request): request.bytes
        case .pull(let request): request.bytes
        case .vouch(let request): request.bytes
        }
    }

    /// Reads the answer to this call; nil when it cannot be read.
    public func reply(_ bytes: [UInt8]) -> PeerReply? {
        switch self {
        case .hello: HelloReply(bytes: bytes).map { .hello($0) }
        case .heads: HeadsReply(bytes: bytes).map { .heads($0) }
        case .push: PushReply(bytes: bytes).map { .push($0) }
        case .fetch: FetchReply(bytes: bytes).map { .fetch($0) }
        case .pull: PullReply(bytes: bytes).map { .pull($0) }
        case .vouch: PushReply(bytes: bytes).map { .vouch($0) }
        }
    }

    /// How long the whole call may take, in seconds.
    public var timeoutSeconds: Int {
        switch self {
        case .hello: 60
        case .heads, .push, .fetch, .vouch: 300
        case .pull(let request): request.waitSeconds + 120
        }
    }
}

public enum PeerReply: Sendable, Hashable {
    case hello(HelloReply)
    case heads(HeadsReply)
    case push(PushReply)
    case fetch(FetchReply)
    case pull(PullReply)
    case vouch(PushReply)
}
