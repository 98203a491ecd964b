import Protocol

/// Why a call did not bring its answer. Queued work is never given up because of one.
public struct LinkFailure: Error, Sendable, Hashable {
    public enum Code: String, Sendable, Hashable {
        /// The line broke.
        case network
        /// The name of the peer has no address.
        case unresolved
        /// Nobody listens at the peer's address, or no way leads there.
        case refused
        case timedOut
        /// The proxy itself was not reached, or it refuses to go on to the peer.
        case proxyUnreachable, proxyRefused
        /// A log-in page of the network answers in the peer's place.
        case captivePortal
        /// The peer's certificate is not good: expired, another name…
        case certificate
        /// …or it was issued by a stranger: something on the way opens TLS.
        case intercepted
        /// 5xx.
        case peerFailed
        /// 408, 425, 429, 503.
        case busy
        /// An answer, but not from a node.
        case notANode
        /// A node's answer that cannot be read.
        case unreadable
        /// More bytes than asked for.
        case tooLarge
        case unauthorised, forbidden, moved, upgrade
        /// Another 4xx: one side has a fault.
        case rejected
        /// The peer does not know the session: it restarted.
        case sessionGone
        /// Another process said hello in this unit's name.
        case sessionReplaced
        /// Another process with our key was there first and is still running: this one is a copy.
        case clone
        /// Our own store failed.
        case ownStore
        /// The address is not one this program may call.
        case address
        case cancelled
    }

    public enum Kind: Sendable, Hashable { case passing, standing, session }

    public var code: Code
    /// Chinese, for state and log.
    public var message: String
    public var remedy: String
    /// English detail for the log.
    public var cause: String
    public var status: Int?
    /// Seconds the peer asked for.
    public var retryAfter: Int?
    /// With `moved`: the parent to go to.
    public var movedTo: String?
    /// With `moved`: where that parent is reached, where the former one knows.
    public var movedAddress: String?
    /// The peer's own code for its refusal, such as `certificate.unknown`.
    public var peerCode: String?

    public init(
        _ code: Code, message: String, remedy: String, cause: String, status: Int? = nil, retryAfter: Int? = nil,
        movedTo: String? = nil, movedAddress: String? = nil
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.cause = cause
        self.status = status
        self.retryAfter = retryAfter
        self.movedTo = movedTo
        self.movedAddress = movedAddress
    }

    /// Passing: back off and try again. Standing: stop, show, try again rarely. Session: say hello again.
    public var kind: Kind {
        switch code {
        case .network, .unresolved, .refused, .timedOut, .proxyUnreachable, .proxyRefused, .captivePortal, .certificate,
             .intercepted, .peerFailed, .busy, .notANode, .unreadable, .ownStore, .cancelled: .passing
        case .tooLarge, .unauthorised, .forbidden, .moved, .upgrade, .rejected, .address, .clone: .standing
        case .sessionGone, .sessionReplaced: .session
        }
    }

    /// The failure that an answer of a peer means; nil for a node's 200.
    public init?(answer: IncomingResponse) {
        let isOurs = PeerCall.isOurs(answer.contentType)
        guard isOurs else {
            self = LinkFailure.foreign(answer)
            return
        }
        if answer.status == 200 { return nil }
        let problem = PeerProblem(bytes: answer.body)
        let code = LinkFailure.code(answer.status, problem)
        self.init(
            code, message: problem?.text ?? "上级节点拒绝了请求（HTTP \(answer.status)）。",
            remedy: problem?.remedy ?? "请联系上级节点的管理员。", cause: "status \(answer.status) \(problem?.code ?? "")",
            status: answer.status, retryAfter: answer.retryAfter ?? problem?.retryAfterSeconds,
            movedTo: problem?.unit?.text, movedAddress: problem?.address)
        peerCode = problem?.code
    }

    /// The parent does not know our unit as one below it.
    var isOfStranger: Bool { peerCode == "notBelow" }

    /// The parent says that our key or our machine does not count any more.
    var isForGood: Bool { peerCode == "certificate.revoked" || peerCode == "certificate.superseded" }

    private static func code(_ status: Int, _ problem: PeerProblem?) -> Code {
        switch status {
        case 401: .unauthorised
        case 403: .forbidden
        case 408, 425, 429, 503: .busy
        case 409: problem?.code == "clone" ? .clone : .sessionReplaced
        case 410: .sessionGone
        case 413: .tooLarge
        case 421: .moved
        case 426: .upgrade
        case 500...599: .peerFailed
        default: .rejected
        }
    }

    static func unreadable(_ call: PeerCall) -> LinkFailure {
        LinkFailure(
            .unreadable, message: "上级节点的应答无法识别。", remedy: "请核对两端的程序版本。", cause: "undecodable reply to \(call.path)")
    }

    static func ownStore(_ error: any Error) -> LinkFailure {
        LinkFailure(
            .ownStore, message: "本节点的数据文件读写失败，同步暂停。", remedy: "请检查磁盘空间和数据文件夹。", cause: "\(error)")
    }
}
