import Replication
import Rules

/// What an operator must be told about the machine and the link upwards, judged from figures alone.
struct WatchFindings: Sendable {
    /// What was seen at one moment.
    struct Facts: Sendable {
        /// Seconds since 1970.
        var time: Int64
        /// Seconds by which our clock is ahead of the parent's.
        var clockAhead: Int64?
        /// Bytes; nil where the system does not tell.
        var diskFree: Int64?
        var storeBytes: Int64 = 0
        /// Why the link upwards fails, and since when.
        var failure: LinkFailure?
        var failingSince: Int64?
        var parked = 0
        var unapplied = 0
        var salvaged = 0
        /// Files that the process may have open; nil where nobody asked.
        var openFiles: Int?
        /// Units directly below with nodes of their own.
        var children = 0
    }

    struct Finding: Sendable, Hashable {
        let code: String
        let text: String
    }

    /// Codes that this watch raises and clears; those of links have their cause after the dot.
    static let codes = ["clock", "disk", "link", "queue", "files"]
    /// Clocks may differ by so many seconds.
    static let clockTolerance: Int64 = 300
    /// Less free space than this is told; less than the store's size as well, for a copy needs that much.
    static let diskReserve: Int64 = 1 << 30
    /// A link that fails for so many seconds is told.
    static let linkPatience: Int64 = 120
    /// Entries or envelopes waiting.
    static let queueLimit = 100_000

    let all: [Finding]

    init(_ facts: Facts) {
        all = [Self.clock(facts), Self.disk(facts), Self.link(facts), Self.queue(facts), Self.files(facts)].compactMap { $0 }
    }

    private static func clock(_ facts: Facts) -> Finding? {
        if facts.time < ProgramVersion.writtenAfter {
            return Finding(
                code: "clock", text: "本机时钟早于本程序的发布日期，一定不对。请校准日期和时间（例如启用 NTP）；业务日期和证书都依赖它。")
        }
        guard let ahead = facts.clockAhead, abs(ahead) > clockTolerance else { return nil }
        let size = abs(ahead) >= 2 * 86_400 ? "\(abs(ahead) / 86_400) 天" : "\(abs(ahead) / 60) 分钟"
        return Finding(
            code: "clock", text: "本机时钟比上级\(ahead > 0 ? "快" : "慢")约 \(size)。请校准本机时间（例如启用 NTP）；若本机无误，请通知上级。")
    }

    private static func disk(_ facts: Facts) -> Finding? {
        guard let free = facts.diskFree, free < max(diskReserve, facts.storeBytes) else { return nil }
        return Finding(
            code: "disk", text: "数据所在磁盘只剩约 \(free >> 20) MB，将不能保存和备份。请清理或扩充磁盘。")
    }

    private static func link(_ facts: Facts) -> Finding? {
        guard let failure = facts.failure, let since = facts.failingSince, facts.time - since >= linkPatience else { return nil }
        return Finding(code: "link.\(failure.code.rawValue)", text: "连不上上级：\(failure.message)\(failure.remedy)")
    }

    private static func files(_ facts: Facts) -> Finding? {
        guard let limit = facts.openFiles, limit < OpenFiles.needed(children: facts.children) else { return nil }
        return Finding(
            code: "files",
            text: "本进程最多可打开 \(limit) 个文件，\(facts.children) 个下级节点约需 \(OpenFiles.needed(children: facts.children)) 个，同时连接时会有下级排队。"
                + "请提高系统限制（systemd 的 LimitNOFILE，或 ulimit -Hn）后重启。")
    }

    private static func queue(_ facts: Facts) -> Finding? {
        guard max(facts.parked, facts.unapplied, facts.salvaged) > queueLimit else { return nil }
        return Finding(
            code: "queue",
            text: "积压过多：待处理 \(facts.unapplied) 批，等待前序 \(facts.parked) 条，另存 \(facts.salvaged) 批。数据没有丢失；请检查磁盘、程序版本和上级链路。")
    }
}
