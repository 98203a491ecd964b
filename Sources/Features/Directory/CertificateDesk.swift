import Protocol
import Rules
import Store
import Trust

/// Certifies the nodes below: each under its own name in the tree, each as long as its statement key is the active one.
public struct CertificateDesk: Sendable {
    public let issuer: CertificateIssuer
    /// The tree's root certificate, DER.
    public let root: [UInt8]

    public init(issuer: CertificateIssuer, root: [UInt8]) {
        self.issuer = issuer
        self.root = root
    }

    /// Certifies the keys of a unit's node and notes them: only noted keys may link.
    /// - Parameters:
    ///   - authorityRequest: not looked at for a school, which issues to nobody.
    ///   - console: what is not right with it costs the rest nothing.
    func certify(
        _ unit: UnitCode, nodeRequest: [UInt8], authorityRequest: [UInt8], console: ConsoleWish? = nil, in transaction: Transaction
    ) throws -> IssuedChains {
        let (directory, surroundings) = (transaction.directory, transaction.surroundings)
        guard let name = TreeName(path: directory.path(of: unit).reversed()), let tier = directory.tier(of: unit),
              let generation = try directory.activeKey(of: unit)?.generation else { throw Self.nameless(unit) }
        do throws(TrustFlaw) {
            let node = try issuer.issueNode(nodeRequest, for: name, unit: unit, surroundings)
            let authority = TierRights.may(tier, .admitUnits)
                ? try issuer.issueAuthority(authorityRequest, for: name, unit: unit, surroundings) : []
            let proven = try IssuedNode(chain: node)
            try note(proven, unit, generation, in: transaction)
            let door = console.flatMap {
                try? issuer.issueConsole($0.request, for: name, unit: unit, addresses: $0.addresses, surroundings)
            }
            return IssuedChains(node: node, authority: authority, console: door ?? [])
        } catch {
            throw Self.refusal(error)
        }
    }

    private func note(_ node: IssuedNode, _ unit: UnitCode, _ generation: Int, in transaction: Transaction) throws(TrustFlaw) {
        do {
            try transaction.noteCertificate(
                IssuedCertificate(unit: unit, fingerprint: node.fingerprint.bytes, generation: generation, validity: node.validity))
        } catch {
            throw .malformed("not noted: \(error)")
        }
    }

    private static func nameless(_ unit: UnitCode) -> Refusal {
        Refusal("certificate.name", "无法为单位 \(unit) 签发证书：机构信息或密钥还不全。", remedy: "请等本节点与上级同步后重试。")
    }

    private static func refusal(_ flaw: TrustFlaw) -> Refusal {
        switch flaw {
        case .badRequest: Refusal("certificate.request", "证书申请不合格。", remedy: "请核对两端的程序版本。", kind: .permission)
        case .outsidePath, .foreignAddress: Refusal("certificate.path", "不能为本单位管辖以外的名称签发证书。", remedy: "请由该单位的主管部门签发。", kind: .permission)
        case .issuerEnded: Refusal("certificate.issuer", "上级节点的签发证书已过期。", remedy: "请先恢复上级节点与其上级的连接，证书会自动更新。")
        case .malformed: Refusal("certificate.failed", "证书签发失败。", remedy: "请查看上级节点的日志。")
        }
    }
}
