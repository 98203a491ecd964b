import Protocol
import Rules
import Store

/// One pupil's roll changes: what is possible and why the rest is not, the form with the rules' messages beside the fields, review and decision.
enum RollChangeForm {
    static let templates = [
        "roll-change": """
            <h1>学籍异动：{{name}}</h1>
            {{>notice}}
            <dl class="facts"><dt>学校</dt><dd>{{schoolName}}</dd><dt>学籍号</dt><dd class="code">{{number}}</dd><dt>班号</dt><dd class="code">{{class}}</dd><dt>学生状态</dt><dd>{{statusLabel}}{{#rollSince}} <span class="soft">自 {{.}}</span>{{/rollSince}}{{#rollUntil}} <span class="soft">至 {{.}}</span>{{/rollUntil}}</dd><dt>当前处理单位</dt><dd>{{holder}}</dd>{{#deadline}}<dt>办理期限</dt><dd><span class="tag {{tone}}">{{due}}</span> <a href="/overrides/{{dossier}}">强制干预</a></dd>{{/deadline}}</dl>
            <p><a href="/students/{{dossier}}">学籍档案</a></p>
            {{#open}}<h2>在办：{{label}}</h2><dl class="facts"><dt>环节</dt><dd>{{stand}}</dd>{{#causeText}}<dt>原因</dt><dd>{{.}}</dd>{{/causeText}}<dt>日期</dt><dd>{{date}}{{#until}} 至 {{.}}{{/until}}</dd>{{#country}}<dt>前往国家或地区</dt><dd>{{.}}</dd>{{/country}}{{#joins}}<dt>就读班号</dt><dd class="code">{{.}}</dd>{{/joins}}{{#reason}}<dt>说明</dt><dd>{{.}}</dd>{{/reason}}</dl>{{/open}}
            {{#hasFiles}}<h2>证明材料</h2><ul>{{#files}}<li>{{#here}}<a href="/files/{{hash}}">{{name}}</a>{{/here}}{{^here}}{{name}} <span class="soft">（尚在下级节点）</span>{{/here}} <span class="soft small">{{at}}</span></li>{{/files}}</ul>{{/hasFiles}}
            {{#hasActs}}<h2>办理</h2><form method="post" action="/roll-changes/{{dossier}}">{{>token}}
            {{#asksReason}}<div class="field"><label for="return-reason">原因<span class="hint">退回、更正时必填，学校会看到</span></label><input id="return-reason" name="reason" maxlength="200"></div>{{/asksReason}}
            <div class="acts">{{#acts}}<button type="submit" name="act" value="{{value}}"{{#plain}} class="plain"{{/plain}}>{{label}}</button>{{/acts}}</div></form>{{/hasActs}}
            {{#mayApply}}<h2>上传证明材料</h2><form method="post" action="/roll-changes/{{dossier}}" enctype="multipart/form-data">{{>token}}<input type="hidden" name="act" value="attach"><input type="hidden" name="kind" value="{{kind}}">
            <div class="field"><label for="file">文件<span class="hint">DOC、RAR、JPG（以省级规定为准），不超过 2M</span></label><input id="file" type="file" name="file"></div>
            <div class="acts"><button type="submit">上传</button></div></form>{{/mayApply}}
            {{#form}}<h2>申请{{label}}</h2>
            {{#faultCount}}<div class="note bad" role="alert"><h2>有 {{.}} 处需要修改</h2><p>请按各栏下的提示改正后再保存。</p></div>{{/faultCount}}
            <form method="post" action="/roll-changes/{{dossier}}">{{>token}}<input type="hidden" name="act" value="apply"><input type="hidden" name="kind" value="{{kind}}">
            {{#needsCertificate}}<p class="soft">须有证明材料，请先上传。</p>{{/needsCertificate}}
            {{#fields}}<div class="field{{#isWrong}} wrong{{/isWrong}}"><label for="c-{{id}}">{{label}}{{#hint}}<span class="hint">{{.}}</span>{{/hint}}</label>{{#faults}}<span class="fault">{{message}} {{remedy}}</span>{{/faults}}
            {{#isChoice}}<select id="c-{{id}}" name="{{id}}"><option value=""></option>{{#options}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/options}}</select>{{/isChoice}}{{^isChoice}}<input id="c-{{id}}" name="{{id}}" value="{{value}}" maxlength="200"{{#isDate}} type="date"{{/isDate}}>{{/isChoice}}</div>
            {{/fields}}<div class="acts"><button type="submit">保存申请</button></div></form>{{/form}}
            {{#showsChoices}}<h2>可以办理</h2>{{#hasAllowed}}<ul>{{#allowed}}<li><a href="/roll-changes/{{dossier}}?kind={{kind}}">{{label}}</a></li>{{/allowed}}</ul>{{/hasAllowed}}{{^hasAllowed}}<p class="soft">现在没有可以办理的异动。</p>{{/hasAllowed}}
            {{#hasRefused}}<h2>不能办理</h2><dl class="facts">{{#refused}}<dt>{{label}}</dt><dd>{{why}}</dd>{{/refused}}</dl>{{/hasRefused}}{{/showsChoices}}
            {{#hasChanges}}<h2>已办的异动</h2><div class="scroll"><table><thead><tr><th scope="col">异动类别</th><th scope="col">原因</th><th scope="col">日期</th><th scope="col">核办单位</th><th scope="col">办结</th></tr></thead><tbody>
            {{#changes}}<tr><td>{{label}}</td><td>{{causeText}}</td><td>{{date}}{{#until}} 至 {{.}}{{/until}}</td><td>{{decidedBy}}</td><td>{{decidedAt}}</td></tr>
            {{/changes}}</tbody></table></div>{{/hasChanges}}
            """,
    ]

    private static let steps: [(step: StepKind, operation: String, label: String)] = [
        (.submitCase, "rollChanges.submit", "学校审核并提交"), (.withdrawCase, "rollChanges.withdraw", "撤回申请"),
        (.recallCase, "rollChanges.recall", "收回已提交的申请"), (.approveRollChange, "rollChanges.approve", "核办通过"),
        (.sendBackCase, "rollChanges.return", "退回学校"), (.correctDeath, "rollChanges.correct", "更正死亡登记（登记有误）"),
    ]

    /// - Parameters:
    ///   - entered: what was typed and not taken.
    ///   - faults: what the rules say of it.
    static func context(
        _ call: PageCall, entered: RollChangeDraft? = nil, faults: [RollChangeOperations.FaultItem] = []
    ) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let id = call.parameters["dossier"] ?? ""
        let page = try call.ask("rollChanges.show", ["dossier": id], as: RollChangePage.Page.self)
        var context = Notice.done(call)
        context.merge(try EvidenceFiles.context(call, of: id)) { $1 }
        if let deadline = page.deadline { context["deadline"] = OverridePages.shown(deadline) }
        try call.archive.read { reading in
            context.merge(StudentPages.row(page.student, reading.directory)) { $1 }
            try addActs(actor, id, reading, to: &context)
        }
        context["statusLabel"] = page.statusLabel
        if let since = page.since { context["rollSince"] = ShownTime.date(since) ?? since }
        if let until = page.until { context["rollUntil"] = ShownTime.date(until) ?? until }
        if let open = page.open { context["open"] = shown(open).merging(["stand": page.student.openCase?.label ?? ""]) { $1 } }
        context["changes"] = page.changes.map(shown)
        context["hasChanges"] = !page.changes.isEmpty
        let mayApply = context["mayApply"] as? Bool ?? false
        context["showsChoices"] = page.open == nil || mayApply
        let allowed = mayApply ? page.choices.filter(\.isAllowed) : []
        context["allowed"] = allowed.map { ["kind": $0.kind, "label": $0.label] as [String: Any] }
        context["hasAllowed"] = !allowed.isEmpty
        context["refused"] = page.choices.filter { !$0.isAllowed }.map { ["label": $0.label, "why": $0.why ?? ""] as [String: Any] }
        context["hasRefused"] = page.choices.contains { !$0.isAllowed }
        let asked = entered?.kind ?? call.parameter("kind") ?? page.open?.kind
        if mayApply, let choice = allowed.first(where: { $0.kind == asked }), let kind = RollChangeKind(rawValue: choice.kind) {
            context["kind"] = kind.rawValue
            let classes = try call.archive.read { try ClassShelf($0).classes(of: actor.unit).keys.sorted() }
            context["form"] = form(kind, choice, entered ?? draft(page.open, kind), faults, classes)
        }
        return context
    }

    /// What an open application of the kind already says.
    private static func draft(_ open: RollChangePage.Change?, _ kind: RollChangeKind) -> RollChangeDraft {
        guard let open, open.kind == kind.rawValue else { return RollChangeDraft(kind: kind.rawValue) }
        return RollChangeDraft(
            kind: open.kind, cause: open.cause, date: open.date, until: open.until, country: open.country, class: open.class, reason: open.reason)
    }

    private static func shown(_ change: RollChangePage.Change) -> [String: Any] {
        var shown: [String: Any] = [
            "label": change.label, "date": ShownTime.date(change.date) ?? change.date,
            "decidedBy": change.decidedBy ?? "", "decidedAt": change.decidedAt.map(ShownTime.text) ?? "",
        ]
        if let until = change.until { shown["until"] = ShownTime.date(until) ?? until }
        if let country = change.country { shown["country"] = country }
        if let code = change.class { shown["joins"] = code }
        if !change.causeText.isEmpty { shown["causeText"] = change.causeText }
        if !change.reason.isEmpty { shown["reason"] = change.reason }
        return shown
    }

    /// The fields that the kind's row of the table asks for, no others.
    private static func form(
        _ kind: RollChangeKind, _ choice: RollChangePage.Choice, _ entered: RollChangeDraft, _ faults: [RollChangeOperations.FaultItem],
        _ classes: [String]
    ) -> [String: Any] {
        let rule = kind.rule
        func field(_ name: RollChangeRules.Field, _ label: String, _ value: String?, hint: String = "", options: [(String, String)]? = nil) -> [String: Any] {
            let own = faults.filter { $0.field == name.rawValue }
            var field: [String: Any] = [
                "id": name.rawValue, "label": label, "value": value ?? "", "isChoice": options != nil, "isWrong": !own.isEmpty,
                "isDate": name == .date || name == .until, "faults": own.map { ["message": $0.message, "remedy": $0.remedy] as [String: Any] },
                "options": (options ?? []).map { StudentPages.choice($0.0, $0.1, value) },
            ]
            if !hint.isEmpty { field["hint"] = hint }
            return field
        }
        var fields: [[String: Any]] = []
        if !rule.causes.isEmpty {
            fields.append(field(.cause, "异动原因", entered.cause, options: rule.causes.map { ($0, CodeTable.changeReason.text(for: $0) ?? $0) }))
        }
        fields.append(field(.date, rule.asksUntil ? "起始日期" : "日期", entered.date))
        if rule.asksUntil { fields.append(field(.until, "截止日期", entered.until)) }
        if rule.asksCountry { fields.append(field(.country, "前往国家或地区", entered.country, hint: "例如 美国")) }
        if let placement = rule.placement {
            fields.append(field(
                .class, "就读班号", entered.class, hint: placement.isRequired ? "" : "不填则回到原班", options: classes.map { ($0, $0) }))
        }
        var reason = field(.kind, "说明", entered.reason, hint: "可不填")
        reason["id"] = "reason"
        fields.append(reason)
        return [
            "label": rule.name, "kind": kind.rawValue, "needsCertificate": choice.needsCertificate, "fields": fields,
            "faultCount": faults.isEmpty ? false as Any : faults.count as Any,
        ]
    }

    /// The buttons: what the workflow's rows allow from here to this unit and account.
    private static func addActs(_ actor: Actor, _ id: String, _ reading: Reading, to context: inout [String: Any]) throws {
        guard let key = DossierID(hex: id), let dossier = try DossierShelf(reading).dossier(key) else { return }
        let separated = try PolicyShelf(reading).isOn("roles.separated", for: dossier.home)
        func may(_ step: StepKind) -> Bool {
            let table = Workflow.registration(after: dossier, taking: step)
            guard let row = table.row(step, from: dossier.stand), row.needsNoPen || dossier.holder == actor.unit else { return false }
            return Workflow.isTaker(actor.unit, of: row, home: dossier.home, holder: dossier.holder, in: reading.directory)
                && RoleRights.may(actor, step, separated: separated)
        }
        context["mayApply"] = dossier.home == actor.unit && may(.prepareRollChange)
        let isOpen = dossier.openCase?.stand.isRollChange ?? false
        let acts = steps.filter { ($0.step == .correctDeath ? dossier.roll.status.isTerminal : isOpen) && may($0.step) }
        context["acts"] = acts.map { act -> [String: Any] in
            ["value": act.step.rawValue, "label": act.label, "plain": [.withdrawCase, .recallCase, .sendBackCase, .correctDeath].contains(act.step)]
        }
        context["hasActs"] = !acts.isEmpty
        context["asksReason"] = acts.contains { $0.step == .sendBackCase || $0.step == .correctDeath }
    }

    static func act(_ call: PageCall) throws -> PageReply {
        let id = call.parameters["dossier"] ?? ""
        let entered = call.field("act") == "apply" ? typed(call) : nil
        do {
            if let entered {
                let judged = try call.ask("rollChanges.judge", ["dossier": id], body: entered, as: RollChangeOperations.Judgement.self)
                let besides = judged.faults.filter { $0.field != RollChangeRules.Field.kind.rawValue }
                if !besides.isEmpty { return .page("roll-change", try context(call, entered: entered, faults: besides)) }
            }
            let notices = try perform(call, id, entered)
            let kind = call.field("act") == "attach" ? call.field("kind").map { "&kind=\($0.filter { $0.isASCII && $0.isLetter })" } ?? "" : ""
            return .redirect("/roll-changes/\(id)?done=\(notices.isEmpty ? "step" : "late")\(kind)")
        } catch let refusal as Refusal {
            var context = try context(call, entered: entered)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("roll-change", context)
        }
    }

    private static func typed(_ call: PageCall) -> RollChangeDraft {
        RollChangeDraft(
            kind: call.field("kind") ?? "", cause: call.field("cause"), date: call.field("date"), until: call.field("until"),
            country: call.field("country"), class: call.field("class"), reason: call.field("reason"))
    }

    private struct Reason: Encodable { let reason: String? }

    private static func perform(_ call: PageCall, _ id: String, _ entered: RollChangeDraft?) throws -> [String] {
        if let entered {
            return try call.ask("rollChanges.apply", ["dossier": id], body: entered, as: RollChangeOperations.Applied.self).notices
        }
        if call.field("act") == "attach" {
            guard let upload = call.upload, !upload.name.isEmpty else {
                throw Refusal("page.file", question: "Q62", "还没有选择文件。", remedy: "请选择证明材料后再上传。", kind: .usage)
            }
            _ = try call.ask("attachments.add", ["dossier": id, "purpose": "evidence"], upload: upload, as: AttachmentOperations.Item.self)
        } else if let step = steps.first(where: { $0.step.rawValue == call.field("act") }) {
            if step.step == .sendBackCase || step.step == .correctDeath {
                try call.tell(step.operation, ["dossier": id], body: Reason(reason: call.field("reason")))
            } else {
                try call.tell(step.operation, ["dossier": id])
            }
        } else {
            throw Refusal("page.act", "没有选择要办理的事项。", remedy: "请按页面上的按钮办理。", kind: .usage)
        }
        return []
    }
}
