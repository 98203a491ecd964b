import Protocol
import Rules
import Store

/// 花名册 of one class, and 学生调班: from the checked list into another class of the cohort.
enum RosterPage {
    static let pages: [Page] = [
        Page("classes.show", .get, "/classes/{code}", title: "花名册", tiers: [.school], roles: [.registrar, .head]) { call in
            .page("roster", try context(call))
        },
        Page("classes.place", .post, "/classes/{code}", title: "学生调班", tiers: [.school], roles: [.registrar], handle: place),
        Page("classes.roster", .get, "/classes/{code}/roster", title: "导出花名册", tiers: [.school], roles: [.registrar, .head]) { call in
            .file(try call.reply("students.roster.workbook", ["class": call.parameters["code"] ?? ""]))
        },
    ]

    static let templates = [
        "roster": """
            <h1>{{schoolName}} {{heading}}</h1>
            {{>notice}}
            <p class="soft">{{#stage}}{{stage}}{{year}}级，{{/stage}}共 {{total}} 人</p>
            <div class="acts"><a class="button plain" href="/classes/{{code}}/roster">下载工作簿</a><button type="button" class="plain" data-print hidden>打印</button><a class="button plain" href="/classes">返回班级</a></div>
            {{#hasPupils}}{{#mayPlace}}<form class="printed" method="post" action="/classes/{{code}}">{{>token}}{{/mayPlace}}
            <div class="scroll"><table><thead><tr>{{#mayPlace}}<th scope="col" class="noprint"><label class="tick"><input type="checkbox" data-all> 全选</label></th>{{/mayPlace}}<th scope="col" class="n">序号</th><th scope="col">班内学号</th><th scope="col">姓名</th><th scope="col">性别</th><th scope="col">出生日期</th><th scope="col">学籍号</th><th scope="col">状态</th></tr></thead><tbody>
            {{#pupils}}<tr>{{#mayPlace}}<td class="noprint"><input type="checkbox" name="dossier" value="{{dossier}}" aria-label="选择{{name}}"></td>{{/mayPlace}}<td class="n">{{place}}</td><td>{{numberInClass}}</td><td><a href="/students/{{dossier}}">{{name}}</a></td><td>{{sex}}</td><td class="t">{{birthDate}}</td><td class="code">{{number}}</td><td><span class="tag {{tone}}">{{state}}</span></td></tr>
            {{/pupils}}</tbody></table></div>
            {{#mayPlace}}<div class="noprint"><h2>调班</h2>{{#hasTargets}}<div class="line"><div><label for="to">调入班级</label><select id="to" name="to" required>{{#targets}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/targets}}</select></div><button type="submit">把勾选的学生调入</button></div>
            <p class="soft">只列出同一学段、同一入学年份的班级。</p>{{/hasTargets}}{{^hasTargets}}<p class="soft">没有同一学段、同一入学年份的其他班级。</p>{{/hasTargets}}</div></form>{{/mayPlace}}{{/hasPupils}}
            {{^hasPupils}}<p class="soft">这个班级还没有学生。</p>{{/hasPupils}}
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let code = call.parameters["code"] ?? ""
        let roster = try call.ask("students.roster", ["class": code], as: ClassRoster.Roster.self)
        let parts = ClassCode(code)
        let targets = try call.ask("classes.list", as: ClassOperations.List.self).classes
            .filter { $0 != code && (parts == nil || ClassCode($0)?.cohort == parts?.cohort) }
        let name = try call.archive.read { $0.directory.unit(actor.unit)?.name }
        var context = Notice.done(call)
        context["schoolName"] = name ?? actor.unit.text
        context["code"] = code
        context["heading"] = ClassRoster.heading(code)
        if let parts {
            context["stage"] = parts.stage.label
            context["year"] = String(parts.year)
        }
        context["total"] = ShownTime.count(roster.pupils.count)
        context["hasPupils"] = !roster.pupils.isEmpty
        context["mayPlace"] = actor.roles.contains(.registrar)
        context["hasTargets"] = !targets.isEmpty
        context["targets"] = targets.map { StudentPages.choice($0, $0, call.field("to")) }
        context["pupils"] = roster.pupils.enumerated().map { place, pupil -> [String: Any] in
            let state = RegistrationState(rawValue: pupil.state)
            return [
                "dossier": pupil.dossier, "place": String(place + 1), "numberInClass": pupil.numberInClass ?? "", "name": pupil.name,
                "sex": pupil.sex, "birthDate": ShownTime.date(pupil.birthDate) ?? pupil.birthDate, "number": pupil.number ?? "–",
                "state": state?.label ?? pupil.state, "tone": state.map(StudentPages.tone) ?? "",
            ]
        }
        return context
    }

    private static func place(_ call: PageCall) throws -> PageReply {
        let code = call.parameters["code"] ?? ""
        struct Body: Encodable { let dossiers: [String] }
        do {
            let dossiers = call.form["dossier"] ?? []
            guard !dossiers.isEmpty else {
                throw Refusal("page.none", "还没有勾选学生。", remedy: "请先勾选要办理的学生，再按按钮。", kind: .usage)
            }
            let outcome = try call.ask(
                "classes.place", ["code": call.field("to") ?? ""], body: Body(dossiers: dossiers), as: RegistrationOperations.Outcome.self)
            if let refused = outcome.refused.first {
                throw Refusal(
                    refused.code, question: refused.question, "\(outcome.done.count) 人已调班，\(outcome.refused.count) 人没有办成：\(refused.message)",
                    remedy: refused.remedy)
            }
            return .redirect("/classes/\(code)?done=place")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("roster", context)
        }
    }
}
