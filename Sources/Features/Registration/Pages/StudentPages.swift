import Protocol
import Rules
import Store

/// Lists of pupils: search and filters, and the review with its three tabs (Q57).
enum StudentPages {
    static let pages: [Page] = [
        Page("students", .get, "/students", title: "学生", roles: [.registrar, .head, .systemAdministrator]) { call in
            .page("students", try list(call, call.parameters))
        },
        // Names and numbers are searched for by a form that is posted: no address carries them.
        Page("students.search", .post, "/students", title: "学生", roles: [.registrar, .head, .systemAdministrator]) { call in
            .page("students", try list(call, call.form.compactMapValues(\.first)))
        },
        Page("review", .get, "/review", title: "审核", roles: [.registrar, .head]) { call in .page("review", try review(call)) },
        Page("review.act", .post, "/review", title: "审核", roles: [.registrar, .head], handle: act),
    ]

    static let templates = [
        "students": """
            <h1>学生</h1>
            {{>notice}}
            <form class="line" method="post" action="/students" role="search">{{>token}}
            <div><label for="search">姓名、学籍号或身份证件号</label><input id="search" name="search" value="{{search}}" size="28"></div>
            <div><label for="state">状态</label><select id="state" name="state"><option value="">全部</option>{{#states}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/states}}</select></div>
            <div><label for="status">学生状态</label><select id="status" name="status"><option value="">全部</option>{{#statuses}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/statuses}}</select></div>
            <div><label for="problem">问题</label><select id="problem" name="problem"><option value="">不限</option>{{#kinds}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/kinds}}</select></div>
            <div><label for="class">班号</label><input id="class" name="class" class="code" size="8" value="{{class}}"></div>
            {{#showsSchool}}<div><label for="school">学校标识码</label><input id="school" name="school" class="code" size="12" value="{{school}}"></div>{{/showsSchool}}
            <button type="submit">查询</button>
            </form>
            <p class="soft">共 {{total}} 人{{#from}}，本页自上一页之后{{/from}}</p>
            {{>student-table}}
            {{#next}}<form method="post" action="/students" class="acts">{{>token}}<input type="hidden" name="after" value="{{.}}">
            <input type="hidden" name="search" value="{{search}}"><input type="hidden" name="state" value="{{state}}"><input type="hidden" name="status" value="{{status}}"><input type="hidden" name="problem" value="{{problem}}"><input type="hidden" name="class" value="{{class}}"><input type="hidden" name="school" value="{{school}}">
            <button class="plain" type="submit">下一页</button></form>{{/next}}
            """,
        "review": """
            <h1>审核</h1>
            {{>notice}}
            {{#outcome}}<div class="note {{tone}}" role="status"><h2>已办理 {{doneCount}} 人{{#refusedCount}}，{{.}} 人没有办成{{/refusedCount}}</h2></div>
            {{#hasRefused}}<table><caption>没有办成的</caption><thead><tr><th scope="col">姓名</th><th scope="col">原因</th><th scope="col">怎么办</th></tr></thead><tbody>
            {{#refused}}<tr><td><a href="/students/{{dossier}}">{{name}}</a></td><td>{{message}}</td><td>{{remedy}}</td></tr>{{/refused}}</tbody></table>{{/hasRefused}}{{/outcome}}
            {{#isSchool}}<nav aria-label="学生类别"><ul>{{#tabs}}<li><a href="/review?tab={{value}}"{{#chosen}} aria-current="true"{{/chosen}}>{{label}}</a></li>{{/tabs}}</ul></nav>{{/isSchool}}
            <p class="soft">{{#emptyNotice}}{{.}}{{/emptyNotice}}{{^emptyNotice}}共 {{total}} 人{{/emptyNotice}}</p>
            {{#hasStudents}}<form method="post" action="/review">{{>token}}<input type="hidden" name="tab" value="{{tab}}">
            <div class="scroll"><table><thead><tr><th scope="col"><label class="tick"><input type="checkbox" data-all> 全选</label></th><th scope="col">姓名</th>{{#showsSchool}}<th scope="col">学校</th>{{/showsSchool}}<th scope="col">班号</th><th scope="col">状态</th><th scope="col">问题</th></tr></thead><tbody>
            {{#students}}<tr><td><input type="checkbox" name="dossier" value="{{dossier}}" aria-label="选择{{name}}"></td><td><a href="/students/{{dossier}}">{{name}}</a></td>{{#showsSchool}}<td>{{schoolName}}</td>{{/showsSchool}}<td class="code">{{class}}</td><td><span class="tag {{tone}}">{{state}}</span>{{#isOverdue}} <span class="tag bad">{{due}} 已超期</span>{{/isOverdue}}</td><td>{{problems}}</td></tr>
            {{/students}}</tbody></table></div>
            <div class="field"><label for="reason">原因<span class="hint">退回时必填，学校会看到</span></label><input id="reason" name="reason" maxlength="200"></div>
            <div class="acts">{{#acts}}<button type="submit" name="act" value="{{value}}"{{#plain}} class="plain"{{/plain}}>{{label}}</button>{{/acts}}</div>
            </form>{{/hasStudents}}
            {{#next}}<p><a href="/review?tab={{tab}}&amp;state={{state}}&amp;after={{next}}">下一页</a></p>{{/next}}
            """,
    ]

    /// One row of both lists.
    static let partials = [
        "student-table": """
            {{#hasStudents}}<div class="scroll"><table><thead><tr><th scope="col">姓名</th>{{#showsSchool}}<th scope="col">学校</th>{{/showsSchool}}<th scope="col">班号</th><th scope="col">状态</th><th scope="col">学籍号</th><th scope="col">当前处理单位</th><th scope="col">期限</th><th scope="col">问题</th></tr></thead><tbody>
            {{#students}}<tr><td><a href="/students/{{dossier}}">{{name}}</a></td>{{#showsSchool}}<td>{{schoolName}}</td>{{/showsSchool}}<td class="code">{{class}}</td><td><span class="tag {{tone}}">{{state}}</span>{{#away}} <span class="tag warn">{{.}}</span>{{/away}}</td><td class="code">{{number}}</td><td>{{holder}}</td><td>{{#isOverdue}}<span class="tag bad">{{/isOverdue}}{{due}}{{#isOverdue}} 已超期</span>{{/isOverdue}}</td><td>{{problems}}</td></tr>
            {{/students}}</tbody></table></div>{{/hasStudents}}
            """,
    ]

    private static func list(_ call: PageCall, _ asked: [String: String]) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let names = ["search", "state", "status", "problem", "class", "school", "after"]
        let given = asked.filter { names.contains($0.key) && !$0.value.isEmpty }
        let isSchool = try call.archive.read { $0.directory.tier(of: actor.unit) == .school }
        var context: [String: Any] = given
        context["showsSchool"] = !isSchool
        context["states"] = RegistrationState.allCases.filter { $0 != .draft }.map { choice($0.rawValue, $0.label, given["state"]) }
        context["statuses"] = StudentStatus.allCases.map { choice($0.rawValue, $0.label, given["status"]) }
        context["kinds"] = [choice("any", "有问题的", given["problem"])]
            + DuplicateKind.allCases.map { choice($0.rawValue, $0.chineseName, given["problem"]) }
        context["from"] = given["after"] != nil
        do {
            let page: StudentList.Page
            if given["search"] != nil {
                page = try call.ask("students.search", body: given, as: StudentList.Page.self)
            } else {
                page = try call.ask("students.list", given, as: StudentList.Page.self)
            }
            context.merge(try shown(page, call)) { $1 }
        } catch let refusal as Refusal {
            context.merge(Notice.of(refusal)) { $1 }
            context["total"] = "0"
        }
        return context
    }

    static func choice(_ value: String, _ label: String, _ chosen: String?) -> [String: Any] {
        ["value": value, "label": label, "chosen": value == chosen]
    }

    static func shown(_ page: StudentList.Page, _ call: PageCall) throws -> [String: Any] {
        let rows = try call.archive.read { reading in page.students.map { row($0, reading.directory) } }
        var context: [String: Any] = ["total": ShownTime.count(page.total), "students": rows, "hasStudents": !rows.isEmpty]
        if let next = page.next { context["next"] = next }
        if let notice = page.notice { context["emptyNotice"] = notice }
        return context
    }

    static func row(_ item: StudentList.Item, _ directory: UnitDirectory) -> [String: Any] {
        let state = RegistrationState(rawValue: item.state)
        let away: [String: Any] = item.status == StudentStatus.present.rawValue
            ? [:] : ["away": StudentStatus(rawValue: item.status)?.label ?? item.status]
        return away.merging([
            "dossier": item.dossier, "name": item.name, "class": item.class.isEmpty ? "待分班" : item.class, "number": item.number ?? "–",
            "schoolName": directory.unit(UnitCode(item.school))?.name ?? item.school,
            "state": state?.label ?? item.state, "tone": state.map(tone) ?? "",
            "holder": item.holder.map { directory.unit(UnitCode($0))?.name ?? $0 } ?? "–",
            "due": item.deadline.map { ShownTime.date($0.due) ?? $0.due } ?? "", "isOverdue": item.deadline?.isOverdue ?? false,
            "problems": item.problems.map { DuplicateKind(rawValue: $0)?.chineseName ?? $0 }.joined(separator: "、"),
        ]) { $1 }
    }

    static func tone(_ state: RegistrationState) -> String {
        switch state {
        case .enrolled, .clean: "good"
        case .problem, .returned: "bad"
        case .unchecked, .deletionRequested, .deletionConfirmed: "warn"
        case .draft, .reviewed, .submitted, .deleted: ""
        }
    }
}
