import GRDB
import Protocol
import Rules

/// A folder that is a copy of another node's, which runs at the same time: the parent has said so. It writes nothing, and does
/// not call, until an operator says that it is the one that stays.
public enum CloneMark {
    public static let alarm = "clone"
    static let key = "clone"
}

extension Reading {
    public func isClone() throws -> Bool { try nodeText(CloneMark.key).map { !$0.isEmpty } ?? false }
}

extension Transaction {
    /// The parent serves another process with the same key.
    public func noteClone() throws {
        try setNodeText(CloneMark.key, String(now))
        try raiseAlarm(
            CloneMark.alarm, subject: "node",
            "另一个节点正以同样的密钥连接上级，本节点是副本，已转为只读，也不再连接上级。请停用多余的一个；确定保留本节点时，先停掉另一个，再运行 alarm acknowledge clone。")
    }

    /// This copy stays: its units go on under new incarnations, and what the other one wrote comes back from the parent.
    public func endClone() throws {
        try setNodeText(CloneMark.key, "")
        try beginRecovery(.rolledBack)
    }

    func mustNotBeClone() throws {
        guard try reading.isClone() else { return }
        throw StoreError(
            .notAllowed, message: "本节点是另一个正在运行的节点的副本，只能查看。", remedy: "请到仍在运行的节点办理，或按告警 clone 的说明处理。", cause: "clone")
    }
}
