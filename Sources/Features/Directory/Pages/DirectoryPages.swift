import Protocol
import Rules
import Store

/// 机构: the units below with kind, stages, campuses and nodes; one unit; how it comes to have a node.
enum DirectoryPages {
    private static let authorities: Set<Tier> = [.county, .city, .province, .centre]
    private static let readers: Set<Role> = [.registrar, .head, .systemAdministrator]

    static let pages: [Page] = [
        Page("directory", .get, "/directory", title: "机构", tiers: authorities, roles: readers) { call in
            .page("directory", try list(call))
        },
        Page("directory.unit", .get, "/directory/{unit}", title: "机构", roles: readers) { call in .page("directory-unit", try unit(call, notice: [:])) },
        Page("directory.act", .post, "/directory/{unit}", title: "机构", tiers: authorities, roles: [.systemAdministrator], handle: act),
    ]

    static let templates = [
        "directory": """
            <h1>机构</h1>
            {{>notice}}
            {{#underName}}<p>{{.}} 以下。<a href="/directory">回到本单位</a></p>{{/underName}}
            <form class="line" method="get" action="/directory" role="search">
            {{#under}}<input type="hidden" name="under" value="{{.}}">{{/under}}
            <div><label for="text">名称或代码</label><input id="text" name="text" value="{{text}}" size="16"></div>
            <div><label for="tier">层级</label><select id="tier" name="tier"><option value="">全部</option>{{#tiers}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/tiers}}</select></div>
            <div><label for="kind">办学类型</label><select id="kind" name="kind"><option value="">不限</option>{{#kinds}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/kinds}}</select></div>
            <div><label for="stage">学段</label><select id="stage" name="stage"><option value="">不限</option>{{#stages}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/stages}}</select></div>
            <div><label for="node">节点</label><select id="node" name="node"><option value="">不限</option>{{#nodes}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/nodes}}</select></div>
            <label class="tick"><input type="checkbox" name="deep" value="true"{{#deep}} checked{{/deep}}> 含各级下属</label>
            <label class="tick"><input type="checkbox" name="closed" value="true"{{#closed}} checked{{/closed}}> 含已撤销</label>
            <button type="submit">查询</button>
            </form>
            <p class="soft">共 {{total}} 个单位{{#hasPages}}，第 {{page}} 页，共 {{pages}} 页{{/hasPages}}</p>
            {{#hasUnits}}<div class="scroll"><table><thead><tr><th scope="col">单位</th><th scope="col">代码</th><th scope="col">层级</th><th scope="col">主管部门</th><th scope="col">属地部门</th><th scope="col">办学类型</th><th scope="col">学段</th><th scope="col">分校区</th><th scope="col">节点</th><th scope="col">最近联系</th></tr></thead><tbody>
            {{#units}}<tr><td><a href="/directory/{{code}}">{{name}}</a>{{#closed}} <span class="tag bad">已撤销</span>{{/closed}}{{#hasBelow}} <a class="small" href="/directory?under={{code}}" aria-label="{{name}}以下的单位">下属</a>{{/hasBelow}}</td><td class="code">{{code}}</td><td>{{tier}}</td><td>{{competent}}</td><td>{{territorial}}</td><td>{{kind}}</td><td>{{stages}}</td><td>{{campuses}}</td><td><span class="tag {{tone}}">{{node}}</span></td><td class="t">{{lastContact}}</td></tr>
            {{/units}}</tbody></table></div>{{/hasUnits}}
            {{#hasPages}}<p class="acts noprint">{{#previous}}<a class="button plain" href="{{.}}">上一页</a>{{/previous}}{{#next}}<a class="button plain" href="{{.}}">下一页</a>{{/next}}</p>{{/hasPages}}
            """,
        "directory-unit": """
            <h1>{{name}}{{#closed}} <span class="tag bad">已撤销</span>{{/closed}}</h1>
            {{>notice}}
            {{#issued}}<div class="note good" role="status"><h2>{{unitName}}的邀请码</h2><p class="code">{{code}}</p><p>{{expires}}前有效，只能用一次。在该单位的机器上运行：</p><p class="code">{{command}}</p>{{{picture}}}<p class="small">二维码的内容就是上面这条命令。请当面或另行交付，不要经公开的聊天工具发送。</p></div>{{/issued}}
            {{#admin}}<div class="note good" role="status"><h2>账号 {{account}} 的一次性密码</h2><p class="code">{{password}}</p><p>只显示这一次。首次登录后必须修改。</p></div>{{/admin}}
            <dl class="facts">{{#facts}}<dt>{{term}}</dt><dd>{{#href}}<a href="{{.}}">{{text}}</a>{{/href}}{{^href}}{{text}}{{/href}}</dd>{{/facts}}</dl>
            {{#hasCampuses}}<h2>分校区</h2><table><thead><tr><th scope="col">校区号</th><th scope="col">名称</th><th scope="col">性质</th></tr></thead><tbody>
            {{#campuses}}<tr><td>{{number}}</td><td>{{name}}</td><td>{{kind}}</td></tr>{{/campuses}}</tbody></table>{{/hasCampuses}}
            {{#mayAct}}<h2>入网</h2>
            <form method="post" action="/directory/{{code}}" class="acts">{{>token}}
            <button type="submit" name="act" value="invite">{{#hasNode}}重新邀请（更换机器）{{/hasNode}}{{^hasNode}}邀请入网{{/hasNode}}</button>
            {{#mayHost}}<button class="plain" type="submit" name="act" value="host">由本节点托管</button>{{/mayHost}}
            {{#isHostedHere}}<button class="danger" type="submit" name="act" value="unhost">结束托管</button>{{/isHostedHere}}
            </form>
            <p class="soft small">有服务器的单位用邀请码入网；没有服务器的由本节点托管，用浏览器办理。</p>{{/mayAct}}
            {{#mayRevoke}}<h2>吊销密钥</h2>
            <p>机器失窃或失控时办理：该单位的机器立即不能再与上级联系，此后用这把密钥签发的数据一律无效，它托管的单位一并吊销。不能撤回；恢复办理须重新邀请入网。</p>
            <form method="post" action="/directory/{{code}}" class="acts" data-sure="确定吊销“{{name}}”的密钥吗？不能撤回。">{{>token}}
            <div><label for="reason">理由</label><input id="reason" name="reason" size="30" maxlength="200" required placeholder="例如：笔记本电脑失窃"></div>
            <div><label for="since">出事时间（可不填）</label><input id="since" name="since" size="26" placeholder="2026-09-01T08:00:00+08:00" aria-describedby="since-note"></div>
            <div><label for="confirm">再写一遍单位代码</label><input id="confirm" name="confirm" size="12" required autocomplete="off"></div>
            <button class="danger" type="submit" name="act" value="revoke">吊销密钥</button>
            </form>
            <p class="soft small" id="since-note">不填出事时间：本节点已存的数据都有效。填写：此后到达本节点的撤出另存，不再有效；已有正式学籍号或已删除的业务不撤销。</p>{{/mayRevoke}}
            {{#links}}<p><a href="{{href}}">{{label}}</a></p>{{/links}}
            """,
    ]

    // MARK: The list

    private static func list(_ call: PageCall) throws -> [String: Any] {
        let names = ["under", "text", "tier", "kind", "stage", "node", "deep", "closed"]
        let given = call.parameters.filter { names.contains($0.key) && !$0.value.isEmpty }
        var context: [String: Any] = given
        context["deep"] = given["deep"] == "true"
        context["closed"] = given["closed"] == "true"
        context["tiers"] = Tier.allCases.filter { $0 != .centre }.map { StudentPages.choice($0.rawValue, $0.label, given["tier"]) }
        context["kinds"] = SchoolKind.all.filter(\.isInScope).map { StudentPages.choice($0.code, $0.name, given["kind"]) }
        context["stages"] = Stage.allCases.map { StudentPages.choice(String($0.rawValue), $0.label, given["stage"]) }
        context["nodes"] = UnitSearch.NodeState.allCases.map { StudentPages.choice($0.rawValue, $0.label, given["node"]) }
        let page: UnitSearch.Page
        do {
            page = try call.ask("units.search", given.merging(call.parameter("page").map { ["page": $0] } ?? [:]) { $1 }, as: UnitSearch.Page.self)
        } catch let refusal as Refusal {
            return context.merging(Notice.of(refusal)) { $1 }
        }
        let links = try contacts(call)
        context["total"] = ShownTime.count(page.total)
        context["hasUnits"] = !page.units.isEmpty
        context["hasPages"] = page.pages > 1
        context["page"] = page.page
        context["pages"] = page.pages
        if page.page > 1 { context["previous"] = address(given, page.page - 1) }
        if page.page < page.pages { context["next"] = address(given, page.page + 1) }
        try call.archive.read { reading in
            let directory = reading.directory
            if let under = given["under"] { context["underName"] = directory.unit(UnitCode(under))?.name ?? under }
            context["units"] = page.units.map { row($0, links[$0.code], directory) }
        }
        return context
    }

    private static func address(_ given: [String: String], _ page: Int) -> String {
        let fields = given.merging(["page": String(page)]) { $1 }.sorted { $0.key < $1.key }
        return "/directory?" + fields.map { "\($0.key)=\(encoded($0.value))" }.joined(separator: "&")
    }

    /// Percent-encoded but for what needs no encoding anywhere (RFC 3986).
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || [45, 46, 95, 126].contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// Links of the nodes directly below, by unit.
    private static func contacts(_ call: PageCall) throws -> [String: StatusReport.Link] {
        let status = try call.ask("node.status", ["digest": "false"], as: StatusReport.self)
        return Dictionary(status.children.map { ($0.unit ?? "", $0) }) { first, _ in first }
    }

    private static func row(_ item: UnitSearch.Item, _ link: StatusReport.Link?, _ directory: UnitDirectory) -> [String: Any] {
        func name(_ code: String?) -> String { code.map { directory.unit(UnitCode($0))?.name ?? $0 } ?? "–" }
        var shown: [String: Any] = [
            "code": item.code, "name": item.name, "closed": item.closed, "tier": Tier(rawValue: item.tier)?.label ?? item.tier,
            "competent": name(item.competent), "territorial": item.tier == Tier.school.rawValue ? name(item.territorial) : "–",
            "kind": SchoolKind[item.kind]?.name ?? "–", "stages": stages(item), "hasBelow": item.tier != Tier.school.rawValue,
            "campuses": item.campuses.isEmpty ? "–" : String(item.campuses.count),
            "node": UnitSearch.NodeState(rawValue: item.nodeState)?.label ?? item.nodeState, "tone": item.nodeState == "none" ? "warn" : "",
            "lastContact": "–",
        ]
        guard let link, item.nodeState == "own" else { return shown }
        let state = NodePages.shown(link, item.name)
        shown["node"] = "自有节点，\(state["state"] ?? "")"
        shown["tone"] = state["tone"]
        shown["lastContact"] = state["lastContact"]
        return shown
    }

    private static func stages(_ item: UnitSearch.Item) -> String {
        let labels = zip(item.stages, item.years).compactMap { stage, years in
            Stage(rawValue: stage).map { years > 0 ? "\($0.label)\(years)年" : $0.label }
        }
        return labels.isEmpty ? "–" : labels.joined(separator: "、")
    }

    // MARK: One unit

    private static func unit(_ call: PageCall, notice: [String: Any]) throws -> [String: Any] {
        let code = call.parameters["unit"] ?? ""
        let item: UnitSearch.Item
        do { item = try call.ask("units.show", ["unit": code], as: UnitSearch.Item.self) } catch let refusal as Refusal {
            return ["name": "机构"].merging(Notice.of(refusal)) { $1 }
        }
        guard let actor = call.actor else { return [:] }
        let link = item.nodeState == "own" ? try contacts(call)[item.code] : nil
        var context: [String: Any] = notice
        try call.archive.read { reading in
            let row = row(item, link, reading.directory)
            let isDirect = item.competent == actor.unit.text && !item.closed
            let isHostedHere = try reading.hostedUnits().contains(UnitCode(item.code))
            let revocation = try reading.directory.revocation(of: UnitCode(item.code))
            context.merge([
                "name": item.name, "code": item.code, "closed": item.closed, "facts": facts(item, row) + facts(revocation, reading.directory),
                "hasCampuses": !item.campuses.isEmpty,
                "campuses": item.campuses.map {
                    ["number": $0.number, "name": $0.name, "kind": $0.isPrivate ? "民办" : "公办"] as [String: Any]
                },
                "mayAct": isDirect && actor.roles.contains(.systemAdministrator), "hasNode": item.nodeState == "own",
                "mayHost": !isHostedHere, "isHostedHere": isHostedHere, "links": links(item, actor),
                "mayRevoke": mayRevoke(item, actor, reading.directory),
            ]) { old, _ in old }
        }
        return context
    }

    private static func facts(_ item: UnitSearch.Item, _ row: [String: Any]) -> [[String: Any]] {
        func fact(_ term: String, _ text: Any?, _ href: String? = nil) -> [String: Any] {
            var fact: [String: Any] = ["term": term, "text": text ?? "–"]
            if let href { fact["href"] = href }
            return fact
        }
        var facts = [fact("代码", item.code), fact("层级", row["tier"]), fact("主管教育行政部门", row["competent"], item.competent.map { "/directory/\($0)" })]
        if item.tier == Tier.school.rawValue {
            facts += [
                fact("属地管理教育行政部门", row["territorial"], item.territorial.map { "/directory/\($0)" }), fact("办学类型", row["kind"]),
                fact("学段和学制", row["stages"]), fact("举办者", CodeTable.schoolOwner.text(for: item.owner) ?? "–"),
                fact("城乡类型", CodeTable.urbanRural.text(for: item.urban) ?? "–"),
            ]
        }
        return facts + [fact("节点", row["node"]), fact("最近联系", row["lastContact"])]
    }

    /// Who revoked the unit's key; nothing where nobody has.
    private static func facts(
        _ revocation: (issuer: UnitCode, at: Int64, reason: String)?, _ directory: UnitDirectory
    ) -> [[String: Any]] {
        guard let revocation else { return [] }
        let issuer = directory.unit(revocation.issuer)?.name ?? revocation.issuer.text
        return [["term": "密钥", "text": "已由\(issuer)于 \(ShownTime.text(ChinaTime.text(revocation.at))) 吊销：\(revocation.reason)"]]
    }

    /// Where the operation would not refuse: a unit below, at any depth, with a key on a node of its own.
    private static func mayRevoke(_ item: UnitSearch.Item, _ actor: Actor, _ directory: UnitDirectory) -> Bool {
        let isBelow = item.code != actor.unit.text && directory.contains(actor.unit, UnitCode(item.code))
        let hasRight = directory.tier(of: actor.unit).map { TierRights.may($0, .revokeUnits) } ?? false
        return isBelow && hasRight && actor.roles.contains(.systemAdministrator) && item.nodeState == "own"
    }

    private static func links(_ item: UnitSearch.Item, _ actor: Actor) -> [[String: Any]] {
        guard item.code != actor.unit.text else { return [] }
        let isSchool = item.tier == Tier.school.rawValue
        var links: [[String: Any]] = [
            isSchool ? ["href": "/students?school=\(item.code)", "label": "该校学生"] : ["href": "/directory?under=\(item.code)", "label": "下属单位"],
        ]
        if !actor.roles.isDisjoint(with: [.head, .systemAdministrator]), item.nodeState != "none" {
            links.append(["href": "/audit?of=\(item.code)", "label": "操作记录"])
        }
        return links
    }

    // MARK: Nodes for units

    private static func act(_ call: PageCall) throws -> PageReply {
        let code = call.parameters["unit"] ?? ""
        var notice: [String: Any] = [:]
        do {
            switch call.field("act") {
            case "invite":
                let invited = try call.ask("units.invite", ["unit": code], as: HostingOperations.Invited.self)
                let name = try call.archive.read { $0.directory.unit(UnitCode(code))?.name } ?? code
                let command = "xueji join --parent \(invited.parent) --code \(invited.code)"
                notice["issued"] = [
                    "unitName": name, "code": invited.code, "expires": ShownTime.text(invited.expires), "command": command,
                    "picture": QRPicture.svg(command, label: "入网命令的二维码") ?? "",
                ] as [String: Any]
            case "host":
                let hosted = try call.ask("units.host", ["unit": code], as: HostingOperations.Hosted.self)
                notice["admin"] = hosted.admin.map { ["account": $0.account, "password": $0.password] as [String: Any] }
            case "unhost":
                try call.tell("units.unhost", ["unit": code])
                notice["done"] = "已结束托管。请邀请该单位入网。"
            case "revoke": notice["done"] = try revoke(code, call)
            default: break
            }
        } catch let refusal as Refusal {
            notice = Notice.of(refusal)
        }
        return .page("directory-unit", try unit(call, notice: notice))
    }

    /// The operation judges; the page asks for the code once more, for what is revoked is revoked.
    private static func revoke(_ code: String, _ call: PageCall) throws -> String {
        guard call.field("confirm") == code else {
            throw Refusal("revoke.confirm", "两次的单位代码不一致，没有吊销。", remedy: "请在“再写一遍单位代码”里写 \(code)。", kind: .usage)
        }
        let wish = Revocations.Wish(reason: call.field("reason") ?? "", since: call.field("since"))
        let done = try call.ask("units.revoke", ["unit": code], body: wish, as: Revocations.Revoked.self)
        if done.already { return "先前已经吊销，没有改变。" }
        let hosted = done.keys.count > 1 ? "，连同它托管的 \(done.keys.count - 1) 个单位" : ""
        return "已吊销 \(done.unit) 的密钥\(hosted)。撤出另存 \(done.withdrawn) 批，已成定局而保留 \(done.settled) 批。恢复办理请重新邀请入网。"
    }
}
