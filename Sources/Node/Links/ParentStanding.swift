import Features
import GRDB
import Protocol
import Replication
import Rules
import Store

/// Whether the parent's key still counts, and, after one of its keys was revoked, whether the address that is called is its new machine's:
/// the old one has the same name, and a certificate that is good for it.
enum ParentStanding {
    case sound
    /// The link rests. `key` is that of which it is said; `text` tells people why and what to do.
    case resting(key: StatementPublicKey, parent: UnitCode, text: String)
    /// The new machine has said, under the new key, that it is elsewhere.
    case elsewhere(PeerAddress, parent: UnitCode)

    /// Key of the node's value with the time (seconds since 1970) at which the parent's address was given or found good.
    static let addressTime = "parentAddressAt"
    /// Seconds that a statement may be ahead of the own clock.
    private static let ahead: Int64 = 86_400

    init(_ reading: Reading, now: Int64) throws {
        self = .sound
        guard let parent = try reading.ownUnit().flatMap({ reading.directory.unit($0)?.competent }),
              let active = try reading.directory.activeKey(of: parent) else { return }
        if let revocation = try reading.directory.revocation(of: parent) {
            self = .resting(
                key: active.key, parent: parent,
                text: "上级 \(parent) 的密钥已由 \(revocation.issuer) 吊销（\(revocation.reason)），它的机器可能失窃，本节点已停止与它联系，数据留在本机不会丢失。"
                    + "上级的新机器入网后自动恢复；更上级联系不上的，核对新机器的地址（xueji parent 地址）后运行 alarm acknowledge \(AncestorWatch.alarm)。")
            return
        }
        guard let revokedAt = try reading.directory.newestRevocation(of: parent),
              try reading.nodeText(Self.addressTime).flatMap({ Int64($0) }) ?? 0 < revokedAt,
              let called = try reading.nodeText(Joining.parentAddress).flatMap({ try? PeerAddress($0) }) else { return }
        let said = active.node == parent ? try reading.saidAddress(of: parent) : nil
        if let said, said.at >= revokedAt, said.at <= now + Self.ahead, let address = try? PeerAddress(said.address) {
            if address.base == called.base { return }
            // Loopback is of use to nobody else.
            if !address.isLoopback || called.isLoopback {
                self = .elsewhere(address, parent: parent)
                return
            }
        }
        self = .resting(
            key: active.key, parent: parent,
            text: "上级 \(parent) 有一个密钥已吊销，它的新机器还没有说明地址；本节点连的 \(called) 可能仍是那台失窃的机器，已停止与它联系，数据留在本机不会丢失。"
                + "请向上级问清新机器的地址，运行 xueji parent 地址；地址不变的，运行 alarm acknowledge \(AncestorWatch.alarm)。")
    }
}

extension Transaction {
    /// The parent is called at an address from now on, which somebody who may say so has given now.
    func callParent(at address: PeerAddress) throws {
        try setNodeText(Joining.parentAddress, address.base)
        try setNodeText(ParentStanding.addressTime, String(now))
    }
}
