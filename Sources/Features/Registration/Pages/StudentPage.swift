import Protocol
import Rules
import Store

/// 学籍档案: the record in the sections of the paper form, its history, who holds the pen, how far each step has travelled.
enum StudentPage {
    static let pages: [Page] = [
        Page("students.show", .get, "/students/{dossier}", title: "学籍档案", roles: [.registrar, .head, .systemAdministrator]) { call in
            .page("student", try context(call))
        },
        Page("students.act", .post, "/students/{dossier}/act", title: "办理", roles: [.registrar, .head], handle: act),
        Page("students.edit.form", .get, "/students/{dossier}/edit", title: "修改学籍信息", roles: [.registrar]) { call in
            .page("student-edit", try StudentEditing.context(call))
        },
        Page("students.edit", .post, "/students/{dossier}/edit", title: "修改学籍信息", roles: [.registrar], handle: StudentEditing.save),
    ]

    static let templates = [
        "student": """
            <h1>{{name}}</h1>
            {{>notice}}
            <div data-live="on"><dl class="facts"><dt>状态</dt><dd><span class="tag {{tone}}">{{state}}</span>{{>help-link}}</dd><dt>当前处理单位</dt><dd>{{holder}}</dd>{{#deadline}}<dt>办理期限</dt><dd><span class="tag {{tone}}">{{due}}</span>{{#request}} 学校已提请强制干预：{{.}}{{/request}} <a href="/overrides/{{dossier}}">强制干预</a></dd>{{/deadline}}
            {{#rollStatus}}<dt>学生状态</dt><dd>{{.}}</dd>{{/rollStatus}}<dt>学籍号</dt><dd class="code">{{number}}</dd><dt>学校</dt><dd>{{schoolName}}</dd><dt>班号</dt><dd class="code">{{class}}</dd>{{#migrant}}<dt>随迁子女</dt><dd>{{.}}</dd>{{/migrant}}</dl>
            {{#hasProblems}}<div class="note bad"><h2>问题学籍：{{problems}}</h2>
            {{#hasPeers}}<table><thead><tr><th scope="col">问题</th><th scope="col">姓名</th><th scope="col">性别</th><th scope="col">出生日期</th><th scope="col">学校</th></tr></thead><tbody>
            {{#peers}}<tr><td>{{problem}}</td><td>{{name}}</td><td>{{sex}}</td><td>{{birthDate}}</td><td>{{schoolName}}</td></tr>{{/peers}}</tbody></table>{{/hasPeers}}<p><a href="/problems/{{dossier}}">去处理</a></p></div>{{/hasProblems}}{{#openCase}}<p>在办业务：<a href="{{page}}">{{label}}</a></p>{{/openCase}}</div>
            {{#changes}}<section class="noprint"><h2>与上次上报相比</h2><p class="soft">上次上报：{{since}}</p>
            {{#hasItems}}<div class="scroll"><table><thead><tr><th scope="col">指标</th><th scope="col">上次</th><th scope="col">现在</th></tr></thead><tbody>
            {{#items}}<tr><th scope="row">{{field}}</th><td><del>{{before}}</del></td><td><ins>{{after}}</ins></td></tr>
            {{/items}}</tbody></table></div>{{/hasItems}}{{^hasItems}}<p>学籍信息没有改动。</p>{{/hasItems}}</section>{{/changes}}
            {{#hasActs}}<form method="post" action="/students/{{dossier}}/act">{{>token}}
            {{#asksReason}}<div class="field"><label for="reason">原因<span class="hint">{{for}}时必填</span></label><input id="reason" name="reason" maxlength="200"></div>{{/asksReason}}
            <div class="acts">{{#acts}}<button type="submit" name="step" value="{{value}}" class="{{tone}}">{{label}}</button>{{/acts}}</div></form>{{/hasActs}}
            <div class="acts">{{#mayEdit}}<a class="button plain" href="/students/{{dossier}}/edit">修改</a>{{/mayEdit}}{{#mayChangeKeyData}}<a class="button plain" href="/key-data/{{dossier}}">关键数据变更</a>{{/mayChangeKeyData}}{{#mayPrintPapers}}<a class="button plain" href="/students/{{dossier}}/papers">学籍卡、转学证明</a>{{/mayPrintPapers}}{{#mayChangeRoll}}<a class="button plain" href="/roll-changes/{{dossier}}">学籍异动</a>{{/mayChangeRoll}}<button type="button" class="plain" data-print hidden>打印</button></div>
            {{#sections}}<h2>{{title}}</h2><dl class="facts">{{#fields}}<dt>{{label}}</dt><dd>{{value}}</dd>{{/fields}}</dl>
            {{/sections}}
            {{#hasDeletion}}<details class="noprint"><summary>申请删除学籍</summary><form method="post" action="/students/{{dossier}}/act">{{>token}}<p class="soft">误录的学籍由主管部门确认后删除。</p>
            <div class="field"><label for="deletion-reason">申请删除的原因<span class="hint">必填</span></label><input id="deletion-reason" name="reason" maxlength="200" required></div>
            <div class="acts"><button type="submit" name="step" value="applyForDeletion" class="danger">申请删除</button></div></form></details>{{/hasDeletion}}
            <section class="noprint" data-live="on"><h2>办理过程</h2><ol class="time">{{#steps}}<li{{#isVoid}} class="void"{{/isVoid}}><b>{{kind}}</b> · {{by}}<br><span class="soft">{{at}}{{#reason}} · {{.}}{{/reason}}</span>{{#isVoid}}<br><span class="small">未生效{{#why}}：{{.}}{{/why}}</span>{{/isVoid}}</li>{{/steps}}</ol>
            <h2>已到达</h2><ol class="way">{{#seen}}<li{{#storedAt}} class="done"{{/storedAt}}>{{unit}}<br><span class="soft small">{{#storedAt}}{{.}} 已保存{{/storedAt}}{{^storedAt}}尚未确认{{/storedAt}}</span></li>{{/seen}}</ol></section>
            """,
        "student-edit": """
            <h1>修改学籍信息：{{name}}</h1>
            {{>notice}}
            {{#faultCount}}<div class="note bad" role="alert"><h2>有 {{.}} 处需要修改</h2><p>{{#otherFaults}}{{message}} {{remedy}} {{/otherFaults}}请按各栏下的提示改正后再保存。</p></div>{{/faultCount}}
            <form method="post" action="/students/{{dossier}}/edit">{{>token}}
            {{#sections}}<h2>{{title}}</h2><div class="two">{{#fields}}<div class="field{{#isWrong}} wrong{{/isWrong}}"><label for="f{{number}}">{{label}}</label>
            {{#faults}}<span class="fault">{{message}} {{remedy}}</span>{{/faults}}{{#warnings}}<span class="hint">{{message}} {{remedy}}</span>{{/warnings}}
            {{#isChoice}}<select id="f{{number}}" name="f{{number}}"><option value=""></option>{{#options}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/options}}</select>{{/isChoice}}{{^isChoice}}<input id="f{{number}}" name="f{{number}}" value="{{value}}" maxlength="{{maxLength}}">{{/isChoice}}</div>
            {{/fields}}</div>{{/sections}}
            <div class="acts"><button type="submit">保存</button><a class="button plain" href="/students/{{dossier}}">不改了</a></div>
            </form>
            """,
    ]

    private static let single: [StepKind: String] = [
        .applyForDeletion: "students.applyForDeletion", .confirmDeletion: "students.confirmDeletion",
        .refuseDeletion: "students.refuseDeletion",
    ]
    private static let batch: [StepKind: String] = [
        .review: "students.review", .submit: "students.submit", .withdraw: "students.withdraw", .approve: "students.approve",
        .forward: "students.forward", .sendBack: "students.return",
    ]

    static func context(_ call: PageCall) throws -> [String: Any] {
        let id = ["dossier": call.parameters["dossier"] ?? ""]
        let page = try call.ask("students.show", id, as: DossierPage.Page.self)
        let path = try call.ask("students.why", id, as: PathReport.self)
        var context = Notice.done(call)
        try call.archive.read { reading in
            let directory = reading.directory
            context.merge(StudentPages.row(page.student, directory)) { $1 }
            context["steps"] = path.steps.map { step -> [String: Any] in
                func name(_ unit: String) -> String { directory.unit(UnitCode(unit))?.name ?? unit }
                var by = name(step.by)
                if let from = step.from, let to = step.to { by += "：由\(name(from))调入\(name(to))" }
                var item: [String: Any] = [
                    "kind": (step.inStead ? "强制干预：" : "") + (StepKind(rawValue: step.kind)?.label ?? step.kind), "by": by,
                    "at": ShownTime.text(step.at), "isVoid": step.void,
                ]
                if let reason = step.reason { item["reason"] = reason }
                if let why = step.whyVoid { item["why"] = why }
                return item
            }
            context["seen"] = path.seen.map { seen -> [String: Any] in
                var item: [String: Any] = ["unit": directory.unit(UnitCode(seen.unit))?.name ?? seen.unit]
                if let at = seen.storedAt { item["storedAt"] = ShownTime.text(at) }
                return item
            }
            context.merge(try acts(call, reading)) { $1 }
        }
        context["problem"] = nil
        if let deadline = page.deadline {
            var shown = OverridePages.shown(deadline)
            if let request = deadline.request { shown["request"] = request.reason }
            context["deadline"] = shown
        }
        if page.student.status != StudentStatus.present.rawValue {
            context["rollStatus"] = StudentStatus(rawValue: page.student.status)?.label ?? page.student.status
        }
        if let state = RegistrationState(rawValue: page.student.state) { context["help"] = state.helpQuestion }
        context["hasProblems"] = !page.student.problems.isEmpty
        let peers = page.student.verdict?.peers ?? []
        context["hasPeers"] = !peers.isEmpty
        context["peers"] = peers.map { peer -> [String: Any] in
            [
                "problem": DuplicateKind(rawValue: peer.problem)?.chineseName ?? peer.problem, "name": peer.name,
                "sex": CodeTable.sex.text(for: peer.sex) ?? peer.sex,
                "birthDate": ShownTime.date(peer.birthDate) ?? peer.birthDate, "schoolName": peer.schoolName,
            ]
        }
        if let migrant = page.migrant { context["migrant"] = migrant }
        context["sections"] = sections(page)
        if let changes = page.changes { context["changes"] = shown(changes) }
        return context
    }

    private static func shown(_ changes: RecordChanges.Answer) -> [String: Any] {
        [
            "since": ShownTime.text(changes.since), "hasItems": !changes.items.isEmpty,
            "items": changes.items.map { ["field": $0.field, "before": $0.before, "after": $0.after] as [String: Any] },
        ]
    }

    private static func sections(_ page: DossierPage.Page) -> [[String: Any]] {
        let values = Dictionary(page.record.map { ($0.field, $0.value) }) { first, _ in first }
        return RecordSection.allCases.compactMap { section in
            let fields = section.fields.compactMap { field in
                values[field.label].map { ["label": field.label, "value": ShownTime.value($0, of: field.label)] as [String: Any] }
            }
            return fields.isEmpty ? nil : ["title": section.title, "fields": fields]
        }
    }

    /// The buttons: what the workflow's rows allow from here to this unit and account.
    private static func acts(_ call: PageCall, _ reading: Reading) throws -> [String: Any] {
        guard let actor = call.actor, let id = DossierID(hex: call.parameters["dossier"] ?? ""),
              let dossier = try DossierShelf(reading).dossier(id) else { return [:] }
        let separated = try PolicyShelf(reading).isOn("roles.separated", for: dossier.home)
        let rows = Workflow.registration(after: dossier).steps(from: dossier.stand).filter { row in
            dossier.holder == actor.unit && RoleRights.may(actor, row.step, separated: separated)
                && (dossier.problems.isEmpty || !row.guards.contains(.noProblem))
                && (dossier.formalNumber == nil || !row.guards.contains(.noFormalNumber))
                && (single[row.step] != nil || batch[row.step] != nil || row.step == .delete)
                && Workflow.resolve(row.by, home: dossier.home, holder: dossier.holder, in: reading.directory) == actor.unit
        }
        // Rare and grave: it stands by itself, below what is done every day.
        let daily = rows.filter { $0.step != .applyForDeletion }
        let reasoned = daily.filter { $0.effects.contains(.reason) }
        var acts: [String: Any] = [
            "hasActs": !daily.isEmpty, "hasDeletion": daily.count < rows.count, "asksReason": !reasoned.isEmpty,
            "for": reasoned.map(\.step.label).joined(separator: "、"),
            "acts": daily.map { row -> [String: Any] in
                ["value": row.step.rawValue, "label": row.step.label, "tone": tone(row.step)]
            },
            "mayChangeKeyData": dossier.home == actor.unit && (dossier.stand == .enrolled || dossier.stand.isKeyChange),
            "mayPrintPapers": dossier.home == actor.unit && dossier.number != nil && dossier.state != .deleted,
            "mayChangeRoll": dossier.home == actor.unit && dossier.stand == .enrolled || dossier.stand.isRollChange,
            "mayEdit": dossier.home == actor.unit && actor.roles.contains(.registrar) && dossier.stand != .deleted,
        ]
        if let stand = dossier.openCase?.stand {
            acts["openCase"] = ["label": stand.caseLabel, "page": OpenCases.Business.of(stand).page(of: dossier)] as [String: Any]
        }
        return acts
    }

    private static func tone(_ step: StepKind) -> String {
        switch step {
        case .delete, .applyForDeletion: "danger"
        case .sendBack, .withdraw, .forward, .refuseDeletion: "plain"
        default: ""
        }
    }

    private static func act(_ call: PageCall) throws -> PageReply {
        let dossier = call.parameters["dossier"] ?? ""
        struct Reason: Encodable { let reason: String? }
        do {
            let outcome: RegistrationOperations.Outcome
            switch call.field("step").flatMap(StepKind.init(rawValue:)) {
            case .delete?:
                outcome = try call.ask("students.delete", ["dossier": dossier], as: RegistrationOperations.Outcome.self)
            case let step? where single[step] != nil:
                outcome = try call.ask(
                    single[step] ?? "", ["dossier": dossier], body: Reason(reason: call.field("reason")),
                    as: RegistrationOperations.Outcome.self)
            case let step? where batch[step] != nil:
                outcome = try call.ask(
                    batch[step] ?? "", body: StudentPages.Batch(dossiers: [dossier], reason: call.field("reason")),
                    as: RegistrationOperations.Outcome.self)
            default:
                throw Refusal("page.act", "没有选择要办理的事项。", remedy: "请按页面上的按钮办理。", kind: .usage)
            }
            if let refused = outcome.refused.first {
                throw Refusal(refused.code, question: refused.question, refused.message, remedy: refused.remedy)
            }
            return .redirect("/students/\(dossier)?done=step")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("student", context)
        }
    }
}
