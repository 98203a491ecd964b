import Features
import Logging
import Protocol
import Replication
import Rules
import Store

/// Turns what a link found out into alarms that `status` shows.
struct LinkAlarms {
    let archive: Archive
    let log: Logger
    /// Compares heads anew, after a fork has been mended here.
    var resync: @Sendable () -> Void = {}
    /// Goes to another parent.
    var follow: @Sendable (UnitCode, String) -> Void = { _, _ in }
    /// Goes back to the parent of before.
    var turnBack: @Sendable () -> Void = {}
    /// Stops calling: this node is a copy.
    var rest: @Sendable () -> Void = {}

    func note(_ report: LinkReport) {
        var isMended = false
        do {
            try archive.write { transaction in
                switch report {
                case .fork(let own, let parent):
                    let unit = (own ?? parent)?.stream.unit.text ?? "node"
                    try transaction.raiseAlarm("fork", subject: unit, "单位 \(unit) 的数据流在本节点与上级不一致，以上级为准，其余照常。")
                    if let stream = (own ?? parent)?.stream { isMended = try transaction.giveWay(stream, to: parent) != nil }
                case .rolledBack(_, let parent):
                    let unit = parent.stream.unit.text
                    try transaction.noteRolledBack(parent.stream)
                    try transaction.raiseAlarm(
                        "rolledBack", subject: unit, "本节点的数据比上级旧（磁盘可能被恢复到较早时刻），正从上级取回，取回前请勿办理业务。")
                case .held(let stream, let refusal, let byParent):
                    try transaction.raiseAlarm(
                        "held", subject: "\(stream.unit.text)/\(stream.audience.text)",
                        "单位 \(stream.unit.text) 的一条数据流暂停同步（\(byParent ? "上级拒收" : "本节点拒收")：\(refusal.rawValue)），将自动重试。")
                case .missing(let range):
                    try transaction.raiseAlarm(
                        "missing", subject: range.stream.unit.text, "单位 \(range.stream.unit.text) 的一段数据暂时取不到，将自动重试。")
                case .compared(let held):
                    try transaction.clearLinkAlarms(except: held)
                    try transaction.endShutOut()
                    try transaction.noteCaughtUp()
                case .clone:
                    try transaction.noteClone()
                case .shutOut(let why):
                    try transaction.noteShutOut(why.hasSuffix("。") ? String(why.dropLast()) : why)
                case .moved, .notBelow: break
                case .replaced:
                    try transaction.raiseAlarm("replaced", subject: "node", "另一个进程正以本单位的名义连接上级，请检查是否有节点副本。")
                }
            }
        } catch {
            log.error("alarm not kept", metadata: ["error": "\(error)"])
            return
        }
        if isMended { resync() }
        switch report {
        case .compared: confirm()
        case .moved(let unit, let address): follow(unit, address)
        case .notBelow: turnBack()
        case .clone: rest()
        default: break
        }
    }

    private func confirm() {
        do {
            try Freshness.confirm(archive)
        } catch {
            log.error("freshness not noted", metadata: ["error": "\(error)"])
        }
    }
}
