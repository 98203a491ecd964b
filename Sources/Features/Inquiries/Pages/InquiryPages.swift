import FoundationEssentials
import Protocol
import Rules
import Store

/// 转学查询: the form at a school, what was asked and what came of it; at an authority what was asked below and what it has answered (Q81).
enum InquiryPages {
    private static let roles: Set<Role> = [.registrar, .head]

    static let pages: [Page] = [
        Page("inquiries", .get, "/inquiries", title: "转学查询", roles: roles) { call in .page("inquiries", try list(call)) },
        Page("inquiries.ask", .post, "/inquiries", title: "转学查询", tiers: [.school], roles: roles, handle: ask),
        Page("inquiries.show", .get, "/inquiries/{inquiry}", title: "转学查询", roles: roles) { call in .page("inquiry", try context(call)) },
    ]

    /// Where a transfer is applied for; the button stands where there is such a page.
    private static let transfer = "/transfers/new"

    static let templates = [
        "inquiries": """
            <h1>转学查询</h1>
            {{>notice}}
            {{#mayAsk}}<p>查询学籍不在本校的学生：姓名加学籍号，或姓名加身份证件号，两项都相符才能查到。查询由学籍所在省自动答复；答复未到时本页会写明在等谁。{{>help-link}}</p>
            <form method="post" action="/inquiries">{{>token}}
            <div class="field"><label for="name">姓名</label><input id="name" name="name" maxlength="60" autocomplete="off" value="{{name}}" required></div>
            <div class="field"><label for="studentNumber">全国学籍号<span class="hint">与身份证件号填一项；由家长向原学校询问</span></label><input id="studentNumber" name="studentNumber" maxlength="40" autocomplete="off" value="{{studentNumber}}"></div>
            <div class="field"><label for="idNumber">身份证件号</label><input id="idNumber" name="idNumber" maxlength="40" autocomplete="off" value="{{idNumber}}"></div>
            <div class="field"><label for="province">转出省<span class="hint">不清楚时不选，由中央按学籍数据转送</span></label><select id="province" name="province"><option value="">不选</option>{{#provinces}}<option value="{{code}}"{{#chosen}} selected{{/chosen}}>{{name}}</option>{{/provinces}}</select></div>
            <div class="acts"><button type="submit">查询</button><span class="soft">今天已查 {{askedToday}} 次，每天 {{dailyLimit}} 次。每次查询双方都有记录。</span></div></form>{{/mayAsk}}
            <nav aria-label="范围"><ul>{{#scopes}}<li><a href="{{href}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/scopes}}</ul></nav>
            <div data-live="on">{{#hasInquiries}}<div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">号码</th><th scope="col">查询单位</th><th scope="col">时间</th><th scope="col">结果</th><th scope="col">答复单位</th></tr></thead><tbody>
            {{#inquiries}}<tr><td><a href="/inquiries/{{inquiry}}">{{name}}</a></td><td class="code">{{number}}</td><td>{{unitName}}</td><td class="t">{{askedAt}}</td><td><span class="tag {{tone}}">{{state}}</span></td><td>{{answeredBy}}</td></tr>
            {{/inquiries}}</tbody></table></div>{{/hasInquiries}}
            {{^hasInquiries}}<p class="soft">还没有查询。</p>{{/hasInquiries}}</div>
            """,
        "inquiry": """
            <h1>转学查询：{{name}}</h1>
            {{>notice}}
            <dl class="facts"><dt>{{keyLabel}}</dt><dd class="code">{{number}}</dd><dt>查询单位</dt><dd>{{unitName}}</dd><dt>时间</dt><dd>{{askedAt}}</dd>{{#province}}<dt>指明的转出省</dt><dd>{{.}}</dd>{{/province}}<dt>等待答复至</dt><dd>{{lastDay}}</dd></dl>
            <div data-live="{{live}}">
            <div class="note {{tone}}"><h2>{{state}}</h2><p>{{text}}{{>help-link}}</p></div>
            {{#pupil}}<dl class="facts"><dt>学校</dt><dd>{{schoolName}}（{{school}}）</dd><dt>学段年级</dt><dd>{{stage}} {{grade}}</dd><dt>学籍状态</dt><dd>{{stateLabel}}{{#hasOpenCase}}，有在办业务{{/hasOpenCase}}</dd><dt>性别</dt><dd>{{sex}}</dd><dt>出生年份</dt><dd>{{birthYear}}</dd></dl>
            {{#mayTransfer}}<form method="post" action="\(transfer)">{{>token}}<input type="hidden" name="from" value="{{school}}"><input type="hidden" name="name" value="{{name}}"><input type="hidden" name="{{keyField}}" value="{{number}}"><div class="acts"><button type="submit">申请转学</button></div></form>{{/mayTransfer}}{{/pupil}}
            {{#hasWay}}<h2>到达</h2><ol class="way">{{#way}}<li{{#storedAt}} class="done"{{/storedAt}}>{{unitName}}<br><span class="soft small">{{storedAt}}{{^storedAt}}还没有收到的消息{{/storedAt}}</span></li>{{/way}}</ol>{{/hasWay}}
            </div>
            <p><a href="/inquiries">全部查询</a></p>
            """,
    ]

    private struct Body: Encodable { let name: String; let studentNumber, idNumber, province: String? }

    private static func list(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let page = try call.ask("inquiries.list", call.parameter("scope").map { ["scope": $0] } ?? [:], as: InquiryList.Page.self)
        var context = Notice.done(call)
        context.merge(HelpChapter.link("Q81")) { $1 }
        try call.archive.read { reading in
            let isSchool = reading.directory.tier(of: actor.unit) == .school
            let scope = call.parameter("scope") ?? (isSchool ? InquiryList.Scope.own : .below).rawValue
            let scopes: [InquiryList.Scope] = isSchool ? [.own] : [.below, .answered]
            context["scopes"] = scopes.map { one -> [String: Any] in
                ["href": "/inquiries?scope=\(one.rawValue)", "label": one.label, "chosen": one.rawValue == scope]
            }
            context["mayAsk"] = isSchool
            if isSchool {
                context["provinces"] = try reading.directory.children(of: .centre).filter { $0.tier == .province }.map { unit -> [String: Any] in
                    ["code": unit.code.text, "name": unit.name, "chosen": unit.code.text == call.field("province")]
                }
            }
        }
        for field in ["name", "studentNumber", "idNumber"] { context[field] = call.field(field) ?? "" }
        context["askedToday"] = page.askedToday
        context["dailyLimit"] = page.dailyLimit
        context["inquiries"] = page.inquiries.map { item -> [String: Any] in
            [
                "inquiry": item.inquiry, "name": item.name, "number": InquiryList.masked(item.number), "unitName": item.unitName,
                "askedAt": ShownTime.text(item.askedAt), "state": label(item.state), "tone": tone(item.state), "answeredBy": item.answer?.byName ?? "",
            ]
        }
        context["hasInquiries"] = !page.inquiries.isEmpty
        return context
    }

    private static func ask(_ call: PageCall) throws -> PageReply {
        do {
            let body = Body(
                name: call.field("name") ?? "", studentNumber: call.field("studentNumber"), idNumber: call.field("idNumber"),
                province: call.field("province"))
            let item = try call.ask("inquiries.ask", body: body, as: InquiryList.Item.self)
            return .redirect("/inquiries/\(item.inquiry)")
        } catch let refusal as Refusal {
            var context = try list(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("inquiries", context)
        }
    }

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let item = try call.ask("inquiries.show", ["inquiry": call.parameters["inquiry"] ?? ""], as: InquiryList.Item.self)
        let isByID = item.key == Inquiry.Key.idNumber.rawValue
        var context: [String: Any] = [
            "name": item.name, "number": item.number, "keyField": isByID ? "idNumber" : "number", "keyLabel": isByID ? "身份证件号" : "全国学籍号",
            "unitName": item.unitName, "askedAt": ShownTime.text(item.askedAt), "lastDay": ShownTime.date(item.lastDay) ?? item.lastDay,
            "state": label(item.state), "tone": tone(item.state), "text": text(item), "live": item.state == "waiting" ? "on" : "ended",
        ]
        context.merge(HelpChapter.link("Q81")) { $1 }
        if let code = item.province {
            context["province"] = try call.archive.read { $0.directory.unit(UnitCode(code))?.name ?? code }
        }
        if let pupil = item.answer?.pupil {
            context["pupil"] = [
                "school": pupil.school, "schoolName": pupil.schoolName, "grade": pupil.grade, "stateLabel": pupil.stateLabel,
                "stage": ["primary": "小学", "junior": "初中", "senior": "高中"][pupil.stage] ?? "", "hasOpenCase": pupil.hasOpenCase,
                "sex": CodeTable.sex.text(for: pupil.sex) ?? pupil.sex, "birthYear": pupil.birthYear,
            ] as [String: Any]
            context["mayTransfer"] = item.unit == call.actor?.unit.text
                && ConsolePages.all.contains { $0.path == transfer && $0.method == .post }
        }
        context["way"] = item.way.map { place -> [String: Any] in
            ["unitName": place.unitName].merging(place.storedAt.map { ["storedAt": ShownTime.text($0)] } ?? [:]) { $1 }
        }
        context["hasWay"] = !item.way.isEmpty
        return context
    }

    static func label(_ state: String) -> String {
        switch state {
        case "found": "已查到"
        case "notFound": "未查到"
        case "ambiguous": "查到不止一人"
        case "limited": "超过次数，未予查询"
        case "expired": "已过期"
        default: "等待答复"
        }
    }

    private static func tone(_ state: String) -> String {
        switch state {
        case "found": "good"
        case "notFound", "ambiguous", "limited", "expired": "bad"
        default: "warn"
        }
    }

    /// What it means and what to do.
    private static func text(_ item: InquiryList.Item) -> String {
        let by = item.answer.map { "\($0.byName)于 \(ShownTime.text($0.at)) 答复。" } ?? ""
        switch item.state {
        case "found": return by
        case "notFound":
            return by + "没有姓名和号码都相符的学籍。请与家长核对姓名和号码；" + (item.province == nil ? "知道转出省的，可以指明后再查。" : "也可以不指明转出省再查。")
        case "ambiguous": return by + "姓名和号码相符的学籍不止一份，属于问题学籍，须由学籍所在学校先处理。请与原学校联系。"
        case "limited": return by + "请明天再查。"
        case "expired": return "到期没有收到答复。" + waiting(item, past: true) + "请重新查询，或与原学校联系。"
        default: return waiting(item, past: false) + "答复到达后本页会自动显示。"
        }
    }

    private static func waiting(_ item: InquiryList.Item, past: Bool) -> String {
        guard let place = item.waitingFor else { return "" }
        let since = place.since.map(ShownTime.text)
        if past { return "当时在等“\(place.unitName)”" + (since.map { "，最近一次有它的消息是 \($0)。" } ?? "。") }
        if place.isAway { return "“\(place.unitName)”的节点联系不上" + (since.map { "，自 \($0) 起。" } ?? "。") + "恢复之后会自动答复。" }
        return "正在等“\(place.unitName)”" + (since.map { "，最近一次有它的消息是 \($0)。" } ?? "。")
    }
}
