import Protocol
import Replication
import Rules

/// The certificate of a node's link, as far as a link can tell: when it was given and which it is.
struct LinkCertificate: Sendable, Hashable {
    static let lifetime = 400.0 * 86_400
    /// From this part of its life on it is renewed.
    static let renewal = 0.6

    let serial: Int
    var issuedAt: Double
}

/// Certificates expire, are revoked, and are exchanged while a session goes on.
extension World {
    func giveCertificate(_ node: Node) {
        certificates += 1
        node.certificate = LinkCertificate(serial: certificates, issuedAt: now)
        if node.index < Self.cloneBase { ledger.currentSerial[node.index] = certificates }
    }

    /// The machine was in a cupboard for longer than its certificate lives.
    func expire(_ node: Node) {
        guard node.parent != nil, node.certificate != nil, strikes(.certificateExpired, node) else { return }
        node.certificate?.issuedAt = now - LinkCertificate.lifetime - dice.seconds(1...9_000_000)
    }

    /// The parent trusts the node's certificate no longer; an operator gives another in time.
    func revoke(_ node: Node) {
        guard let at = node.parent, let serial = node.certificate?.serial, strikes(.certificateRevoked, node) else { return }
        ledger.revoked.insert(serial)
        nodes[at].endpoint?.close(node.unit)
        agenda.plan(.certify(node.index), at: now + dice.seconds(100...20_000))
    }

    /// A new certificate in the midst of a session: calls under way carry the old one.
    func rotate(_ node: Node) {
        guard node.isUp, node.parent != nil, node.certificate != nil, strikes(.certificateRotated, node) else { return }
        giveCertificate(node)
    }

    func certify(_ node: Node) {
        guard node.parent != nil, let serial = node.certificate?.serial, ledger.revoked.contains(serial) else { return }
        giveCertificate(node)
        node.machine.retryNow()
        for lane in ChildLink.Lane.allCases where node[lane].isResting { wake(node, lane, after: 0.01) }
    }

    /// How the parent answers to the certificate of a call; nil lets it in. Judged anew at each request, by the parent's clock.
    func refusal(of child: Node, at parent: Node) -> LinkFailure? {
        guard let certificate = child.certificate else { return nil }
        if ledger.revoked.contains(certificate.serial), plan.mutant != .revokedStaysIn {
            return LinkFailure(.forbidden, message: "", remedy: "", cause: "revoked", status: 403)
        }
        let age = now + Double(parent.clockError) - certificate.issuedAt
        guard age > LinkCertificate.lifetime || age < -86_400, plan.clockScript == nil else { return nil }
        let isTrue = now - certificate.issuedAt > LinkCertificate.lifetime
        // Expired: a challenge signed by the statement key brings a new one. A wrong clock is put right by a person.
        if isTrue, child.store.look({ !$0.secrets.isEmpty }) || child.isLeaving, plan.mutant != .expiredStaysOut {
            if child.index < Self.cloneBase { giveCertificate(child) } else { child.certificate = nodes[child.index - Self.cloneBase].certificate }
        }
        return LinkFailure(.certificate, message: "", remedy: "", cause: isTrue ? "expired" : "clock")
    }

    /// After a good answer: from sixty per cent of its life on a certificate is renewed over the link.
    func renewInTime(_ child: Node) {
        guard let certificate = child.certificate, child.index < Self.cloneBase, plan.mutant != .expiredStaysOut,
              now - certificate.issuedAt > LinkCertificate.lifetime * LinkCertificate.renewal else { return }
        giveCertificate(child)
    }
}
