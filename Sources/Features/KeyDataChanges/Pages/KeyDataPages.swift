import Protocol
import Rules
import Store

/// 关键数据变更: the list of those under way, and the application of one pupil (Q70–Q73).
enum KeyDataPages {
    private static let roles: Set<Role> = [.registrar, .head]

    static let pages: [Page] = [
        Page("keyData", .get, "/key-data", title: "关键数据变更", roles: roles) { call in .page("key-data", try list(call)) },
        Page("keyData.show", .get, "/key-data/{dossier}", title: "关键数据变更", roles: roles) { call in
            .page("key-data-one", try context(call))
        },
        Page("keyData.act", .post, "/key-data/{dossier}", title: "关键数据变更", roles: roles, handle: act),
    ]

    static let templates = [
        "key-data": """
            <h1>关键数据变更</h1>
            {{>notice}}
            {{#hasUnset}}<div class="note warn"><h2>受控字段未设置</h2><p>{{unset}}尚未设置受控字段，现在不能申请关键数据变更。</p></div>{{/hasUnset}}
            <nav aria-label="范围"><ul>{{#scopes}}<li><a href="{{href}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/scopes}}</ul></nav>
            <p class="soft">共 {{total}} 份{{#isSchool}}。申请请从学生的学籍档案进入。{{/isSchool}}</p>
            {{#hasChanges}}<div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">学校</th><th scope="col">变更</th><th scope="col">查重</th><th scope="col">环节</th><th scope="col">当前处理单位</th><th scope="col">自</th></tr></thead><tbody>
            {{#changes}}<tr><td><a href="/key-data/{{dossier}}">{{name}}</a></td><td>{{schoolName}}</td><td>{{fields}}</td><td><span class="tag {{tone}}">{{check}}</span></td><td>{{label}}{{#returned}} <span class="tag warn">已退回</span>{{/returned}}</td><td>{{holder}}</td><td>{{since}}</td></tr>
            {{/changes}}</tbody></table></div>{{/hasChanges}}
            """,
        "key-data-one": """
            <h1>关键数据变更：{{name}}</h1>
            {{>notice}}
            {{#hasUnset}}<div class="note warn"><h2>受控字段未设置</h2><p>{{unset}}尚未设置受控字段，现在不能申请关键数据变更。</p></div>{{/hasUnset}}
            {{#returned}}<div class="note warn"><h2>申请被退回</h2><p>{{.}}</p></div>{{/returned}}
            <dl class="facts"><dt>学校</dt><dd>{{schoolName}}</dd><dt>学籍号</dt><dd class="code">{{number}}</dd><dt>当前处理单位</dt><dd>{{holder}}</dd>{{#case}}<dt>在办业务</dt><dd>{{label}} <span class="soft">自 {{since}}</span></dd><dt>说明</dt><dd>{{reason}}</dd><dt>变更后的查重</dt><dd><span class="tag {{tone}}">{{check}}</span></dd>{{/case}}</dl>
            <p><a href="/students/{{dossier}}">学籍档案</a>{{#isProblem}} · <a href="/problems/{{dossier}}">与他人重复，查看同组和裁定</a>{{/isProblem}}{{#deadline}} · 办理期限 <span class="tag {{tone}}">{{due}}</span> <a href="/overrides/{{dossier}}">强制干预</a>{{/deadline}}</p>
            {{#hasChanges}}<h2>申请的变更</h2><div class="scroll"><table><thead><tr><th scope="col">指标</th><th scope="col">现在</th><th scope="col">变更为</th></tr></thead><tbody>
            {{#changes}}<tr><th scope="row">{{field}}</th><td><del>{{before}}</del></td><td><ins>{{after}}</ins></td></tr>{{/changes}}</tbody></table></div>{{/hasChanges}}
            {{#hasFiles}}<h2>证明材料</h2><ul>{{#files}}<li>{{#here}}<a href="/files/{{hash}}">{{name}}</a>{{/here}}{{^here}}{{name}} <span class="soft">（尚在下级节点）</span>{{/here}} <span class="soft small">{{at}}</span></li>{{/files}}</ul>{{/hasFiles}}
            {{#mayApply}}<h2>上传证明材料</h2><form method="post" action="/key-data/{{dossier}}" enctype="multipart/form-data">{{>token}}<input type="hidden" name="act" value="attach">
            <div class="field"><label for="file">文件<span class="hint">DOC、RAR、JPG（以省级规定为准），不超过 2M</span></label><input id="file" type="file" name="file"></div>
            <div class="acts"><button type="submit">上传</button></div></form>
            <h2>申请变更</h2><form method="post" action="/key-data/{{dossier}}">{{>token}}<input type="hidden" name="act" value="apply">
            <p class="soft">只填要改的。受控字段以外的指标请在修改学籍信息中直接修改。</p>
            <div class="two">{{#fields}}<div class="field"><label for="f{{number}}">{{label}}<span class="hint">现在：{{value}}</span></label><input id="f{{number}}" name="f{{number}}" maxlength="60"></div>{{/fields}}</div>
            <div class="field"><label for="why">说明</label><input id="why" name="reason" maxlength="200"></div>
            <div class="acts"><button type="submit">保存申请</button></div></form>{{/mayApply}}
            {{#hasActs}}<h2>办理</h2><form method="post" action="/key-data/{{dossier}}">{{>token}}
            <div class="field"><label for="reason">原因<span class="hint">退回时必填</span></label><input id="reason" name="reason" maxlength="200"></div>
            <div class="acts">{{#acts}}<button type="submit" name="act" value="{{value}}"{{#plain}} class="plain"{{/plain}}>{{label}}</button>{{/acts}}</div></form>{{/hasActs}}
            """,
    ]

    private static let batch: [(step: StepKind, operation: String)] = [
        (.submitCase, "keyData.submit"), (.withdrawCase, "keyData.withdraw"), (.forwardCase, "keyData.forward"),
        (.sendBackCase, "keyData.return"),
    ]

    private struct Application: Encodable {
        let reason: String
        let changes: [String: String]
    }

    private static func list(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let scope = call.parameter("scope") ?? "all"
        let page = try call.ask("keyData.list", scope == "self" ? ["holder": "self"] : [:], as: KeyChangeList.Page.self)
        var context = Notice.done(call)
        context["scopes"] = [("all", "全部"), ("self", "待本单位处理")].map { value, label -> [String: Any] in
            ["href": "/key-data?scope=\(value)", "label": label, "chosen": value == scope]
        }
        context["total"] = ShownTime.count(page.total)
        context["hasChanges"] = !page.changes.isEmpty
        try call.archive.read { reading in
            context["changes"] = page.changes.map { item -> [String: Any] in
                [
                    "dossier": item.dossier, "name": item.name, "schoolName": item.schoolName, "label": item.label, "returned": item.returned != nil,
                    "fields": item.changes.map(\.field).joined(separator: "、"), "check": item.check.label,
                    "tone": item.check.tone, "since": ShownTime.text(item.since),
                    "holder": item.holder.map { reading.directory.unit(UnitCode($0))?.name ?? $0 } ?? "–",
                ]
            }
            guard reading.directory.tier(of: actor.unit) == .school else { return }
            context["isSchool"] = true
            addUnset(try ControlledFields(for: actor.unit, reading), reading.directory, to: &context)
        }
        return context
    }

    private static func addUnset(_ controlled: ControlledFields, _ directory: UnitDirectory, to context: inout [String: Any]) {
        context["hasUnset"] = !controlled.unset.isEmpty
        context["unset"] = controlled.unset.map { directory.unit($0)?.name ?? $0.text }.joined(separator: "、")
    }

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let id = call.parameters["dossier"] ?? ""
        let page = try call.ask("students.show", ["dossier": id], as: DossierPage.Page.self)
        var context = Notice.done(call)
        context.merge(try EvidenceFiles.context(call, of: id)) { $1 }
        if let deadline = page.deadline { context["deadline"] = OverridePages.shown(deadline) }
        try call.archive.read { reading in
            guard let key = DossierID(hex: id), let dossier = try DossierShelf(reading).dossier(key) else { return }
            let directory = reading.directory
            context.merge([
                "dossier": id, "name": dossier.record.name, "number": dossier.number ?? "–",
                "schoolName": directory.unit(dossier.home)?.name ?? dossier.home.text,
                "holder": dossier.holder.map { directory.unit($0)?.name ?? $0.text } ?? "–", "isProblem": !dossier.problems.isEmpty,
            ]) { $1 }
            if let item = try KeyChangeList.item(dossier, reading), dossier.openCase?.stand.isKeyChange ?? false {
                context["case"] = [
                    "label": item.label, "since": ShownTime.text(item.since), "reason": item.reason, "check": item.check.label,
                    "tone": item.check.tone,
                ] as [String: Any]
                context["changes"] = item.changes.map { ["field": $0.field, "before": $0.before, "after": $0.after] as [String: Any] }
                context["hasChanges"] = true
                // Of this business alone: what came back of another one is told on its page.
                context["returned"] = item.returned
            }
            let controlled = try ControlledFields(for: dossier.home, reading)
            if dossier.home == actor.unit { addUnset(controlled, directory, to: &context) }
            let values = Dictionary(page.record.map { ($0.field, $0.value) }) { first, _ in first }
            context["fields"] = controlled.fields.map {
                ["number": $0.rawValue, "label": $0.label, "value": values[$0.label] ?? "–"] as [String: Any]
            }
            try addActs(actor, dossier, controlled, reading, to: &context)
        }
        return context
    }

    private static func addActs(
        _ actor: Actor, _ dossier: Dossier, _ controlled: ControlledFields, _ reading: Reading, to context: inout [String: Any]
    ) throws {
        let separated = try PolicyShelf(reading).isOn("roles.separated", for: dossier.home)
        let offered = Workflow.registration(after: dossier, taking: .prepareKeyChange).steps(from: dossier.stand).map(\.step)
        func may(_ step: StepKind) -> Bool {
            dossier.holder == actor.unit && offered.contains(step) && RoleRights.may(actor, step, separated: separated)
        }
        context["mayApply"] = dossier.home == actor.unit && may(.prepareKeyChange) && controlled.unset.isEmpty
        let acts = dossier.openCase?.stand.isKeyChange ?? false ? (batch.map(\.step) + [.approveKeyChange]).filter(may) : []
        context["acts"] = acts.map { ["value": $0.rawValue, "label": $0.label, "plain": $0 == .sendBackCase || $0 == .withdrawCase] as [String: Any] }
        context["hasActs"] = !acts.isEmpty
    }

    private static func act(_ call: PageCall) throws -> PageReply {
        let id = call.parameters["dossier"] ?? ""
        do {
            try perform(call, id)
            return .redirect("/key-data/\(id)?done=step")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("key-data-one", context)
        }
    }

    private static func perform(_ call: PageCall, _ id: String) throws {
        let step = call.field("act")
        if step == "attach" {
            guard let upload = call.upload, !upload.name.isEmpty else {
                throw Refusal("page.file", question: "Q62", "还没有选择文件。", remedy: "请选择证明材料后再上传。", kind: .usage)
            }
            _ = try call.ask("attachments.add", ["dossier": id, "purpose": "evidence"], upload: upload, as: AttachmentOperations.Item.self)
        } else if step == "apply" {
            var changes: [String: String] = [:]
            for field in StudentField.allCases { if let text = call.field("f\(field.rawValue)") { changes[field.label] = text } }
            try call.tell("keyData.apply", ["dossier": id], body: Application(reason: call.field("reason") ?? "", changes: changes))
        } else if step == StepKind.approveKeyChange.rawValue {
            try call.tell("keyData.approve", ["dossier": id])
        } else if let act = batch.first(where: { $0.step.rawValue == step }) {
            let outcome = try call.ask(
                act.operation, body: StudentPages.Batch(dossiers: [id], reason: call.field("reason")), as: RegistrationOperations.Outcome.self)
            if let refused = outcome.refused.first {
                throw Refusal(refused.code, question: refused.question, refused.message, remedy: refused.remedy)
            }
        } else {
            throw Refusal("page.act", "没有选择要办理的事项。", remedy: "请按页面上的按钮办理。", kind: .usage)
        }
    }
}
