import GRDB
import Protocol
import Rules

/// A node whose key an authority above has revoked, or that another machine has taken the place of: it writes nothing any more.
/// Said by the authority's seal, or by the parent, which lets it in no longer.
public enum ShutOut {
    public static let alarm = "revoked"
    static let key = "shutOut"
}

extension Reading {
    public func isShutOut() throws -> Bool { try nodeText(ShutOut.key).map { !$0.isEmpty } ?? false }
}

extension Reading {
    /// Whether this store has once been compared with the parent's to the end; always at the centre.
    public func hasCaughtUp() throws -> Bool { try ownUnit() == .centre || nodeText("caughtUp") != nil }
}

extension Transaction {
    /// Heads were compared with the parent to the end.
    public func noteCaughtUp() throws {
        if try !reading.hasCaughtUp() { try setNodeText("caughtUp", String(now)) }
    }
}

extension Transaction {
    /// - Parameter why: Chinese, who says so and for what reason.
    public func noteShutOut(_ why: String) throws {
        guard try !reading.isShutOut() else { return }
        try setNodeText(ShutOut.key, String(now))
        try raiseAlarm(
            ShutOut.alarm, subject: "node",
            "\(why)。本节点只能查看，上级不再接收它的数据。请联系上级核实；要重新办理，请凭上级新的邀请码（xueji invite）在空文件夹里重新入网（xueji join）。")
    }

    /// The parent takes what we bring: we are not shut out, or no longer.
    public func endShutOut() throws {
        guard try reading.isShutOut() else { return }
        try setNodeText(ShutOut.key, "")
        try clearAlarm(ShutOut.alarm, subject: "node")
    }

    func mustNotBeShutOut() throws {
        guard try reading.isShutOut() else { return }
        throw StoreError(
            .notAllowed, message: "本节点的密钥已被上级吊销，或本单位已在另一台机器上重新入网，只能查看。", remedy: "请联系上级，凭新的邀请码重新入网。", cause: "shut out")
    }
}
