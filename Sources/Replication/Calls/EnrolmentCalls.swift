import Protocol

/// A new node's one call before it has a link.
public struct JoinCall: Sendable {
    private let sender: any RequestSender

    /// - Parameter sender: need not verify the peer: the answer proves itself by the code's secret.
    public init(sender: any RequestSender) { self.sender = sender }

    public func join(_ request: JoinRequest, secret: JoinSecret, at address: PeerAddress) async throws(LinkFailure) -> JoinReply {
        let body = try await sender.send(request.bytes, to: "/peer/v1/join", at: address)
        guard let reply = JoinReply(sealed: body, secret: secret, nonce: request.nonce) else {
            throw LinkFailure(
                .unreadable, message: "对方不知道邀请码的密码部分，可能连错了节点或被人冒充。", remedy: "请核对上级地址，并向上级重新索取邀请码。",
                cause: "join reply not sealed by the code's secret")
        }
        return reply
    }
}

/// A node's call for new certificates.
public struct RenewCall: Sendable {
    private let sender: any RequestSender

    public init(sender: any RequestSender) { self.sender = sender }

    public func renew(_ request: RenewRequest, at address: PeerAddress) async throws(LinkFailure) -> RenewReply {
        let body = try await sender.send(request.bytes, to: "/peer/v1/renew", at: address)
        guard let reply = RenewReply(bytes: body) else {
            throw LinkFailure(.unreadable, message: "上级节点的应答无法识别。", remedy: "请核对两端的程序版本。", cause: "undecodable renew reply")
        }
        return reply
    }
}

/// A node's call to an authority further above than its parent.
public struct AboveCall: Sendable {
    private let sender: any RequestSender

    public init(sender: any RequestSender) { self.sender = sender }

    public func ask(_ request: AboveRequest, at address: PeerAddress) async throws(LinkFailure) -> AboveReply {
        let body = try await sender.send(request.bytes, to: "/peer/v1/above", at: address)
        guard let reply = AboveReply(bytes: body) else {
            throw LinkFailure(.unreadable, message: "上级节点的应答无法识别。", remedy: "请核对两端的程序版本。", cause: "undecodable answer from above")
        }
        return reply
    }
}

extension RequestSender {
    fileprivate func send(_ body: [UInt8], to path: String, at address: PeerAddress) async throws(LinkFailure) -> [UInt8] {
        let answer = try await send(OutgoingRequest(
            .post, address.url(path), headers: [("Content-Type", PeerCall.contentType)], body: .bytes(body)))
        if let failure = LinkFailure(answer: answer) { throw failure }
        return answer.body
    }
}
