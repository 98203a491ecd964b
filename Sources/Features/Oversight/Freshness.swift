import Protocol
import Rules
import Store

/// Shows that numbers wait for a word from the parent, and that they wait no longer.
public enum Freshness {
    static let alarm = "unproven"

    /// At the start of a node that approves.
    public static func show(in transaction: Transaction) throws {
        try transaction.clearAlarm(alarm, subject: "node")
        let draws = try transaction.reading.hostedUnits().contains { unit in
            transaction.directory.tier(of: unit).map { $0 != .centre && TierRights.may($0, .checkDuplicates) } ?? false
        }
        guard draws, !transaction.isProvenFresh else { return }
        try transaction.raiseAlarm(
            alarm, subject: "node",
            "本节点启动后还没有与上级核对数据，核对前不取临时学籍号，其他业务照常；上级长期不通、且确知没有恢复过磁盘或快照的，可运行 alarm acknowledge unproven。")
    }

    /// Heads were compared with the parent, or the operator answers for the disk.
    public static func confirm(_ archive: Archive) throws {
        guard !archive.proof.isProven else { return }
        try archive.write { transaction in
            try transaction.confirmFresh()
            try transaction.clearAlarm(alarm, subject: "node")
        }
    }
}
