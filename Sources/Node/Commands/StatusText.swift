import Features
import Rules

/// `status` for people, at most 80 columns wide.
struct StatusText {
    static let columns = 80
    /// Children shown, those in trouble first; `--json` has all.
    static let children = 40

    private let status: JSONValue

    init(_ status: JSONValue) { self.status = status }

    var text: String { (head + parent + below + counts + queues + alarms).joined(separator: "\n") }

    private func word(_ key: String, of value: JSONValue? = nil) -> String { (value ?? status)[key]?.text ?? "" }

    private func number(_ key: String, of value: JSONValue? = nil) -> Int {
        if case .integer(let number)? = (value ?? status)[key] { Int(number) } else { 0 }
    }

    private var head: [String] {
        let tier = Tier(rawValue: word("tier"))?.label ?? word("tier")
        return Self.wrapped("单位  \(word("unit")) \(word("name"))（\(tier)）", indent: 6) + [
            "程序  \(word("version"))  化身 \(word("incarnation"))", "摘要  \(word("digest"))",
        ]
    }

    // MARK: Links

    private static let states = ["connected": "已连接", "connecting": "连接中", "away": "未连接", "stopped": "已停止", "none": "无"]

    private static func state(_ link: JSONValue) -> (word: String, reason: String) {
        let parts = (link["state"]?.text ?? "none").split(separator: ":", maxSplits: 1).map(String.init)
        return (states[parts[0]] ?? parts[0], parts.count > 1 ? parts[1] : "")
    }

    private var parent: [String] {
        guard let link = status["parent"] else { return [] }
        let (state, reason) = Self.state(link)
        guard state != "无" else { return ["上级  无"] }
        var lines = ["上级  \(word("unit", of: link)) \(state)  最近联系 \(Self.moment(word("lastContact", of: link)))"]
        if !reason.isEmpty { lines += Self.wrapped("      " + reason, indent: 6) }
        let (cause, remedy) = (word("cause", of: link), word("remedy", of: link))
        if !cause.isEmpty { lines += Self.wrapped("      原因 \(cause)：\(remedy)", indent: 6) }
        if link["lagEntries"] != nil, number("lagEntries", of: link) > 0 { lines.append("      待送 " + lag(link)) }
        if case .integer(let days)? = link["certificateDays"] { lines.append("      证书还有 \(days) 天") }
        return lines
    }

    private var below: [String] {
        let all = status["children"]?.items ?? []
        guard !all.isEmpty else { return ["下级  无自有节点的下级"] }
        let here = all.filter { Self.state($0).word == "已连接" }.count
        var lines = ["下级  \(all.count) 个，已连接 \(here) 个"]
        let sorted = all.enumerated().sorted { one, other in
            func trouble(_ link: JSONValue) -> (Int, Int) { (Self.state(link).word == "已连接" ? 1 : 0, -number("lagSeconds", of: link)) }
            let (first, second) = (trouble(one.element), trouble(other.element))
            return first == second ? one.offset < other.offset : first < second
        }
        for (_, link) in sorted.prefix(Self.children) {
            let name = Self.padded(Self.cut(word("name", of: link), 20), 20)
            let state = Self.padded(Self.state(link).word, 6)
            let last = Self.padded(Self.moment(word("lastContact", of: link)), 11)
            var row = "  \(Self.padded(word("unit", of: link), 10))  \(name)  \(state)  \(last)  待取 \(lag(link))"
            if number("quarantine", of: link) > 0 { row += " 隔离 \(number("quarantine", of: link))" }
            if case .integer(let days)? = link["certificateDays"], days < 60 { row += " 证书 \(days) 天" }
            lines.append(Self.cut(row, Self.columns))
        }
        if all.count > Self.children { lines.append("  …另有 \(all.count - Self.children) 个，见 --json") }
        return lines
    }

    private func lag(_ link: JSONValue) -> String {
        let entries = number("lagEntries", of: link)
        guard entries > 0 else { return "0" }
        return "\(entries) 条 \(Self.size(number("lagBytes", of: link))) \(Self.span(number("lagSeconds", of: link)))"
    }

    // MARK: Counts, queues, alarms

    private var counts: [String] {
        guard let counts = status["counts"] else { return [] }
        var lines = [
            "学籍  \(number("dossiers", of: counts))，问题 \(number("problems", of: counts))；学籍号 L \(number("L", of: counts)) "
                + "G \(number("G", of: counts)) J \(number("J", of: counts))",
        ]
        if case .object(let states)? = counts["byState"], !states.isEmpty {
            let parts = states.keys.sorted().map { key in
                "\(RegistrationState(rawValue: key)?.label ?? key) \(number(key, of: counts["byState"]))"
            }
            lines += Self.wrapped("      " + parts.joined(separator: "  "), indent: 6)
        }
        return lines
    }

    private var queues: [String] {
        var lines = ["队列  待处理 \(number("unapplied")) 批，待前序 \(number("parked")) 条，隔离 \(number("quarantine")) 条"]
        for queue in status["queues"]?.items ?? [] {
            lines.append("      \(word("office", of: queue)) \(number("waiting", of: queue))，最早 \(Self.moment(word("oldest", of: queue)))")
        }
        return lines
    }

    private var alarms: [String] {
        let all = status["alarms"]?.items ?? []
        guard !all.isEmpty else { return ["告警  无"] }
        return ["告警  \(all.count) 条"] + all.flatMap { alarm in
            ["  \(word("code", of: alarm))  自 \(Self.moment(word("since", of: alarm)))"]
                + Self.wrapped("    " + word("text", of: alarm), indent: 4)
        }
    }

    // MARK: Form

    /// `11-23 19:20` of an RFC 3339 time.
    private static func moment(_ time: String) -> String {
        guard time.count >= 16 else { return "–" }
        return String(time.dropFirst(5).prefix(11)).replacing("T", with: " ")
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1024 ? "\(bytes) B" : bytes < 1 << 20 ? "\(bytes >> 10) KB" : "\(bytes >> 20) MB"
    }

    private static func span(_ seconds: Int) -> String {
        seconds < 120 ? "\(seconds) 秒" : seconds < 7200 ? "\(seconds / 60) 分" : seconds < 172_800 ? "\(seconds / 3600) 小时" : "\(seconds / 86_400) 天"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - Printout.width(text)))
    }

    private static func cut(_ text: String, _ width: Int) -> String {
        guard Printout.width(text) > width else { return text }
        var short = ""
        for character in text {
            guard Printout.width(short + String(character)) <= width - 2 else { break }
            short.append(character)
        }
        return short + "…"
    }

    /// Broken into lines of at most 80 columns; the later ones indented.
    static func wrapped(_ text: String, indent: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for character in text {
            if Printout.width(line + String(character)) > columns {
                lines.append(line)
                line = String(repeating: " ", count: indent)
                if character == " " { continue }
            }
            line.append(character)
        }
        return lines + [line]
    }
}
