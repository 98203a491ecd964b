import Protocol
import Rules
import Store

/// 问题学籍处理: the list, and one record with its group, files, rulings and what may be done (Q61–Q65).
enum ProblemPages {
    private static let roles: Set<Role> = [.registrar, .head]

    static let pages: [Page] = [
        Page("problems", .get, "/problems", title: "问题学籍", roles: roles) { call in .page("problems", try list(call)) },
        Page("problems.act", .post, "/problems", title: "问题学籍", roles: roles, handle: actOnMany),
        Page("problem", .get, "/problems/{dossier}", title: "问题学籍", roles: roles) { call in .page("problem-one", try context(call)) },
        Page("problem.act", .post, "/problems/{dossier}", title: "问题学籍", roles: roles, handle: act),
        Page("files.get", .get, "/files/{hash}", title: "附件", roles: roles) { call in
            .file(try call.reply("attachments.get", ["hash": call.parameters["hash"] ?? ""]))
        },
    ]

    static let templates = [
        "problems": """
            <h1>问题学籍</h1>
            {{>notice}}
            <nav aria-label="范围"><ul>{{#scopes}}<li><a href="{{href}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/scopes}}</ul></nav>
            <p class="soft">共 {{total}} 份</p>
            {{#hasProblems}}<form method="post" action="/problems">{{>token}}
            <div class="scroll"><table><thead><tr><th scope="col"><label class="tick"><input type="checkbox" data-all> 全选</label></th><th scope="col">姓名</th><th scope="col">学校</th><th scope="col">问题</th><th scope="col" class="n">同组</th><th scope="col">在办业务</th><th scope="col">当前处理单位</th></tr></thead><tbody>
            {{#problems}}<tr><td><input type="checkbox" name="dossier" value="{{dossier}}" aria-label="选择{{name}}"></td><td><a href="/problems/{{dossier}}">{{name}}</a></td><td>{{schoolName}}</td><td>{{kinds}}</td><td class="n">{{peers}}</td><td>{{case}}</td><td>{{holder}}</td></tr>
            {{/problems}}</tbody></table></div>
            {{#hasActs}}<div class="field"><label for="reason">原因<span class="hint">退回时必填，学校会看到</span></label><input id="reason" name="reason" maxlength="200"></div>
            <div class="acts">{{#acts}}<button type="submit" name="act" value="{{value}}" class="plain">{{label}}</button>{{/acts}}</div>{{/hasActs}}</form>{{/hasProblems}}
            {{#next}}<p><a href="/problems?scope={{scope}}&amp;after={{.}}">下一页</a></p>{{/next}}
            """,
        "problem-one": """
            <h1>问题学籍：{{name}}</h1>
            {{>notice}}
            {{#returned}}<div class="note warn"><h2>上次申请被退回</h2><p>{{.}}</p></div>{{/returned}}
            {{#requests}}<div class="note warn"><h2>{{byName}}要求补充材料</h2><p>{{text}} <span class="soft">{{at}}</span></p></div>{{/requests}}
            <dl class="facts"><dt>问题</dt><dd>{{#kinds}}<span class="tag bad">{{.}}</span>{{/kinds}}{{^kinds}}<span class="tag good">没有未解决的问题</span>{{/kinds}}</dd>
            <dt>学校</dt><dd>{{schoolName}}</dd><dt>当前处理单位</dt><dd>{{holder}}</dd>{{#answer}}<dt>核验</dt><dd>{{.}}</dd>{{/answer}}{{#case}}<dt>在办业务</dt><dd>{{label}} <span class="soft">自 {{since}}</span></dd><dt>说明</dt><dd>{{reason}}</dd>{{#check}}<dt>变更后的查重</dt><dd><span class="tag {{tone}}">{{label}}</span></dd>{{/check}}{{/case}}</dl>
            <p><a href="/students/{{dossier}}">学籍档案</a></p>
            {{#hasPeers}}<h2>同组的其他学籍</h2><div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">性别</th><th scope="col">出生日期</th><th scope="col">学校</th><th scope="col">问题</th><th scope="col">裁定</th></tr></thead><tbody>
            {{#peers}}<tr><td>{{name}}</td><td>{{sex}}</td><td>{{birthDate}}</td><td>{{schoolName}}</td><td>{{problems}}</td><td>{{#ruling}}{{label}}，{{effect}}<br><span class="soft small">{{byName}} {{at}}：{{reason}}</span>{{/ruling}}{{^ruling}}<span class="soft">由{{authority}}裁定</span>{{/ruling}}</td></tr>
            {{/peers}}</tbody></table></div>{{/hasPeers}}{{#returning}}<div class="note warn"><h2>{{name}}的原档案状态为“{{status}}”</h2><p>如是同一学生，请在<a href="/roll-changes/{{dossier}}">原档案</a>办理{{kind}}，不要重新注册；误录的这一份按“删除”办理。 {{>help-link}}</p></div>{{/returning}}
            {{#hasChanges}}<h2>申请的变更</h2><div class="scroll"><table><thead><tr><th scope="col">指标</th><th scope="col">现在</th><th scope="col">变更为</th></tr></thead><tbody>
            {{#changes}}<tr><th scope="row">{{field}}</th><td><del>{{before}}</del></td><td><ins>{{after}}</ins></td></tr>{{/changes}}</tbody></table></div>{{/hasChanges}}
            {{#hasFiles}}<h2>佐证材料</h2><ul>{{#files}}<li>{{#here}}<a href="/files/{{hash}}">{{name}}</a>{{/here}}{{^here}}{{name}} <span class="soft">（尚在下级节点，可用 attachment get 调取）</span>{{/here}} <span class="soft small">{{at}}</span></li>{{/files}}</ul>{{/hasFiles}}
            {{#mayAttach}}<h2>上传佐证材料</h2><form method="post" action="/problems/{{dossier}}" enctype="multipart/form-data">{{>token}}<input type="hidden" name="act" value="attach">
            <div class="field"><label for="file">文件<span class="hint">DOC、RAR、JPG（以省级规定为准），不超过 2M</span></label><input id="file" type="file" name="file"></div>
            <div class="acts"><button type="submit">上传</button></div></form>{{/mayAttach}}
            {{#mayOpen}}<h2>处理</h2><form method="post" action="/problems/{{dossier}}">{{>token}}
            <div class="field"><label for="why">说明</label><input id="why" name="reason" maxlength="200"></div>
            <fieldset><legend>变更时填写，只填要改的</legend><div class="two">{{#fields}}<div class="field"><label for="f{{number}}">{{label}}</label><input id="f{{number}}" name="f{{number}}" maxlength="60"></div>{{/fields}}</div></fieldset>
            <div class="acts"><button type="submit" name="act" value="evidence">佐证：资料属实</button><button type="submit" name="act" value="change">变更：更正资料</button>{{#hasPeers}}<button type="submit" name="act" value="delete" class="danger">删除：重复录入</button>{{/hasPeers}}</div></form>{{/mayOpen}}
            {{#hasActs}}<h2>办理</h2><form method="post" action="/problems/{{dossier}}">{{>token}}
            <div class="field"><label for="reason">原因<span class="hint">退回时必填</span></label><input id="reason" name="reason" maxlength="200"></div>
            <div class="acts">{{#acts}}<button type="submit" name="act" value="{{value}}">{{label}}</button>{{/acts}}</div></form>{{/hasActs}}
            {{#mayRule}}<h2>裁定</h2><form method="post" action="/problems/{{dossier}}">{{>token}}<input type="hidden" name="act" value="rule">
            <div class="field"><label for="other">与哪一份</label><select id="other" name="other">{{#rulable}}<option value="{{value}}">{{label}}</option>{{/rulable}}</select></div>
            <div class="field"><label for="finding">认定</label><select id="finding" name="finding">{{#findings}}<option value="{{value}}">{{label}}</option>{{/findings}}</select></div>
            <div class="field"><label for="upheld">维持<span class="hint">身份证号相同或同一学生时必选</span></label><select id="upheld" name="upheld"><option value="">两份都维持</option><option value="this">本份</option><option value="other">另一份</option></select></div>
            <div class="field"><label for="ground">理由</label><input id="ground" name="reason" maxlength="200"></div>
            <div class="acts"><button type="submit">裁定</button></div></form>{{/mayRule}}
            """,
    ]

    /// Acts on prepared and submitted cases, with the operation of each; those on many need no judgement.
    private static let batch: [(step: StepKind, operation: String)] = [
        (.submitCase, "problems.submit"), (.withdrawCase, "problems.withdraw"), (.forwardCase, "problems.forward"),
        (.sendBackCase, "problems.return"),
    ]

    private struct Reason: Encodable { let reason: String }

    private struct Change: Encodable {
        let reason: String
        let changes: [String: String]
    }

    private struct RulingBody: Encodable {
        let first, second, finding, reason: String
        let upheld: String?
    }

    // MARK: The list

    private static func list(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let scope = call.parameter("scope") ?? "all"
        var asked = ["limit": "100"]
        if scope == "self" { asked["holder"] = "self" }
        asked["after"] = call.parameter("after")
        let page = try call.ask("problems.list", asked, as: ProblemList.Page.self)
        var context = Notice.done(call)
        context["scope"] = scope
        context["scopes"] = [("all", "全部"), ("self", "待本单位处理")].map { value, label -> [String: Any] in
            ["href": "/problems?scope=\(value)", "label": label, "chosen": value == scope]
        }
        context["total"] = ShownTime.count(page.total)
        context["hasProblems"] = !page.problems.isEmpty
        try call.archive.read { reading in
            context["problems"] = page.problems.map { item -> [String: Any] in
                [
                    "dossier": item.dossier, "name": item.name, "schoolName": item.schoolName, "kinds": kinds(item.problems).joined(separator: "、"),
                    "peers": item.peers, "case": item.openCase?.label ?? "",
                    "holder": item.holder.map { reading.directory.unit(UnitCode($0))?.name ?? $0 } ?? "–",
                ]
            }
            let separated = try PolicyShelf(reading).isOn("roles.separated", for: actor.unit)
            let isSchool = reading.directory.tier(of: actor.unit) == .school
            let acts = batch.filter { act in
                RoleRights.may(actor, act.step, separated: separated) && ([.submitCase, .withdrawCase].contains(act.step)) == isSchool
            }
            context["acts"] = acts.map { ["value": $0.step.rawValue, "label": $0.step.label] as [String: Any] }
            context["hasActs"] = !acts.isEmpty
        }
        if let next = page.next { context["next"] = next }
        return context
    }

    private static func actOnMany(_ call: PageCall) throws -> PageReply {
        do {
            guard let act = batch.first(where: { $0.step.rawValue == call.field("act") }), let dossiers = call.form["dossier"], !dossiers.isEmpty
            else { throw Refusal("page.none", "还没有勾选学生。", remedy: "请先勾选要办理的学生，再按按钮。", kind: .usage) }
            try ask(call, act.operation, dossiers, call.field("reason"))
            return .redirect("/problems?done=step")
        } catch let refusal as Refusal {
            var context = try list(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("problems", context)
        }
    }

    private static func ask(_ call: PageCall, _ operation: String, _ dossiers: [String], _ reason: String?) throws {
        let outcome = try call.ask(
            operation, body: StudentPages.Batch(dossiers: dossiers, reason: reason), as: RegistrationOperations.Outcome.self)
        if let refused = outcome.refused.first {
            throw Refusal(refused.code, question: refused.question, refused.message, remedy: refused.remedy)
        }
    }

    private static func kinds(_ codes: [String]) -> [String] { codes.map { DuplicateKind(rawValue: $0)?.chineseName ?? $0 } }

    // MARK: One record

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let id = call.parameters["dossier"] ?? ""
        let page = try call.ask("problems.show", ["dossier": id], as: ProblemPage.Page.self)
        var context = Notice.done(call)
        context.merge(["dossier": id, "name": page.name, "schoolName": page.schoolName, "kinds": kinds(page.problems)]) { $1 }
        context["returned"] = page.returned
        context["requests"] = page.requests.map { ["byName": $0.byName, "text": $0.text, "at": ShownTime.text($0.at)] as [String: Any] }
        context["answer"] = page.answer
        context.merge(try EvidenceFiles.context(call, of: id)) { $1 }
        if let open = page.openCase {
            var shown: [String: Any] = ["label": open.label, "since": ShownTime.text(open.since), "reason": open.reason]
            if let check = open.check { shown["check"] = ["label": check.label, "tone": check.tone] as [String: Any] }
            context["case"] = shown
            context["changes"] = open.changes.map { ["field": $0.field, "before": $0.before, "after": $0.after] as [String: Any] }
            context["hasChanges"] = !open.changes.isEmpty
        }
        try call.archive.read { reading in
            context["holder"] = page.holder.map { reading.directory.unit(UnitCode($0))?.name ?? $0 } ?? "–"
            context["peers"] = page.peers.map { shown($0, reading.directory) }
            context["hasPeers"] = !page.peers.isEmpty
            context["returning"] = try RollStandings.returning(page.peers.compactMap { DossierID(hex: $0.dossier) }, sight: actor.unit, reading)
            try addActs(actor, page, reading, to: &context)
        }
        return context
    }

    private static func shown(_ peer: ProblemPage.Peer, _ directory: UnitDirectory) -> [String: Any] {
        var shown: [String: Any] = [
            "name": peer.name, "sex": CodeTable.sex.text(for: peer.sex) ?? peer.sex,
            "birthDate": ShownTime.date(peer.birthDate) ?? peer.birthDate, "schoolName": peer.schoolName,
            "problems": kinds(peer.problems).joined(separator: "、"),
            "authority": peer.authority.map { directory.unit(UnitCode($0))?.name ?? $0 } ?? "共同的主管部门",
        ]
        if let ruling = peer.ruling {
            let effect = ruling.upheld.map { $0 == peer.dossier ? "维持该份" : "维持本份" } ?? "两份都维持"
            shown["ruling"] = [
                "label": ruling.label, "effect": effect, "byName": ruling.byName, "at": ShownTime.text(ruling.at), "reason": ruling.reason,
            ] as [String: Any]
        }
        return shown
    }

    /// The buttons: what the table allows from here to this unit and account.
    private static func addActs(
        _ actor: Actor, _ page: ProblemPage.Page, _ reading: Reading, to context: inout [String: Any]
    ) throws {
        guard let id = DossierID(hex: page.dossier), let dossier = try DossierShelf(reading).dossier(id) else { return }
        let separated = try PolicyShelf(reading).isOn("roles.separated", for: dossier.home)
        func may(_ step: StepKind) -> Bool { RoleRights.may(actor, step, separated: separated) }
        let isOwn = dossier.home == actor.unit
        let offered = Workflow.registration(after: dossier, taking: .prepareEvidence).steps(from: dossier.stand).map(\.step)
        context["mayAttach"] = isOwn && dossier.stand != .deleted && actor.roles.contains(.registrar)
        context["mayOpen"] = isOwn && dossier.holder == actor.unit && may(.prepareEvidence) && offered.contains(.prepareEvidence)
            && !dossier.problems.isEmpty
        context["fields"] = StudentField.key.map { ["number": $0.rawValue, "label": $0.label] as [String: Any] }
        let acts = (batch.map(\.step) + [.approveChange]).filter { dossier.holder == actor.unit && offered.contains($0) && may($0) }
        context["acts"] = acts.map { ["value": $0.rawValue, "label": $0.label] as [String: Any] }
        context["hasActs"] = !acts.isEmpty
        let tier = reading.directory.tier(of: actor.unit)
        let isJudge = tier.map { TierRights.may($0, .rulePairs) } ?? false
        var rulable = page.peers.filter { reading.directory.contains(actor.unit, UnitCode($0.school)) }
            .map { ["value": $0.dossier, "label": "\($0.name)(\($0.schoolName))"] as [String: Any] }
        if page.answer != nil { rulable.append(["value": page.dossier, "label": "本份（只认定号码属实）"]) }
        context["rulable"] = rulable
        context["mayRule"] = isJudge && may(.closeCase) && !rulable.isEmpty && dossier.stand != .deleted
        context["findings"] = Ruling.Finding.allCases.map { ["value": $0.rawValue, "label": $0.label] as [String: Any] }
    }

    private static func act(_ call: PageCall) throws -> PageReply {
        let id = call.parameters["dossier"] ?? ""
        do {
            try perform(call, id)
            return .redirect("/problems/\(id)?done=step")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("problem-one", context)
        }
    }

    private static func perform(_ call: PageCall, _ id: String) throws {
        let reason = call.field("reason") ?? ""
        switch call.field("act") {
        case "attach"?:
            guard let upload = call.upload, !upload.name.isEmpty else {
                throw Refusal("page.file", question: "Q62", "还没有选择文件。", remedy: "请选择佐证材料后再上传。", kind: .usage)
            }
            _ = try call.ask("attachments.add", ["dossier": id, "purpose": "evidence"], upload: upload, as: AttachmentOperations.Item.self)
        case "evidence"?: try call.tell("problems.evidence", ["dossier": id], body: Reason(reason: reason))
        case "delete"?: try call.tell("problems.delete", ["dossier": id], body: Reason(reason: reason))
        case "change"?:
            var changes: [String: String] = [:]
            for field in StudentField.key { if let text = call.field("f\(field.rawValue)") { changes[field.label] = text } }
            try call.tell("problems.change", ["dossier": id], body: Change(reason: reason, changes: changes))
        case "rule"?:
            let other = call.field("other") ?? ""
            let upheld = call.field("upheld").map { $0 == "this" ? id : other }
            try call.tell("problems.rule", body: RulingBody(
                first: id, second: other, finding: call.field("finding") ?? "", reason: reason, upheld: upheld))
        case StepKind.approveChange.rawValue?: try call.tell("problems.approve", ["dossier": id])
        case let step?:
            guard let act = batch.first(where: { $0.step.rawValue == step }) else { fallthrough }
            try ask(call, act.operation, [id], call.field("reason"))
        default: throw Refusal("page.act", "没有选择要办理的事项。", remedy: "请按页面上的按钮办理。", kind: .usage)
        }
    }
}
