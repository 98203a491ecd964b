import Protocol
import Rules
import Store

/// 重复学籍: the desk of centre, provinces and the authorities below. The list is masked; opening a group is noted.
enum DuplicatePages {
    private static let tiers: Set<Tier> = [.county, .city, .province, .centre]
    private static let roles: Set<Role> = [.registrar, .head]

    static let pages: [Page] = [
        Page("duplicates", .get, "/duplicates", title: "重复学籍", tiers: tiers, roles: roles) { call in
            .page("duplicates", try list(call))
        },
        Page("duplicates.open", .post, "/duplicates/{group}", title: "重复学籍", tiers: tiers, roles: roles, handle: act),
    ]

    static let templates = [
        "duplicates": """
            <h1>重复学籍</h1>
            {{>notice}}
            <form class="line" method="get" action="/duplicates">
            <div><label for="kind">类别</label><select id="kind" name="kind"><option value="">全部</option>{{#kinds}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/kinds}}</select></div>
            <div><label for="status">状态</label><select id="status" name="status"><option value="">全部</option>{{#statuses}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/statuses}}</select></div>
            {{#hasProvinces}}<div><label for="province">省份</label><select id="province" name="province"><option value="">全部</option>{{#provinces}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/provinces}}</select></div>{{/hasProvinces}}
            <div><label for="days">至少天数</label><input id="days" name="days" size="5" value="{{days}}"></div>
            <button type="submit">查询</button></form>
            <p class="soft">共 {{total}} 组。姓名和号码部分隐去；打开一组查看全部内容，会记入操作记录。</p>
            {{#hasGroups}}<div class="scroll"><table><thead><tr><th scope="col">类别</th><th scope="col">成员</th><th scope="col">状态</th><th scope="col" class="n">天数</th><th scope="col">共同主管</th><th scope="col">查看</th></tr></thead><tbody>
            {{#groups}}<tr><td>{{label}}</td><td>{{#members}}{{name}} <span class="code">{{idNumber}}</span> {{schoolName}} <span class="soft small">{{provinceName}}</span><br>{{/members}}</td><td><span class="tag {{tone}}">{{status}}</span>{{#how}}<br><span class="soft small">{{.}}</span>{{/how}}</td><td class="n">{{days}}</td><td>{{authority}}</td><td><form method="post" action="/duplicates/{{group}}">{{>token}}<button class="plain" type="submit" name="act" value="open">打开</button></form></td></tr>
            {{/groups}}</tbody></table></div>{{/hasGroups}}
            {{#next}}<p><a href="/duplicates?{{.}}">下一页</a></p>{{/next}}
            {{#hasUnits}}<h2>按单位统计</h2><div class="scroll"><table><thead><tr><th scope="col">单位</th><th scope="col" class="n">待处理</th><th scope="col" class="n">已超期</th><th scope="col" class="n">已处理</th></tr></thead><tbody>
            {{#units}}<tr><td>{{name}}</td><td class="n">{{open}}</td><td class="n">{{overdue}}</td><td class="n">{{decided}}</td></tr>
            {{/units}}</tbody></table></div>{{/hasUnits}}
            """,
        "duplicate": """
            <h1>重复学籍：{{label}}</h1>
            {{>notice}}
            <p><a href="/duplicates">回到列表</a> <span class="tag {{tone}}">{{status}}</span> <span class="soft">{{#how}}{{.}}，{{/how}}历时 {{days}} 天</span></p>
            <div class="scroll"><table><caption>并列比对，不同之处已标出</caption><thead><tr><th scope="col">指标</th>{{#members}}<th scope="col"><a href="/problems/{{dossier}}">{{name}}</a><br><span class="soft small">{{schoolName}}</span></th>{{/members}}</tr></thead><tbody>
            {{#lines}}<tr><th scope="row">{{field}}</th>{{#values}}<td>{{#differs}}<ins>{{text}}</ins>{{/differs}}{{^differs}}{{text}}{{/differs}}</td>{{/values}}</tr>
            {{/lines}}</tbody></table></div>
            <h2>裁定</h2>
            {{#pairs}}<p>{{first}} 与 {{second}}：{{#ruling}}{{.}}{{/ruling}}{{^ruling}}<span class="soft">尚未裁定</span>{{/ruling}}</p>
            {{#isOurs}}<form method="post" action="/duplicates/{{group}}">{{>token}}<input type="hidden" name="act" value="rule"><input type="hidden" name="first" value="{{firstID}}"><input type="hidden" name="second" value="{{secondID}}">
            <div class="two"><div class="field"><label for="finding{{index}}">认定</label><select id="finding{{index}}" name="finding"><option value="different">不是同一学生</option><option value="same">同一学生重复注册</option></select></div>
            <div class="field"><label for="upheld{{index}}">维持<span class="hint">身份证号相同或同一学生时必选</span></label><select id="upheld{{index}}" name="upheld"><option value="">两份都维持</option><option value="{{firstID}}">{{first}}</option><option value="{{secondID}}">{{second}}</option></select></div>
            <div class="field"><label for="reason{{index}}">理由</label><input id="reason{{index}}" name="reason" maxlength="200"></div></div>
            <div class="acts"><button type="submit">裁定</button></div></form>{{/isOurs}}{{/pairs}}
            <h2>要求学校补充材料</h2><form method="post" action="/duplicates/{{group}}">{{>token}}<input type="hidden" name="act" value="ask">
            <div class="field"><label for="whom">哪一份</label><select id="whom" name="dossier">{{#members}}<option value="{{dossier}}">{{name}}（{{schoolName}}）</option>{{/members}}</select></div>
            <div class="field"><label for="text">要求补充什么</label><input id="text" name="text" maxlength="200"></div>
            <div class="acts"><button class="plain" type="submit">发出</button></div></form>
            """,
    ]

    private static let pageSize = 50
    private static let tones: [DuplicateGroups.Status: String] = [.open: "warn", .overdue: "bad", .decided: "good"]

    private struct Request: Encodable { let text: String }

    private struct RulingBody: Encodable {
        let first, second, finding, reason: String
        let upheld: String?
    }

    private static func list(_ call: PageCall) throws -> [String: Any] {
        let given = ["kind", "status", "province", "days"].reduce(into: [String: String]()) { $0[$1] = call.parameter($1) }
        let from = Int(call.parameter("from") ?? "") ?? 0
        var context: [String: Any] = given
        context.merge(Notice.done(call)) { $1 }
        context["kinds"] = [DuplicateKind.idDuplicate, .nsdDuplicate, .nsdCross].map { StudentPages.choice($0.rawValue, $0.chineseName, given["kind"]) }
        context["statuses"] = DuplicateGroups.Status.allCases.map { StudentPages.choice($0.rawValue, $0.label, given["status"]) }
        let provinces = try call.actor.map { actor in try call.archive.read { try $0.directory.children(of: actor.unit) } } ?? []
        context["hasProvinces"] = provinces.contains { $0.tier == .province }
        context["provinces"] = provinces.map { StudentPages.choice($0.code.text, $0.name, given["province"]) }
        do {
            let page = try call.ask(
                "duplicates.list", given.merging(["limit": String(pageSize), "from": String(from)]) { $1 }, as: DuplicateList.Page.self)
            context["total"] = ShownTime.count(page.total)
            context["hasGroups"] = !page.groups.isEmpty
            context["groups"] = try call.archive.read { reading in page.groups.map { shown($0, reading.directory) } }
            if from + page.groups.count < page.total {
                context["next"] = given.merging(["from": String(from + pageSize)]) { $1 }.sorted { $0.key < $1.key }
                    .map { "\($0.key)=\($0.value.filter { $0.isLetter || $0.isNumber || $0 == "_" })" }.joined(separator: "&")
            }
        } catch let refusal as Refusal {
            context.merge(Notice.of(refusal)) { $1 }
            context["total"] = "0"
        }
        let statistics = try call.ask("duplicates.statistics", as: DuplicateStatistics.Answer.self)
        context["hasUnits"] = !statistics.units.isEmpty
        context["units"] = statistics.units.map { ["name": $0.name, "open": $0.open, "overdue": $0.overdue, "decided": $0.decided] as [String: Any] }
        return context
    }

    private static func shown(_ item: DuplicateList.Item, _ directory: UnitDirectory) -> [String: Any] {
        let status = DuplicateGroups.Status(rawValue: item.status)
        var shown: [String: Any] = [
            "group": item.group, "label": item.label, "days": item.days, "status": status?.label ?? "",
            "tone": status.flatMap { tones[$0] } ?? "", "authority": item.authority.map { directory.unit(UnitCode($0))?.name ?? $0 } ?? "–",
            "members": item.members.map {
                ["name": $0.name, "idNumber": $0.idNumber, "schoolName": $0.schoolName, "provinceName": $0.provinceName] as [String: Any]
            },
        ]
        if let how = item.how.flatMap({ KeySpell.End(rawValue: $0) }), let at = item.settledAt { shown["how"] = "\(at.prefix(10)) \(how.label)" }
        return shown
    }

    private static func act(_ call: PageCall) throws -> PageReply {
        let group = call.parameters["group"] ?? ""
        var notice: [String: Any] = [:]
        do {
            switch call.field("act") {
            case "rule"?:
                try call.tell("problems.rule", body: RulingBody(
                    first: call.field("first") ?? "", second: call.field("second") ?? "", finding: call.field("finding") ?? "",
                    reason: call.field("reason") ?? "", upheld: call.field("upheld")))
                return .redirect("/duplicates?done=step")
            case "ask"?:
                try call.tell(
                    "duplicates.ask", ["dossier": call.field("dossier") ?? ""], body: Request(text: call.field("text") ?? ""))
                notice["done"] = "已发给学校。"
            default: break
            }
        } catch let refusal as Refusal { notice = Notice.of(refusal) }
        let answer = try call.ask("duplicates.open", ["group": group], as: DuplicateComparison.Answer.self)
        return .page("duplicate", try call.archive.read { shown(answer, $0.directory) }.merging(notice) { $1 })
    }

    private static func shown(_ answer: DuplicateComparison.Answer, _ directory: UnitDirectory) -> [String: Any] {
        var context = shown(answer.summary, directory)
        let named = Dictionary(answer.members.map { ($0.dossier, "\($0.name)（\($0.schoolName)）") }) { first, _ in first }
        context["members"] = answer.members.map { ["dossier": $0.dossier, "name": $0.name, "schoolName": $0.schoolName] as [String: Any] }
        context["lines"] = answer.lines.map { line -> [String: Any] in
            ["field": line.field, "values": line.values.map { ["text": ShownTime.value($0, of: line.field), "differs": line.differs] as [String: Any] }]
        }
        context["pairs"] = answer.pairs.enumerated().map { index, pair -> [String: Any] in
            var shown: [String: Any] = [
                "index": index, "first": named[pair.first] ?? "", "second": named[pair.second] ?? "", "firstID": pair.first,
                "secondID": pair.second, "isOurs": pair.isOurs, "group": answer.summary.group,
            ]
            if let ruling = pair.ruling {
                shown["ruling"] = "\(ruling.label)，\(ruling.upheld.flatMap { named[$0] }.map { "维持 \($0)" } ?? "两份都维持")；\(ruling.byName)：\(ruling.reason)"
            }
            return shown
        }
        return context
    }
}
