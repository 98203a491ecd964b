import Protocol
import Rules
import Store

/// 操作记录: of the own unit, and at an authority of those below.
enum AuditPage {
    static let pages: [Page] = [
        Page("audit", .get, "/audit", title: "操作记录", roles: [.systemAdministrator, .head]) { call in .page("audit", try context(call)) },
    ]

    static let templates = [
        "audit": """
            <h1>操作记录</h1>
            {{>notice}}
            {{#isAuthority}}<form method="get" action="/audit" class="line">
            <div><label for="of">下级单位代码</label><input id="of" name="of" class="code" inputmode="numeric" autocomplete="off" value="{{of}}"></div>
            <button type="submit">查看</button>
            </form>{{/isAuthority}}
            <div data-live>
            {{#ofName}}<h2>{{.}}</h2>{{/ofName}}
            {{#isAsked}}<p class="note" role="status">已向该单位的节点索取，通常半分钟内到达。到达后本页自动显示；没有显示请刷新。</p>{{/isAsked}}
            {{#isAway}}<p class="note warn" role="status">该单位的节点目前没有联系{{#lastContact}}，最近一次是 {{.}}{{/lastContact}}。十分钟内恢复联系会自动显示，之后请再来查看。</p>{{/isAway}}
            {{#answeredAt}}<p class="soft">该单位的节点于 {{.}} 给出，只供查看，不在本节点保存。</p>{{/answeredAt}}
            {{#hasLines}}<p class="soft">最近200条。对象只记编号，不记姓名和号码。</p>
            <div class="scroll"><table><thead><tr><th scope="col">时间</th><th scope="col">账号</th><th scope="col">操作</th><th scope="col">对象</th><th scope="col">结果</th></tr></thead><tbody>
            {{#lines}}<tr><td class="t">{{at}}</td><td>{{account}}</td><td class="words">{{operation}}</td><td class="code small">{{subject}}</td><td>{{outcome}}</td></tr>
            {{/lines}}</tbody></table></div>{{/hasLines}}
            </div>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let of = call.parameter("of")
        let (tier, name) = try call.archive.read { reading in
            (call.actor.flatMap { reading.directory.tier(of: $0.unit) } ?? .school, of.flatMap { reading.directory.unit(UnitCode($0))?.name ?? $0 })
        }
        var context: [String: Any] = ["isAuthority": tier != .school, "of": of ?? ""]
        if let name { context["ofName"] = name }
        let trail: TrailOperations.Trail
        do {
            trail = try call.ask("audit.list", ["limit": "200"].merging(of.map { ["of": $0] } ?? [:]) { $1 }, as: TrailOperations.Trail.self)
        } catch let refusal as Refusal {
            return context.merging(Notice.of(refusal)) { $1 }
        }
        context["isAsked"] = trail.state == "asked"
        context["isAway"] = trail.state == "away"
        if let at = trail.answeredAt { context["answeredAt"] = ShownTime.text(at) }
        if let at = trail.lastContact { context["lastContact"] = ShownTime.text(at) }
        context["hasLines"] = !trail.audit.isEmpty
        context["lines"] = trail.audit.map { line -> [String: Any] in
            [
                "at": ShownTime.text(line.at), "account": line.account, "operation": title(of: line.operation, call),
                "subject": line.subject, "outcome": outcome(of: line),
            ]
        }
        return context
    }

    /// A refusal by its code; what offices tell of themselves as they do.
    private static func outcome(of line: AuditTrail.Line) -> String {
        if line.outcome == "done" { return "完成" }
        return TrailOperations.titles[line.operation] == nil ? "未办成（\(line.outcome)）" : line.outcome
    }

    /// As the menu and the buttons call it; what only the trail knows by a name of its own stays as it is.
    private static func title(of operation: String, _ call: PageCall) -> String {
        call.title(operation) ?? TrailOperations.titles[operation] ?? operation
    }
}
