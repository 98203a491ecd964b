import Features
import Protocol
import Replication
import Store

/// How nodes below come in and are certified anew, as the parent's desk asks for it.
struct NodeAdmission {
    let archive: Archive
    let trust: NodeTrust
    /// Of this process.
    let nonce: BootNonce
    let stored: Bell

    var enrolment: Enrolment {
        Enrolment(join: { try join($0) }, renew: { try renew($0) })
    }

    private func join(_ request: JoinRequest) throws -> [UInt8] {
        defer { stored.ring() }
        return try problems { desk in
            try archive.write { try Invitations.admit(request, desk: desk, in: $0) }.get()
        }
    }

    private func renew(_ request: RenewRequest) throws -> RenewReply {
        try problems { desk in
            try archive.write { try Renewals.renew(request, challenge: nonce, desk: desk, in: $0) }
        }
    }

    private func problems<Value>(_ body: (CertificateDesk) throws -> Value) throws -> Value {
        do {
            guard let desk = trust.desk else {
                throw Refusal("certificate.desk", "上级节点还没有签发证书的资格。", remedy: "请等上级节点与它的上级连通后重试。")
            }
            return try body(desk)
        } catch let refusal as Refusal {
            throw PeerProblem(code: refusal.code, text: refusal.message, remedy: refusal.remedy)
        }
    }
}
