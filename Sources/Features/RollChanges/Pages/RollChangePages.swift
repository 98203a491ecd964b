import Protocol
import Rules
import Store

/// 学籍异动: the list by kind, period and unit with its export (Q77), and suspensions near their end.
enum RollChangePages {
    static let roles: Set<Role> = [.registrar, .head]

    static let pages: [Page] = [
        Page("rollChanges", .get, "/roll-changes", title: "学籍异动", roles: roles) { call in .page("roll-changes", try list(call)) },
        Page("rollChanges.workbook", .get, "/roll-changes/workbook", title: "导出学籍异动", roles: roles) { call in
            .file(try call.reply("rollChanges.workbook", filters(call)))
        },
        Page("rollChanges.show", .get, "/roll-changes/{dossier}", title: "学籍异动", roles: roles) { call in
            .page("roll-change", try RollChangeForm.context(call))
        },
        Page("rollChanges.act", .post, "/roll-changes/{dossier}", title: "学籍异动", roles: roles, handle: RollChangeForm.act),
        Page("suspensions", .get, "/suspensions", title: "休学期满提醒", roles: roles) { call in .page("suspensions", try suspensions(call)) },
    ]

    static let templates = [
        "roll-changes": """
            <h1>学籍异动</h1>
            {{>notice}}
            <nav aria-label="范围"><ul>{{#scopes}}<li><a href="{{href}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/scopes}}<li><a href="/suspensions">休学期满提醒</a></li><li><a href="/cases">在办业务</a></li></ul></nav>
            <form class="line" method="get" action="/roll-changes"><input type="hidden" name="scope" value="{{scope}}">
            <div><label for="kind">异动类别</label><select id="kind" name="kind"><option value="">全部</option>{{#kinds}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/kinds}}</select></div>
            <div><label for="stage">学段</label><select id="stage" name="stage"><option value="">全部</option>{{#stages}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/stages}}</select></div>
            <div><label for="from">日期自</label><input id="from" name="from" type="date" value="{{from}}"></div>
            <div><label for="to">至</label><input id="to" name="to" type="date" value="{{to}}"></div>
            {{#showsUnit}}<div><label for="unit">单位代码</label><input id="unit" name="unit" class="code" size="12" value="{{unit}}"></div>{{/showsUnit}}
            <button type="submit">查询</button></form>
            <p class="soft">共 {{total}} 件{{#isSchool}}。申请请从学生的学籍档案进入{{/isSchool}}。 {{>help-link}}</p>
            {{#hasChanges}}<p><a class="button plain" href="/roll-changes/workbook?{{query}}">导出工作簿</a>{{#showsUnit}} <span class="soft small">主管部门导出的工作簿不含姓名和学籍号。</span>{{/showsUnit}}</p>
            <div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">学校</th><th scope="col">异动类别</th><th scope="col">原因</th><th scope="col">日期</th><th scope="col">办理状态</th><th scope="col">当前处理单位</th><th scope="col">期限</th></tr></thead><tbody>
            {{#changes}}<tr><td><a href="/roll-changes/{{dossier}}">{{name}}</a></td><td>{{schoolName}}</td><td>{{label}}</td><td>{{cause}}</td><td>{{date}}{{#until}} 至 {{.}}{{/until}}</td><td>{{stand}}{{#isLate}} <span class="tag bad">迟报</span>{{/isLate}}</td><td>{{holder}}</td><td>{{#isOverdue}}<span class="tag bad">{{/isOverdue}}{{due}}{{#isOverdue}} 已超期</span>{{/isOverdue}}</td></tr>
            {{/changes}}</tbody></table></div>{{/hasChanges}}
            {{#next}}<p><a href="{{.}}">下一页</a></p>{{/next}}
            """,
        "suspensions": """
            <h1>休学期满提醒</h1>
            {{>notice}}
            <p class="soft">共 {{total}} 人。期满前请学校联系家长，办理复学；仍不能复学的，可再次办理休学。</p>
            {{#hasSuspensions}}<div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">学校</th><th scope="col">班号</th><th scope="col">休学至</th><th scope="col">还有</th><th scope="col">在办业务</th></tr></thead><tbody>
            {{#suspensions}}<tr><td><a href="/roll-changes/{{dossier}}">{{name}}</a></td><td>{{schoolName}}</td><td class="code">{{class}}</td><td>{{until}}</td><td><span class="tag {{tone}}">{{left}}</span></td><td>{{openCase}}</td></tr>
            {{/suspensions}}</tbody></table></div>{{/hasSuspensions}}
            {{#next}}<p><a href="{{.}}">下一页</a></p>{{/next}}
            """,
    ]

    private enum Scope: String, CaseIterable {
        case own = "self", open, approved, all

        var label: String {
            switch self {
            case .own: "待本单位处理"
            case .open: "在办"
            case .approved: "已通过"
            case .all: "全部"
            }
        }
    }

    private static let filterNames = ["kind", "stage", "from", "to", "unit"]

    /// What the page's address asks for, in the operation's words.
    private static func filters(_ call: PageCall) -> [String: String] {
        var asked: [String: String] = [:]
        for name in filterNames { if let text = call.parameter(name) { asked[name] = text } }
        switch Scope(rawValue: call.parameter("scope") ?? "") ?? .open {
        case .own: asked["holder"] = "self"
        case .open: asked["state"] = "open"
        case .approved: asked["state"] = "approved"
        case .all: break
        }
        if let after = call.parameter("after") { asked["after"] = after }
        return asked
    }

    private static func list(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let scope = Scope(rawValue: call.parameter("scope") ?? "") ?? .open
        var context = Notice.done(call)
        context.merge(HelpChapter.link("Q77")) { $1 }
        for name in filterNames { if let text = call.parameter(name) { context[name] = text } }
        context["scope"] = scope.rawValue
        context["scopes"] = Scope.allCases.map { one -> [String: Any] in
            ["href": "/roll-changes?scope=\(one.rawValue)", "label": one.label, "chosen": one == scope]
        }
        context["kinds"] = RollChangeKind.table.map { StudentPages.choice($0.kind.rawValue, $0.name, call.parameter("kind")) }
        context["stages"] = Stage.allCases.map { StudentPages.choice(String($0.rawValue), $0.label, call.parameter("stage")) }
        let query = ([("scope", scope.rawValue)] + filterNames.compactMap { name in call.parameter(name).map { (name, $0) } })
            .map { name, value in "\(name)=\(value.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })" }.joined(separator: "&")
        context["query"] = query
        try call.archive.read { reading in
            context["isSchool"] = reading.directory.tier(of: actor.unit) == .school
            context["showsUnit"] = reading.directory.tier(of: actor.unit) != .school
        }
        do {
            let page = try call.ask("rollChanges.list", filters(call), as: RollChangeList.Page.self)
            if let next = page.next { context["next"] = "/roll-changes?\(query)&after=\(next)" }
            context["total"] = ShownTime.count(page.total)
            context["hasChanges"] = !page.changes.isEmpty
            try call.archive.read { reading in context["changes"] = page.changes.map { shown($0, reading.directory) } }
        } catch let refusal as Refusal {
            context["total"] = "0"
            context.merge(Notice.of(refusal)) { $1 }
        }
        return context
    }

    private static func shown(_ item: RollChangeList.Item, _ directory: UnitDirectory) -> [String: Any] {
        var shown: [String: Any] = [
            "dossier": item.dossier, "name": item.name, "schoolName": item.schoolName, "label": item.label, "cause": item.cause,
            "date": ShownTime.date(item.date) ?? item.date, "stand": item.stand, "isLate": item.isLate, "isOverdue": item.isOverdue,
            "holder": item.holder.map { directory.unit(UnitCode($0))?.name ?? $0 } ?? "–", "due": item.due.flatMap(ShownTime.date) ?? "",
        ]
        if let until = item.until { shown["until"] = ShownTime.date(until) ?? until }
        return shown
    }

    private static func suspensions(_ call: PageCall) throws -> [String: Any] {
        let page = try call.ask("rollChanges.ending", call.parameter("after").map { ["after": $0] } ?? [:], as: SuspensionList.Page.self)
        var context = Notice.done(call)
        context["total"] = ShownTime.count(page.total)
        if let next = page.next { context["next"] = "/suspensions?after=\(next)" }
        context["hasSuspensions"] = !page.suspensions.isEmpty
        context["suspensions"] = page.suspensions.map { item -> [String: Any] in
            [
                "dossier": item.dossier, "name": item.name, "schoolName": item.schoolName, "class": item.class,
                "until": ShownTime.date(item.until) ?? item.until, "tone": item.daysLeft < 0 ? "bad" : "warn",
                "left": item.daysLeft < 0 ? "已过期 \(-item.daysLeft) 天" : "\(item.daysLeft) 天", "openCase": item.openCase,
            ]
        }
        return context
    }
}
