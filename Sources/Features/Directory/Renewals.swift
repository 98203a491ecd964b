import Protocol
import Rules
import Store

/// New certificates for a node below that proves its unit's active statement key: before the old ones end, or long after.
public enum Renewals {
    /// - Parameter challenge: the boot nonce of this process, which the request must be signed over.
    /// - Throws: `Refusal`.
    public static func renew(
        _ request: RenewRequest, challenge: BootNonce, desk: CertificateDesk, in transaction: Transaction
    ) throws -> RenewReply {
        guard request.challenge == challenge else { return RenewReply(nonce: challenge, certificates: nil) }
        guard let own = try transaction.reading.ownUnit(), request.unit != own,
              transaction.directory.contains(own, request.unit),
              let active = try transaction.directory.activeKey(of: request.unit), active.node == request.unit else {
            throw Refusal("renew.unit", "单位 \(request.unit) 不是在本节点入网的下级。", remedy: "请核对上级地址。", kind: .permission)
        }
        guard request.isSigned(by: active.key) else {
            throw Refusal("renew.signature", "单位签名核验不通过，不能更新证书。", remedy: "本单位可能已在别处重新入网；请联系上级。", kind: .permission)
        }
        guard try !transaction.directory.isRevoked(request.unit) else {
            throw Refusal("certificate.revoked", "上级已吊销本单位的密钥，不能更新证书。", remedy: "请联系上级，凭新的邀请码重新入网。", kind: .permission)
        }
        let chains = try desk.certify(
            request.unit, nodeRequest: request.nodeRequest, authorityRequest: request.authorityRequest,
            console: request.console(signedBy: active.key), in: transaction)
        return RenewReply(nonce: challenge, certificates: chains)
    }
}
