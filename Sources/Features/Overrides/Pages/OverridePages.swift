import Protocol
import Rules
import Store

/// 超期与强制干预: what has waited too long, and of one pupil asking for an override or deciding in the holder's stead (Q76).
enum OverridePages {
    private static let roles: Set<Role> = [.registrar, .head]

    static let pages: [Page] = [
        Page("overrides", .get, "/overrides", title: "超期与强制干预", roles: roles) { call in .page("overrides", try list(call)) },
        Page("overrides.show", .get, "/overrides/{dossier}", title: "强制干预", roles: roles) { call in .page("override", try context(call)) },
        Page("overrides.act", .post, "/overrides/{dossier}", title: "强制干预", roles: roles, handle: act),
    ]

    static let templates = [
        "overrides": """
            <h1>超期与强制干预</h1>
            {{>notice}}
            <nav aria-label="范围"><ul>{{#scopes}}<li><a href="{{href}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/scopes}}</ul></nav>
            <p class="soft">共 {{total}} 份。期限按工作日计，由省级或国家在“设置”中规定。 {{>help-link}}</p>
            {{#hasOverrides}}<div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">学校</th><th scope="col">业务</th><th scope="col">当前处理单位</th><th scope="col">自</th><th scope="col">期限</th><th scope="col">强制干预</th></tr></thead><tbody>
            {{#overrides}}<tr><td><a href="/overrides/{{dossier}}">{{name}}</a></td><td>{{schoolName}}</td><td>{{business}}:{{label}}</td><td>{{holder}}</td><td>{{since}}</td><td><span class="tag {{tone}}">{{due}}</span></td><td>{{request}}</td></tr>
            {{/overrides}}</tbody></table></div>{{/hasOverrides}}
            """,
        "override": """
            <h1>强制干预：{{name}}</h1>
            {{>notice}}
            <dl class="facts"><dt>学校</dt><dd>{{schoolName}}</dd><dt>业务</dt><dd>{{business}}{{^business}}没有等待办理的业务{{/business}}</dd><dt>当前处理单位</dt><dd>{{holder}}</dd>{{#deadline}}<dt>自</dt><dd>{{since}}</dd><dt>办理期限</dt><dd><span class="tag {{tone}}">{{due}}</span></dd>{{/deadline}}{{#authority}}<dt>强制干预由谁决定</dt><dd>{{.}}</dd>{{/authority}}</dl>
            <p><a href="/students/{{dossier}}">学籍档案</a>{{#isKeyChange}} · <a href="/key-data/{{dossier}}">申请的变更和证明材料</a>{{/isKeyChange}}{{#isRollChange}} · <a href="/roll-changes/{{dossier}}">申请的异动和证明材料</a>{{/isRollChange}}</p>
            {{#request}}<div class="note warn"><h2>学校已提请强制干预</h2><p>{{reason}} <span class="soft">{{at}}</span></p></div>{{/request}}
            {{#mayRequest}}<h2>提请强制干预</h2><p>请先与“{{holder}}”联系。提请之后，{{authorityName}}可以代为办理；各方都会看到。 {{>help-link}}</p>
            <form method="post" action="/overrides/{{dossier}}">{{>token}}<input type="hidden" name="act" value="request">
            <div class="field"><label for="reason">理由<span class="hint">何时、怎样联系过</span></label><input id="reason" name="reason" maxlength="200"></div>
            <div class="acts"><button type="submit">提请强制干预</button></div></form>{{/mayRequest}}
            {{#mayDecide}}<h2>代替“{{holder}}”决定</h2><form method="post" action="/overrides/{{dossier}}">{{>token}}
            <div class="field"><label for="reason">理由<span class="hint">各方都会看到</span></label><input id="reason" name="reason" maxlength="200"></div>
            <div class="field"><label class="tick"><input type="checkbox" name="confirmed" value="yes"> 我已核对学籍档案和材料，确认代替“{{holder}}”作出决定</label></div>
            <div class="acts"><button type="submit" name="act" value="approve" class="danger">强制干预：通过</button><button type="submit" name="act" value="return" class="plain">强制干预：退回学校</button></div></form>{{/mayDecide}}
            """,
    ]

    private struct RequestBody: Encodable { let reason: String }

    private struct DecisionBody: Encodable {
        let decision, reason: String
        let confirmed: Bool
    }

    private static func list(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let scope = call.parameter("scope") ?? OverrideList.Scope.overdue.rawValue
        let page = try call.ask("overrides.list", ["scope": scope], as: OverrideList.Page.self)
        var context = Notice.done(call)
        try call.archive.read { reading in
            let directory = reading.directory
            let isSchool = directory.tier(of: actor.unit) == .school
            context["scopes"] = OverrideList.Scope.allCases.filter { !isSchool || $0 != .ours }.map { one -> [String: Any] in
                ["href": "/overrides?scope=\(one.rawValue)", "label": one.label, "chosen": one.rawValue == scope]
            }
            context["overrides"] = page.overrides.map { item -> [String: Any] in
                [
                    "dossier": item.dossier, "name": item.name, "schoolName": item.schoolName, "label": item.label,
                    "business": TimedBusiness(rawValue: item.deadline.business)?.label ?? "", "holder": name(item.holder, directory),
                    "request": item.deadline.request.map { "已提请 " + ShownTime.text($0.at) } ?? "",
                ].merging(shown(item.deadline)) { $1 }
            }
        }
        context["total"] = ShownTime.count(page.total)
        context["hasOverrides"] = !page.overrides.isEmpty
        return context.merging(HelpChapter.link("Q76")) { $1 }
    }

    /// Time and limit, as lists and pages show them.
    static func shown(_ state: OverrideList.State) -> [String: Any] {
        [
            "since": ShownTime.text(state.since), "tone": state.isOverdue ? "bad" : "",
            "due": (ShownTime.date(state.due) ?? state.due) + (state.isOverdue ? " 已超期" : ""),
        ]
    }

    private static func name(_ unit: String?, _ directory: UnitDirectory) -> String {
        unit.map { directory.unit(UnitCode($0))?.name ?? $0 } ?? "–"
    }

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let id = call.parameters["dossier"] ?? ""
        let page = try call.ask("students.show", ["dossier": id], as: DossierPage.Page.self)
        var context = Notice.done(call)
        context.merge(HelpChapter.link("Q76")) { $1 }
        try call.archive.read { reading in
            let directory = reading.directory
            context.merge([
                "dossier": id, "name": page.student.name, "schoolName": name(page.student.school, directory),
                "holder": name(page.student.holder, directory),
            ]) { $1 }
            guard let state = page.deadline, let business = TimedBusiness(rawValue: state.business) else { return }
            context["business"] = business.label
            context["isKeyChange"] = business == .keyDataChange
            context["isRollChange"] = business == .rollChange
            context["deadline"] = shown(state)
            if let authority = state.authority { context["authority"] = name(authority, directory) }
            context["authorityName"] = name(state.authority, directory)
            if let request = state.request { context["request"] = ["reason": request.reason, "at": ShownTime.text(request.at)] as [String: Any] }
            let isOpen = state.isOverdue && state.authority != nil
            context["mayRequest"] = isOpen && state.request == nil && page.student.school == actor.unit.text
            context["mayDecide"] = isOpen && state.request != nil && state.authority == actor.unit.text
        }
        return context
    }

    private static func act(_ call: PageCall) throws -> PageReply {
        let id = call.parameters["dossier"] ?? ""
        let reason = call.field("reason") ?? ""
        do {
            switch call.field("act") {
            case "request"?: try call.tell("overrides.request", ["dossier": id], body: RequestBody(reason: reason))
            case let decision?:
                try call.tell("overrides.decide", ["dossier": id], body: DecisionBody(
                    decision: decision, reason: reason, confirmed: call.field("confirmed") == "yes"))
            default: throw Refusal("page.act", "没有选择要办理的事项。", remedy: "请按页面上的按钮办理。", kind: .usage)
            }
            return .redirect("/overrides/\(id)?done=step")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("override", context)
        }
    }
}
