import GRDB
import Protocol
import Rules
import Store

/// 转学: the list with its filters, the application, and the page of one transfer with its stations (Q74–Q80).
enum TransferPages {
    private static let roles: Set<Role> = [.registrar, .head]

    static let pages: [Page] = [
        Page("transfers", .get, "/transfers", title: "转学", roles: roles) { call in .page("transfers", try list(call)) },
        Page("transfers.figures", .get, "/transfers/figures", title: "转学统计", roles: roles) { call in
            .page("transfer-figures", try TransferFigures.context(call))
        },
        Page("transfers.workbook", .get, "/transfers/workbook", title: "导出转学", roles: roles) { call in
            .file(try call.reply("transfers.workbook", TransferFigures.filters(call)))
        },
        Page("transfers.form", .get, "/transfers/new", title: "申请转学", tiers: [.school], roles: roles) { call in
            .page("transfer-new", try TransferFormPage.context(call))
        },
        Page("transfers.apply", .post, "/transfers/new", title: "申请转学", tiers: [.school], roles: roles, handle: TransferFormPage.apply),
        Page("transfers.show", .get, "/transfers/{transfer}", title: "转学", roles: roles) { call in
            .page("transfer", try TransferCasePage.context(call))
        },
        Page("transfers.form.print", .get, "/transfers/{transfer}/form", title: "转学申请表", roles: roles) { call in
            .page("transfer-form", try TransferPrint.context(call))
        },
        Page("transfers.act", .post, "/transfers/{transfer}", title: "转学", roles: roles, handle: TransferCasePage.act),
    ]

    static let templates = TransferPrint.templates.merging(TransferFigures.templates) { $1 }.merging([
        "transfers": """
            <h1>转学</h1>
            {{>notice}}
            {{#isSchool}}<div class="acts"><a class="button" href="/transfers/new">申请转学（转入本校）</a></div>{{/isSchool}}
            <nav aria-label="范围"><ul>{{#scopes}}<li><a href="{{href}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/scopes}}<li><a href="/transfers/figures">统计和导出</a></li></ul></nav>
            <form method="get" action="/transfers"><input type="hidden" name="scope" value="{{scope}}"><div class="field"><label for="state">状态</label><select id="state" name="state"><option value="">全部</option>{{#states}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/states}}</select></div><div class="acts"><button type="submit" class="plain">筛选</button></div></form>
            <p class="soft">共 {{total}} 件。 {{>help-link}}</p>
            {{#hasTransfers}}<div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">转出学校</th><th scope="col">转入学校</th><th scope="col">状态</th><th scope="col">环节</th><th scope="col">当前处理单位</th><th scope="col">自</th><th scope="col">期限</th></tr></thead><tbody>
            {{#transfers}}<tr><td><a href="/transfers/{{transfer}}">{{name}}</a></td><td>{{releasing}}</td><td>{{receiving}}</td><td><span class="tag {{tone}}">{{label}}</span></td><td>{{station}}</td><td>{{holder}}</td><td>{{since}}</td><td><span class="tag {{dueTone}}">{{due}}</span></td></tr>
            {{/transfers}}</tbody></table></div>{{/hasTransfers}}
            {{#next}}<p><a href="{{.}}">下一页</a></p>{{/next}}
            """,
        "transfer-new": """
            <h1>申请转学</h1>
            {{>notice}}
            <p class="soft">由转入学校申请。先选转出学校（对方学校），再填学生的姓名和学籍号；没有学籍号时填身份证号。 {{>help-link}}</p>
            <form method="get" action="/transfers/new"><div class="field"><label for="school">转出学校<span class="hint">学校名称的一部分，或学校标识码</span></label><input id="school" name="school" value="{{school}}" maxlength="60"></div><div class="acts"><button type="submit" class="plain">查找学校</button></div></form>
            {{#hasSchools}}<ul>{{#schools}}<li><a href="/transfers/new?from={{code}}">{{name}}</a> <span class="soft">{{code}} · {{above}}</span></li>{{/schools}}</ul>{{/hasSchools}}
            {{#noSchool}}<p>没有找到这样的学校，请核对名称或学校标识码。</p>{{/noSchool}}
            {{#from}}<h2>转出学校：{{name}}</h2><p class="soft">{{code}} · {{above}} · {{kind}}</p>
            <form method="post" action="/transfers/new" enctype="multipart/form-data">{{>token}}<input type="hidden" name="from" value="{{code}}">{{>transfer-fields}}{{#needed}}<p>本省要求的材料：{{.}}。</p>{{/needed}}
            {{>transfer-file}}
            <div class="acts"><button type="submit">保存申请</button><a class="button plain" href="/transfers">不申请了</a></div></form>{{/from}}
            """,
        "transfer": """
            <h1>转学：{{name}}</h1>
            {{>notice}}
            <div data-live="on"><dl class="facts"><dt>状态</dt><dd><span class="tag {{tone}}">{{label}}</span></dd><dt>当前处理单位</dt><dd>{{holder}}</dd><dt>环节</dt><dd>{{station}}</dd><dt>自</dt><dd>{{since}}</dd>{{#hasDue}}<dt>办理期限</dt><dd><span class="tag {{dueTone}}">{{due}}</span></dd>{{/hasDue}}<dt>转出学校</dt><dd>{{releasing}}</dd><dt>转入学校</dt><dd>{{receiving}}</dd><dt>类别</dt><dd>{{kind}}</dd></dl>
            {{#reason}}<div class="note warn"><h2>原因</h2><p>{{.}}</p></div>{{/reason}}
            {{#request}}<div class="note warn"><h2>转入学校已提请强制干预</h2><p>{{reason}} <span class="soft">{{at}}</span></p></div>{{/request}}</div>
            {{#mayPlace}}<p><a class="button" href="/students/{{dossier}}">去分班</a> 学籍档案已调入本校，请在学籍档案中填写班号。</p>{{/mayPlace}}
            <h2>申请内容</h2><dl class="facts"><dt>学籍号</dt><dd class="code">{{number}}</dd><dt>申请年级</dt><dd>{{cohort}}</dd><dt>核定年级</dt><dd>{{decided}}</dd><dt>转入日期</dt><dd>{{date}}</dd><dt>就读方式</dt><dd>{{stay}}</dd><dt>转学原因</dt><dd>{{why}}</dd></dl>
            <h2>附件</h2>{{#missing}}<div class="note warn"><p>还缺：{{.}}。上传之后才能提交。</p></div>{{/missing}}{{#hasFiles}}<ul>{{#files}}<li>{{label}}：{{#here}}<a href="/files/{{hash}}">{{name}}</a>{{/here}}{{^here}}{{name}} <span class="soft">（还不在本节点）</span>{{/here}} <span class="soft small">{{at}}</span></li>{{/files}}</ul>{{#mayFetch}}<form method="post" action="/transfers/{{transfer}}">{{>token}}<div class="acts"><button type="submit" name="act" value="fetch" class="plain">从转入学校调取附件</button></div></form>{{/mayFetch}}{{/hasFiles}}{{^hasFiles}}<p class="soft">没有附件。</p>{{/hasFiles}}
            {{#mayAttach}}<form method="post" action="/transfers/{{transfer}}" enctype="multipart/form-data">{{>token}}<input type="hidden" name="act" value="attach">{{>transfer-file}}
            <div class="acts"><button type="submit" class="plain">上传</button></div></form>{{/mayAttach}}
            <p><a href="/transfers/{{transfer}}/form">转学申请表（打印）</a></p>
            {{#paperOf}}<form method="post" action="/students/{{.}}/papers">{{>token}}<input type="hidden" name="kind" value="transfer"><div class="acts"><button type="submit" class="plain">打印转学证明</button></div></form>{{/paperOf}}
            {{#mayAmend}}<h2>修改申请</h2><form method="post" action="/transfers/{{transfer}}">{{>token}}<input type="hidden" name="act" value="amend">{{>transfer-fields}}
            <div class="acts"><button type="submit" class="plain">保存修改</button></div></form>{{/mayAmend}}
            {{#hasActs}}<h2>办理</h2><form method="post" action="/transfers/{{transfer}}">{{>token}}
            {{#mayGrade}}<div class="field"><label for="grade">核定年级<span class="hint">两校学制不同，由转入主管部门核定；入学年份加学段</span></label><input id="grade" name="grade" value="{{decidedCode}}" maxlength="5"></div>{{/mayGrade}}
            {{#asksReason}}<div class="field"><label for="reason">原因<span class="hint">{{reasonHint}}</span></label><input id="reason" name="reason" maxlength="200"></div>{{/asksReason}}
            {{#mayOverride}}<div class="field"><label class="tick"><input type="checkbox" name="confirmed" value="yes"> 我已核对，确认代替“{{holder}}”作出决定</label></div>{{/mayOverride}}
            <div class="acts">{{#acts}}<button type="submit" name="act" value="{{value}}" class="{{tone}}">{{label}}</button>{{/acts}}</div></form>{{/hasActs}}
            <section class="noprint" data-live="on"><h2>环节</h2><ol class="way">{{#stations}}<li{{#isDone}} class="done"{{/isDone}}{{#isNow}} aria-current="step"{{/isNow}}>{{label}}<br><span class="soft small">{{unit}}{{#note}} · {{.}}{{/note}}</span></li>{{/stations}}</ol>
            <h2>经过</h2><ol class="time">{{#events}}<li><b>{{label}}</b> · {{by}}<br><span class="soft">{{at}}{{#reason}} · {{.}}{{/reason}}{{#inStead}} · 强制干预{{/inStead}}</span></li>{{/events}}</ol></section>
            """,
    ]) { $1 }

    /// The form's fields, in a new application and in one that is mended.
    static let partials = [
        "transfer-file": """
            <div class="two"><div class="field"><label for="paper">材料</label><select id="paper" name="paper">{{#papers}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/papers}}</select></div>
            <div class="field"><label for="file">文件<span class="hint">DOC、RAR、JPG（以省级规定为准），不超过 2M</span></label><input id="file" type="file" name="file"></div></div>
            """,
        "transfer-fields": """
            <div class="two"><div class="field"><label for="name">姓名</label><input id="name" name="name" value="{{nameValue}}" maxlength="60" required></div>
            <div class="field"><label for="number">学籍号</label><input id="number" name="number" value="{{numberValue}}" maxlength="20"></div>
            <div class="field"><label for="idNumber">身份证号<span class="hint">没有学籍号时填写</span></label><input id="idNumber" name="idNumber" value="{{idValue}}" maxlength="18"></div>
            <div class="field"><label for="cohort">申请年级<span class="hint">与原校同年级</span></label><select id="cohort" name="cohort">{{#cohorts}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/cohorts}}</select></div>
            <div class="field"><label for="date">转入日期</label><input id="date" type="date" name="date" value="{{dateValue}}" required></div>
            <div class="field"><label for="stay">就读方式</label><select id="stay" name="stay">{{#stays}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/stays}}</select></div></div>
            <div class="field"><label for="why">转学原因</label><input id="why" name="why" value="{{whyValue}}" maxlength="200" required></div>
            """,
    ]

    private static let scopes: [(value: String, label: String, parameters: [String: String])] = [
        ("all", "全部", [:]), ("self", "待本单位办理", ["holder": "self"]), ("in", "转入", ["direction": "in"]),
        ("out", "转出", ["direction": "out"]), ("overdue", "已超期", ["overdue": "yes"]),
    ]

    private static func list(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let scope = scopes.first { $0.value == call.parameter("scope") } ?? scopes[0]
        var parameters = scope.parameters
        if let state = call.parameter("state") { parameters["state"] = state }
        if let after = call.parameter("after") { parameters["after"] = after }
        let page = try call.ask("transfers.list", parameters, as: TransferList.Page.self)
        var context = Notice.done(call)
        context.merge(HelpChapter.link("Q75")) { $1 }
        context["scope"] = scope.value
        context["scopes"] = scopes.map { ["href": "/transfers?scope=\($0.value)", "label": $0.label, "chosen": $0.value == scope.value] as [String: Any] }
        context["states"] = TransferState.allCases.map {
            ["value": $0.rawValue, "label": $0.label, "chosen": $0.rawValue == call.parameter("state")] as [String: Any]
        }
        if let next = page.next {
            context["next"] = "/transfers?scope=\(scope.value)&" + (TransferState(rawValue: parameters["state"] ?? "").map { "state=\($0.rawValue)&" } ?? "") + "after=\(next)"
        }
        context["total"] = ShownTime.count(page.total)
        context["hasTransfers"] = !page.transfers.isEmpty
        try call.archive.read { reading in
            context["isSchool"] = reading.directory.tier(of: actor.unit) == .school
            context["transfers"] = page.transfers.map { shown($0, reading.directory) }
        }
        return context
    }

    /// One line, as list and page show it.
    static func shown(_ item: TransferList.Item, _ directory: UnitDirectory) -> [String: Any] {
        [
            "transfer": item.transfer, "name": item.name, "releasing": item.releasingName, "receiving": item.receivingName, "label": item.label,
            "station": item.station, "since": ShownTime.text(item.since), "kind": item.kind,
            "holder": item.holder.map { directory.unit(UnitCode($0))?.name ?? $0 } ?? "–",
            "tone": item.state == "completed" ? "good" : item.state == "returned" ? "bad" : item.state == "underWay" ? "warn" : "",
            "due": item.due.isEmpty ? "–" : (ShownTime.date(item.due) ?? item.due) + (item.isOverdue ? " 已超期" : ""),
            "hasDue": !item.due.isEmpty, "dueTone": item.isOverdue ? "bad" : "",
        ]
    }
}
