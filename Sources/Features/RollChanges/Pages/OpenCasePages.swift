import Protocol
import Rules
import Store

/// 在办业务 (Q87): with whom what is open is, each of them, reminders to the holders, and taking back in bulk.
enum OpenCasePages {
    static let pages: [Page] = [
        Page("cases", .get, "/cases", title: "在办业务", roles: RollChangePages.roles) { call in .page("cases", try context(call)) },
        Page("cases.act", .post, "/cases", title: "在办业务", roles: RollChangePages.roles, handle: act),
    ]

    static let templates = [
        "cases": """
            <h1>在办业务</h1>
            {{>notice}}
            {{#received}}<div class="note {{tone}}"><h2>{{byName}}催办</h2><p>请在 {{day}} 前办结{{label}}{{#isOver}}（已过期限）{{/isOver}}，本单位还有 {{count}} 件。</p></div>{{/received}}
            <nav aria-label="业务"><ul>{{#scopes}}<li><a href="{{href}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/scopes}}</ul></nav>
            <form class="line" method="get" action="/cases">{{#business}}<input type="hidden" name="business" value="{{.}}">{{/business}}{{#holder}}<input type="hidden" name="holder" value="{{.}}">{{/holder}}
            {{^isSchool}}<div><label for="unit">单位代码</label><input id="unit" name="unit" class="code" size="12" value="{{unit}}"></div>{{/isSchool}}
            <div><label for="days">停留至少（天）</label><input id="days" name="days" type="number" min="0" max="3660" size="6" value="{{days}}"></div>
            <button class="plain" type="submit">查询</button></form>
            <p class="soft">共 {{total}} 件，已经开始而没有办完，最久的在前。有在办业务的学生不能转学、毕业。 {{>help-link}}</p>
            {{#hasHolders}}<h2>在谁那里</h2><div class="scroll"><table><thead><tr><th scope="col">当前处理单位</th><th scope="col" class="n">件数</th><th scope="col">最早自</th></tr></thead><tbody>
            {{#holders}}<tr><td><a href="{{href}}">{{name}}</a></td><td class="n">{{count}}</td><td>{{since}}</td></tr>
            {{/holders}}</tbody></table></div>{{/hasHolders}}
            {{^isSchool}}<h2>催办</h2><p class="soft">所辖范围内每个当前处理单位的待办都会出现，直到办结；不必逐件通知。</p>
            <form class="line" method="post" action="{{here}}">{{>token}}
            <div><label for="r-business">业务</label><select id="r-business" name="business"><option value="">全部在办业务</option>{{#businesses}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/businesses}}</select></div>
            <div><label for="r-unit">单位代码（空为全部所辖）</label><input id="r-unit" name="unit" class="code" size="12" value="{{unit}}"></div>
            <div><label for="r-day">办结日期</label><input id="r-day" name="day" type="date"></div>
            <button type="submit" name="act" value="remind">催办</button></form>
            {{#hasSent}}<div class="scroll"><table><thead><tr><th scope="col">单位</th><th scope="col">业务</th><th scope="col">办结日期</th><th scope="col" class="n">尚未办结</th><th scope="col"></th></tr></thead><tbody>
            {{#sent}}<tr><td>{{unitName}}</td><td>{{label}}</td><td>{{day}}{{#isOver}} <span class="tag warn">已过</span>{{/isOver}}</td><td class="n">{{count}}</td><td><form method="post" action="{{here}}">{{>token}}<input type="hidden" name="unit" value="{{unit}}"><input type="hidden" name="business" value="{{business}}"><button type="submit" name="act" value="takeBack" class="plain">取消</button></form></td></tr>
            {{/sent}}</tbody></table></div>{{/hasSent}}{{/isSchool}}
            {{#hasCases}}<h2>逐件</h2>{{#mayClear}}<form method="post" action="{{here}}">{{>token}}{{/mayClear}}<div class="scroll"><table><thead><tr>{{#mayClear}}<th scope="col"><label class="tick"><input type="checkbox" data-all> 全选</label></th>{{/mayClear}}<th scope="col">姓名</th><th scope="col">学校</th><th scope="col">业务</th><th scope="col">环节</th><th scope="col">当前处理单位</th><th scope="col">自</th><th scope="col">期限</th></tr></thead><tbody>
            {{#cases}}<tr>{{#mayClear}}<td>{{#isClearable}}<input type="checkbox" name="dossier" value="{{dossier}}" aria-label="选择{{name}}">{{/isClearable}}</td>{{/mayClear}}<td><a href="{{page}}">{{name}}</a></td><td>{{schoolName}}</td><td>{{label}}</td><td>{{stand}}</td><td>{{holder}}</td><td>{{since}}</td><td>{{#isOverdue}}<span class="tag bad">{{/isOverdue}}{{due}}{{#isOverdue}} 已超期</span>{{/isOverdue}}</td></tr>
            {{/cases}}</tbody></table></div>{{#mayClear}}
            {{^isSchool}}<div class="field"><label for="reason">原因<span class="hint">学校会看到</span></label><input id="reason" name="reason" maxlength="200"></div>{{/isSchool}}
            <div class="acts"><button type="submit" name="act" value="clear" class="plain">{{#isSchool}}撤回选中的申请{{/isSchool}}{{^isSchool}}退回选中的业务{{/isSchool}}</button></div></form>{{/mayClear}}{{/hasCases}}
            {{#next}}<p><a href="{{.}}">下一页</a></p>{{/next}}
            """,
    ]

    private static let filterNames = ["business", "holder", "unit", "days"]

    /// What the page's address asks for, in the operation's words.
    private static func filters(_ call: PageCall) -> [String: String] {
        var asked: [String: String] = [:]
        for name in filterNames {
            let text = call.parameter(name)?.filter { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? ""
            if !text.isEmpty { asked[name] = text }
        }
        return asked
    }

    private static func address(_ asked: [String: String], changing changes: [String: String?] = [:]) -> String {
        let all = asked.merging(changes.compactMapValues { $0 }) { $1 }
        let query = filterNames.compactMap { name in changes[name] == .some(nil) ? nil : all[name].map { "\(name)=\($0)" } }
        return query.isEmpty ? "/cases" : "/cases?" + query.joined(separator: "&")
    }

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let asked = filters(call)
        var context = Notice.done(call)
        context.merge(HelpChapter.link("Q87")) { $1 }
        for (name, text) in asked { context[name] = text }
        context["here"] = address(asked)
        context["scopes"] = scopes(asked)
        context["businesses"] = OpenCases.Business.allCases.map { StudentPages.choice($0.rawValue, $0.label, asked["business"]) }
        let isSchool = try call.archive.read { $0.directory.tier(of: actor.unit) == .school }
        context["isSchool"] = isSchool
        do {
            try addReminders(call, to: &context)
            try addCases(call, actor, asked, isSchool: isSchool, to: &context)
        } catch let refusal as Refusal {
            context["total"] = "0"
            context.merge(Notice.of(refusal)) { $1 }
        }
        return context
    }

    private static func scopes(_ asked: [String: String]) -> [[String: Any]] {
        let all: [(business: String?, holder: String?, label: String)] = [(nil, nil, "全部"), (nil, "self", "待本单位办理")]
            + OpenCases.Business.allCases.map { ($0.rawValue, asked["holder"] == "self" ? "self" : nil, $0.label) }
        return all.map { one in
            [
                "href": address(asked, changing: ["business": one.business, "holder": one.holder]), "label": one.label,
                "chosen": asked["business"] == one.business && (one.business != nil || asked["holder"] == one.holder),
            ]
        }
    }

    private static func addReminders(_ call: PageCall, to context: inout [String: Any]) throws {
        let page = try call.ask("cases.reminders", as: OpenCaseReminders.Page.self)
        func shown(_ item: OpenCaseReminders.Item) -> [String: Any] {
            [
                "byName": item.byName, "unit": item.unit, "unitName": item.unitName, "day": ShownTime.date(item.day) ?? item.day,
                "business": item.business ?? "", "label": item.label, "count": ShownTime.count(item.count), "isOver": item.isOver,
                "tone": item.isOver ? "bad" : "warn",
            ]
        }
        context["received"] = page.received.map(shown)
        context["sent"] = page.sent.map(shown)
        context["hasSent"] = !page.sent.isEmpty
    }

    private static func addCases(
        _ call: PageCall, _ actor: Actor, _ asked: [String: String], isSchool: Bool, to context: inout [String: Any]
    ) throws {
        let page = try call.ask("cases.list", asked.merging(call.parameter("after").map { ["after": $0] } ?? [:]) { $1 }, as: OpenCases.Page.self)
        context["total"] = ShownTime.count(page.total)
        if asked["holder"] == nil {
            let holders = try call.ask("cases.holders", asked, as: OpenCaseHolders.Page.self).holders
            context["holders"] = holders.map { item -> [String: Any] in
                [
                    "name": item.name, "count": ShownTime.count(item.count), "since": ShownTime.text(item.since),
                    "href": address(asked, changing: ["holder": item.unit == actor.unit.text ? "self" : item.unit]),
                ]
            }
            context["hasHolders"] = !holders.isEmpty
        }
        if let next = page.next { context["next"] = address(asked) + (asked.isEmpty ? "?" : "&") + "after=\(next)" }
        let clearable = Set(OpenCaseClearing.businesses.map(\.rawValue))
        context["hasCases"] = !page.cases.isEmpty
        try call.archive.read { reading in
            let separated = try PolicyShelf(reading).isOn("roles.separated", for: actor.unit)
            context["mayClear"] = asked["holder"] == "self" && page.cases.contains { clearable.contains($0.business) }
                && RoleRights.may(actor, isSchool ? .withdrawCase : .sendBackCase, separated: separated)
            context["cases"] = page.cases.map { item -> [String: Any] in
                [
                    "dossier": item.dossier, "name": item.name, "schoolName": item.schoolName, "label": item.label, "stand": item.stand,
                    "page": item.page, "holder": item.holder.map { reading.directory.unit(UnitCode($0))?.name ?? $0 } ?? "–",
                    "since": ShownTime.text(item.since), "due": item.due.flatMap(ShownTime.date) ?? "", "isOverdue": item.isOverdue,
                    "isClearable": clearable.contains(item.business),
                ]
            }
        }
    }

    // MARK: Acts

    private struct Reminder: Encodable { let day, unit, business: String }

    private static func act(_ call: PageCall) throws -> PageReply {
        do {
            switch call.field("act") {
            case "clear": try clear(call)
            case "takeBack": try remind(call, day: "")
            default:
                guard let day = call.field("day"), !day.isEmpty else {
                    throw Refusal("cases.reminder.day", question: "Q87", "没有填写办结日期。", remedy: "请选择要求办结的日期后再催办。", kind: .usage)
                }
                try remind(call, day: day)
            }
            let here = address(filters(call))
            return .redirect(here + (here.contains("?") ? "&" : "?") + "done=step")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("cases", context)
        }
    }

    private static func remind(_ call: PageCall, day: String) throws {
        try call.tell("cases.remind", body: Reminder(day: day, unit: call.field("unit") ?? "", business: call.field("business") ?? ""))
    }

    private static func clear(_ call: PageCall) throws {
        guard let dossiers = call.form["dossier"], !dossiers.isEmpty else {
            throw Refusal("page.none", question: "Q87", "还没有勾选学生。", remedy: "请先勾选要清理的业务，再按按钮。", kind: .usage)
        }
        let outcome = try call.ask(
            "cases.clear", body: StudentPages.Batch(dossiers: dossiers, reason: call.field("reason")), as: OpenCaseClearing.Cleared.self)
        guard let refused = outcome.refused.first else { return }
        let done = outcome.done.isEmpty ? "" : "已办理 \(outcome.done.count) 件，另有 \(outcome.refused.count) 件不能办理："
        throw Refusal(refused.code, question: refused.question, done + refused.message, remedy: refused.remedy)
    }
}
