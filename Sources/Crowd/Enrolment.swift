import Features
import FoundationEssentials
import Protocol
import Replication
import Rules

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
    ///   - network: reaches its peer address.
    public init(local: any RequestSender, network: any RequestSender, address: PeerAddress, surroundings: Surroundings) {
        self.local = local
        self.address = address
        self.surroundings = surroundings
        join = JoinCall(sender: network)
    }

    public func enrol(_ unit: UnitCode) async throws -> Member {
        let answer = try await local.send(OutgoingRequest(.post, "http://localhost/api/v1/units/\(unit)/invitation"))
        guard answer.status == 200 else {
            throw LinkFailure(
                .rejected, message: "单位 \(unit) 的邀请被拒绝。", remedy: "请查看该节点的日志。", cause: String(decoding: answer.body, as: UTF8.self))
        }
        let invited = try JSONDecoder().decode(Invited.self, from: Data(answer.body))
        let member = Member(unit: unit, surroundings: surroundings)
        guard let code = OneTimeCode(invited.code), let key = member.key else {
            throw LinkFailure(.unreadable, message: "邀请码无法识别。", remedy: "请核对程序版本。", cause: "code")
        }
        _ = try await join.join(try JoinRequest(secret: code.secretText, key: key), at: address)
        return member
    }
}
