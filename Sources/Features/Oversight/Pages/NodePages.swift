import Protocol
import Rules
import Store

/// 节点: links, queues and alarms of this node, and the units directly below with what is known of them.
enum NodePages {
    static let pages: [Page] = [
        Page("node", .get, "/node", title: "节点", roles: [.systemAdministrator, .head]) { call in .page("node", try context(call)) },
    ]

    static let templates = [
        "node": """
            <h1>节点</h1>
            {{>notice}}
            <div data-live="on">
            {{#alarms}}<div class="note bad"><h2>{{title}}</h2><p>{{text}} <span class="soft">自 {{since}}，告警代码 {{code}}</span></p></div>{{/alarms}}
            <dl class="facts"><dt>单位代码</dt><dd class="code">{{unit}}</dd><dt>程序版本</dt><dd>{{version}}</dd><dt>数据摘要</dt><dd class="code">{{#digest}}{{.}}{{/digest}}{{^digest}}<a href="/node?digest=true">计算</a>{{/digest}}</dd>
            <dt>隔离的记录</dt><dd>{{quarantine}}</dd><dt>等待前置记录</dt><dd>{{parked}}</dd><dt>等待处理</dt><dd>{{unapplied}}</dd></dl>
            {{#hasQueues}}<h2>队列</h2><table><thead><tr><th scope="col">业务</th><th scope="col" class="n">等待</th><th scope="col">最早自</th></tr></thead><tbody>{{#queues}}<tr><td>{{office}}</td><td class="n">{{waiting}}</td><td>{{oldest}}</td></tr>{{/queues}}</tbody></table>{{/hasQueues}}
            <h2>链路</h2>
            <div class="scroll"><table><thead><tr><th scope="col">单位</th><th scope="col">状态</th><th scope="col">最近联系</th><th scope="col" class="n">待传条数</th><th scope="col" class="n">字节</th><th scope="col" class="n">落后（秒）</th></tr></thead><tbody>
            {{#links}}<tr><td>{{name}}</td><td><span class="tag {{tone}}">{{state}}</span>{{#reason}}<br><span class="small">{{.}}</span>{{/reason}}</td><td>{{lastContact}}</td><td class="n">{{lagEntries}}</td><td class="n">{{lagBytes}}</td><td class="n">{{lagSeconds}}</td></tr>
            {{/links}}</tbody></table></div>
            </div>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        // It reads every record: only when somebody wants to compare it with another node's.
        let status = try call.ask("node.status", ["digest": call.parameter("digest") == "true" ? "true" : "false"], as: StatusReport.self)
        var links = status.children.map { shown($0, $0.name ?? $0.unit ?? "") }
        if status.parent.state != "none" { links.insert(shown(status.parent, "上级"), at: 0) }
        var context: [String: Any] = [
            "unit": status.unit, "version": status.version, "quarantine": ShownTime.count(status.quarantine),
            "parked": ShownTime.count(status.parked), "unapplied": ShownTime.count(status.unapplied),
            "alarms": status.alarms.map { ["code": $0.code, "title": AlarmTitle.of($0.code), "text": $0.text, "since": ShownTime.text($0.since)] as [String: Any] },
            "hasQueues": !status.queues.isEmpty,
            "queues": status.queues.map { queue -> [String: Any] in
                [
                    "office": offices[queue.office] ?? queue.office, "waiting": ShownTime.count(queue.waiting),
                    "oldest": queue.oldest.map(ShownTime.text) ?? "–",
                ]
            },
            "links": links,
        ]
        if !status.digest.isEmpty { context["digest"] = status.digest }
        return context
    }

    private static let offices = ["duplicates": "查重", "numbers": "学籍号", "identity": "公安核验", "leases": "临时学籍号号段", "groups": "重复学籍分组"]

    /// A link as tables show it.
    static func shown(_ link: StatusReport.Link, _ name: String) -> [String: Any] {
        let parts = link.state.split(separator: ":", maxSplits: 1).map(String.init)
        let state = parts.first ?? ""
        var shown: [String: Any] = [
            "name": name, "state": states[state] ?? state, "tone": state == "connected" ? "good" : state == "connecting" ? "" : "bad",
            "lastContact": link.lastContact.map(ShownTime.text) ?? "–", "lagEntries": ShownTime.count(link.lagEntries),
            "lagBytes": ShownTime.count(link.lagBytes), "lagSeconds": ShownTime.count(link.lagSeconds),
        ]
        if parts.count > 1 { shown["reason"] = parts[1] }
        return shown
    }

    private static let states = ["connected": "已连接", "connecting": "正在连接", "away": "未连接", "stopped": "已停止", "none": "无"]
}
