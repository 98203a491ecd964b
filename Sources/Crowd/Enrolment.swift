import Features
import FoundationEssentials
import Protocol
import Replication
import Rules
import Trust

/// Makes members known to a parent as its operators would: an invitation each over the local socket, then a join with a
/// key of its own.
public struct Enrolment: Sendable {
    private struct Invited: Decodable { let code: String }

    private let local: any RequestSender
    private let join: JoinCall
    private let address: PeerAddress
    private let surroundings: Surroundings

    /// - Parameters:
    ///   - local: reaches the parent's local socket.
    public init(local: any RequestSender, address: PeerAddress, surroundings: Surroundings) throws {
        self.local = local
        self.address = address
        self.surroundings = surroundings
        // The answer proves itself by the code's secret.
        join = JoinCall(sender: try HTTPCaller(HTTPSettings(tls: .unverified, noProxy: "*")))
    }

    public func enrol(_ unit: UnitCode) async throws -> Member {
        let answer = try await local.send(OutgoingRequest(.post, "http://localhost/api/v1/units/\(unit)/invitation"))
        guard answer.status == 200 else {
            throw LinkFailure(
                .rejected, message: "单位 \(unit) 的邀请被拒绝。", remedy: "请查看该节点的日志。", cause: String(decoding: answer.body, as: UTF8.self))
        }
        let invited = try JSONDecoder().decode(Invited.self, from: Data(answer.body))
        guard let code = OneTimeCode(invited.code) else {
            throw LinkFailure(.unreadable, message: "邀请码无法识别。", remedy: "请核对程序版本。", cause: "code")
        }
        let (key, node, authority) = (surroundings.statementKey(), LinkKey(surroundings), LinkKey(surroundings))
        let request = try JoinRequest(
            code: code.id, secret: code.secret, key: key, nonce: surroundings.randomBytes(16), nodeRequest: node.signingRequest(),
            authorityRequest: authority.signingRequest())
        let reply = try await join.join(request, secret: code.secret, at: address)
        let own = try Credential(key: node, chain: reply.certificates.node)
        return Member(
            unit: unit, key: key, own: own, root: reply.rootCertificate, parentName: reply.parentName, surroundings: surroundings)
    }
}
