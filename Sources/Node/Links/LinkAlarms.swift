import Logging
import Protocol
import Replication
import Store

/// Turns what a link found out into alarms that `status` shows.
struct LinkAlarms {
    let archive: Archive
    let log: Logger
    /// Compares heads anew, after a fork has been mended here.
    var resync: @Sendable () -> Void = {}

    private static let held = "held"

    private static func subject(_ stream: StreamID) -> String { "\(stream.unit.text)/\(stream.audience.text)" }

    /// At the start of a link: a stream that still cannot go on says so again.
    func begin() {
        do {
            try archive.write { try $0.clearAlarms(Self.held) }
        } catch {
            log.error("alarms not cleared", metadata: ["error": "\(error)"])
        }
    }

    func note(_ report: LinkReport) {
        var isMended = false
        do {
            try archive.write { transaction in
                switch report {
                case .fork(let own, let parent):
                    let unit = (own ?? parent)?.stream.unit.text ?? "node"
                    try transaction.raiseAlarm("fork", subject: unit, "单位 \(unit) 的数据流在本节点与上级不一致,以上级为准,其余照常。")
                    if let stream = (own ?? parent)?.stream { isMended = try transaction.giveWay(stream, to: parent) != nil }
                case .rolledBack(_, let parent):
                    let unit = parent.stream.unit.text
                    try transaction.noteRolledBack(parent.stream)
                    try transaction.raiseAlarm(
                        "rolledBack", subject: unit, "本节点的数据比上级旧(磁盘可能被恢复到较早时刻),正从上级取回,取回前请勿办理业务。")
                case .held(let stream, .fork, _):
                    isMended = try transaction.giveWay(stream, to: nil) != nil
                case .held(let stream, let refusal, let byParent):
                    try transaction.raiseAlarm(
                        Self.held, subject: Self.subject(stream),
                        "单位 \(stream.unit.text) 的一条数据流暂停同步(\(byParent ? "上级拒收" : "本节点拒收"):\(refusal.rawValue)),将自动重试。")
                case .freed(let streams):
                    for stream in streams { try transaction.clearAlarm(Self.held, subject: Self.subject(stream)) }
                case .missing(let range):
                    try transaction.raiseAlarm(
                        "missing", subject: range.stream.unit.text, "单位 \(range.stream.unit.text) 的一段数据暂时取不到,将自动重试。")
                case .replaced:
                    try transaction.raiseAlarm("replaced", subject: "node", "另一个进程正以本单位的名义连接上级,请检查是否有节点副本。")
                }
            }
        } catch {
            log.error("alarm not kept", metadata: ["error": "\(error)"])
            return
        }
        if isMended { resync() }
    }
}
