import Protocol
import Rules

/// What a link found out and a person, or the node, must decide. Other streams go on meanwhile.
public enum LinkReport: Sendable, Hashable {
    /// Two copies of a stream have different links at the same place. The parent has ours in its salvage.
    case fork(own: StreamHead?, parent: StreamHead?)
    /// The parent holds more of a stream of ours than we do: our disk went back. It is being fetched; the unit must not
    /// write on before it is here.
    case rolledBack(own: StreamHead?, parent: StreamHead)
    /// A stream stands still until the next comparison: refused by the parent, or by us.
    case held(StreamID, Acceptance.Refusal, byParent: Bool)
    /// A range that the side which announced it does not give.
    case missing(StreamRange)
    /// Heads were compared to the end, and both copies made as equal as they can be; these streams still stand still.
    case compared(held: [StreamID: Acceptance.Refusal])
    /// Another process says hello in our name: a clone, or a second start.
    case replaced
    /// The parent serves an older process with our key: this node is a copy.
    case clone
    /// The parent lets us in no longer, for good: our key was revoked, or another machine has taken our place. In its words.
    case shutOut(String)
    /// For a while already the parent says that our unit is not below it.
    case notBelow
    /// Our unit has another parent now, and is told where.
    case moved(to: UnitCode, address: String)
}

/// How a link stands, for display.
public enum LinkCondition: Sendable, Hashable {
    case idle
    case connecting
    /// Heads differ: copies are being brought to the same length. Envelopes still to go.
    case mending(toFetch: UInt64, toPush: UInt64)
    case connected
    /// Monotonic seconds of the next try.
    case backingOff(until: Double, LinkFailure)
    case stopped(LinkFailure)

    /// Chinese, one line.
    public var label: String {
        switch self {
        case .idle: "未连接"
        case .connecting: "正在连接上级"
        case .mending(let toFetch, let toPush): "正在核对补齐（待取 \(toFetch) 批，待送 \(toPush) 批）"
        case .connected: "已连接"
        case .backingOff(_, let failure): "等待重试：" + failure.message
        case .stopped(let failure): "已停止：" + failure.message
        }
    }
}
