import Features
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Trust

/// Asks at every request whether the certificate shown still counts: its path to the root, its dates now, its key as this node
/// has certified it, and its unit's right to link.
final class PeerGate: Sendable {
    /// Chains remembered at a time: signatures are checked once for each.
    private static let remembered = 8192
    /// Where nodes come that have no certificate, or none that counts any more: each of these calls proves itself, by the code's
    /// secret, by the unit's statement key, or by this node's own signatures.
    private static let open: Set<String> = ["/peer/v1/join", "/peer/v1/renew", "/peer/v1/vouch"]

    /// For nodes further below: any good certificate of this tree will do, for nothing about pupils is in the answer.
    private static let ofMembers = "/peer/v1/above"

    static func isOpen(_ path: String) -> Bool { open.contains(path) }

    private let archive: Archive
    private let judge: ChainJudge
    private let workers: Workers
    private let known = Mutex<[Digest: ChainJudge.Verdict]>([:])

    /// - Parameter root: the tree's root certificate, DER.
    init(archive: Archive, root: [UInt8], workers: Workers) throws {
        self.archive = archive
        judge = try ChainJudge(root: root)
        self.workers = workers
    }

    /// - Parameter chain: as shown on the line, DER; nil: none.
    /// - Throws: `PeerRefusal`; what the store throws.
    func proof(_ chain: [[UInt8]]?, path: String) async throws -> CallerProof {
        if Self.open.contains(path) { return .none }
        guard let chain else { throw Self.none }
        let proven: ProvenChain
        switch await verdict(chain) {
        case .proven(let chain): proven = chain
        case .untrusted(let reason): throw Self.untrusted(reason)
        }
        let now = archive.surroundings.now()
        if now < proven.validity.lowerBound { throw Self.notYet }
        if now > proven.validity.upperBound { throw Self.expired }
        if path == Self.ofMembers { return .member }
        let unit = try await workers.run { [archive] in
            try archive.read { try Self.standing(of: proven, $0) }
        }
        return .certificate(of: unit)
    }

    private func verdict(_ chain: [[UInt8]]) async -> ChainJudge.Verdict {
        let digest = Hashing.sha256(chain.flatMap { Hashing.sha256($0).bytes })
        if let verdict = known.withLock({ $0[digest] }) { return verdict }
        let verdict = await judge.judge(chain)
        known.withLock { known in
            if known.count >= Self.remembered { known.removeAll(keepingCapacity: true) }
            known[digest] = verdict
        }
        return verdict
    }

    /// The unit whose node holds the key, as this node's own records have it.
    private static func standing(of proven: ProvenChain, _ reading: Reading) throws -> UnitCode {
        guard let issued = try reading.certificate(fingerprint: proven.fingerprint.bytes) else {
            throw try reading.hasCaughtUp() ? unknown : PeerRefusal.catchingUp
        }
        if let revocation = try reading.directory.revocation(of: issued.unit) { throw revoked(revocation) }
        // A unit that is hosted elsewhere now: its former node still hands over what it wrote before.
        if let active = try reading.directory.activeKey(of: issued.unit), active.node == issued.unit,
           issued.generation < active.generation { throw superseded }
        return issued.unit
    }

    private static let none = PeerRefusal.certificate("none", "请求没有出示本系统的证书。", "程序会自动更新证书；重新入网需要新的邀请码。")
    private static func untrusted(_ reason: String) -> PeerRefusal {
        .certificate("untrusted", "出示的证书不是本系统按路径签发的。", "请检查本机是否被安全网关拦截；重新入网需要新的邀请码。")
    }
    private static let notYet = PeerRefusal.certificate("notYet", "出示的证书尚未生效，两端时钟可能不一致。", "请校准本机时间。")
    private static let expired = PeerRefusal.certificate("expired", "出示的证书已过期。", "程序会用单位密钥自动更新；请校准本机时间。")
    private static let unknown = PeerRefusal.certificate("unknown", "出示的证书不是本节点签发给下级的。", "程序会用单位密钥自动更新。")
    private static let superseded = PeerRefusal.certificate(
        "superseded", "本单位已在另一台机器上重新入网，这份证书不再有效。", "请停用旧机器；仍要在本机办理，请凭新的邀请码重新入网。", status: 403)
    private static func revoked(_ by: (issuer: UnitCode, at: Int64, reason: String)) -> PeerRefusal {
        .certificate(
            "revoked", "本单位的密钥已由 \(by.issuer) 于 \(ChinaTime.spoken(by.at)) 吊销（\(by.reason)），上级不再接收本节点的数据。",
            "请联系上级核实；要重新办理，请凭新的邀请码在空文件夹里重新入网。", status: 403)
    }
}
