import Protocol
import Rules

/// Why a parent does not serve a call; becomes an HTTP status and a `PeerProblem`.
public struct PeerRefusal: Error, Sendable, Hashable {
    public var status: Int
    public var problem: PeerProblem

    private init(_ status: Int, _ code: String, _ text: String, _ remedy: String, unit: UnitCode? = nil, retryAfter: Int? = nil) {
        self.status = status
        problem = PeerProblem(code: code, text: text, remedy: remedy, unit: unit, retryAfterSeconds: retryAfter)
    }

    static let malformed = PeerRefusal(400, "malformed", "请求无法识别。", "请核对两端的程序版本。")
    public static let unknownPath = PeerRefusal(404, "unknownPath", "没有这个接口。", "请核对上级地址和程序版本。")
    public static let tooLarge = PeerRefusal(413, "tooLarge", "请求超出大小限制。", "请联系开发者。")
    static let noJoining = PeerRefusal(403, "noJoining", "本节点不接受下级入网。", "请到主管部门的节点办理入网。")
    static let badSignature = PeerRefusal(401, "badSignature", "单位签名核验不通过。", "请核对本节点的密钥；重装或恢复后请用一次性代码重新入网。")
    static let otherUnit = PeerRefusal(403, "certificate.otherUnit", "出示的证书不是这个单位的。", "请用本单位自己的证书；重新入网需要新的邀请码。")
    static let sessionGone = PeerRefusal(410, "sessionGone", "会话已失效，请重新连接。", "程序会自动重新连接。")
    static let sessionReplaced = PeerRefusal(
        409, "sessionReplaced", "另一个进程正以本单位的名义连接上级。", "请检查是否有节点副本或重复启动，只保留一个。")
    static let clone = PeerRefusal(
        409, "clone", "另一个节点正以同样的密钥连接上级，本节点是它的副本。", "请停用多余的一个；本节点在此之前只读。")
    /// The operator above has stopped this link for a while: passing.
    public static let paused = PeerRefusal(
        503, "paused", "上级节点已暂停与本节点的链路。", "上级恢复后程序会自动重新连接。", retryAfter: 60)
    /// This node has a store that has not been filled by its own parent yet: whom it may let in it will know soon.
    public static let catchingUp = PeerRefusal(
        503, "catchingUp", "上级节点刚建立，正在从它的上级取回数据。", "程序会自动重试。", retryAfter: 5)
    static let sessionsFull = PeerRefusal(503, "sessionsFull", "连接数已满。", "程序会自动重试。", retryAfter: 60)

    static let blobsBusy = PeerRefusal(503, "blobsBusy", "附件通道繁忙。", "程序会自动重试。", retryAfter: 2)

    /// A certificate that does not count here, with the reason.
    public static func certificate(_ code: String, _ text: String, _ remedy: String, status: Int = 401) -> PeerRefusal {
        PeerRefusal(status, "certificate." + code, text, remedy)
    }

    /// One caller asks too much at a time, or too often.
    public static func tooOften(seconds: Int) -> PeerRefusal {
        PeerRefusal(429, "tooOften", "对上级的请求过于频繁。", "程序会自动稍后重试；如持续出现，请检查是否有节点副本。", retryAfter: seconds)
    }

    /// All callers together ask too much.
    public static func overloaded(seconds: Int) -> PeerRefusal {
        PeerRefusal(503, "overloaded", "上级节点正忙。", "程序会自动稍后重试。", retryAfter: seconds)
    }

    static func unknownUnit(_ unit: UnitCode) -> PeerRefusal {
        PeerRefusal(401, "unknownUnit", "上级节点没有单位 \(unit) 的登记或密钥。", "请用一次性代码入网，或联系主管部门。")
    }

    static func notBelow(_ unit: UnitCode) -> PeerRefusal {
        PeerRefusal(403, "notBelow", "单位 \(unit) 不属于本节点的下级。", "请核对上级地址。")
    }

    static func moved(to unit: UnitCode?, address: String? = nil) -> PeerRefusal {
        let text = unit.map { "本单位已划转，新的上级是 \($0)。" } ?? "本单位已划转到别的上级。"
        let remedy = address == nil ? "请运行 xueji parent 地址，改连新主管部门的节点。" : "程序会自动改连新的上级。"
        var refusal = PeerRefusal(421, "moved", text, remedy, unit: unit)
        refusal.problem.address = address
        return refusal
    }

    static func upgrade(_ own: ClosedRange<UInt32>, theirs: ClosedRange<UInt32>) -> PeerRefusal {
        let older = theirs.upperBound < own.lowerBound ? "本节点" : "上级节点"
        return PeerRefusal(426, "upgrade", "两端的协议版本不相容，\(older)需要升级。", "请升级程序。")
    }

    static func ownStore() -> PeerRefusal {
        PeerRefusal(503, "store", "上级节点暂时不能读写数据。", "程序会自动重试。", retryAfter: 30)
    }
}
