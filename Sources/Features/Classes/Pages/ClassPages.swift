import Protocol
import Rules
import Store

/// 班级信息 (Q15): the school says how many, the system numbers them.
enum ClassPages {
    static let pages: [Page] = [
        Page("classes", .get, "/classes", title: "班级", tiers: [.school], roles: [.registrar, .head]) { call in
            .page("classes", try context(call))
        },
        Page("classes.change", .post, "/classes", title: "班级", tiers: [.school], roles: [.registrar], handle: change),
    ]

    static let templates = [
        "classes": """
            <h1>班级</h1>
            {{>notice}}
            {{#awaiting}}<div class="note warn"><p><a href="/classes/none">{{.}} 名学生待分班</a></p></div>{{/awaiting}}
            {{#hasClasses}}<div class="scroll"><table><thead><tr><th scope="col">班号</th><th scope="col">学段</th><th scope="col">入学年份</th><th scope="col" class="n">学生</th><th scope="col"><span class="soft">办理</span></th></tr></thead><tbody>
            {{#classes}}<tr><td class="code"><a href="/classes/{{code}}">{{code}}</a></td><td>{{stage}}</td><td>{{year}}</td><td class="n">{{count}}</td><td>{{#isEmpty}}<form method="post" action="/classes">{{>token}}<button class="plain" type="submit" name="close" value="{{code}}" aria-label="删除班级{{code}}">删除</button></form>{{/isEmpty}}</td></tr>
            {{/classes}}</tbody></table></div>{{/hasClasses}}
            {{^hasClasses}}<p class="soft">还没有班级。导入学生之前，请先新增班级。</p>{{/hasClasses}}
            {{#mayAdd}}<h2>新增班级</h2><form class="line" method="post" action="/classes">{{>token}}
            <div><label for="stage">学段</label><select id="stage" name="stage">{{#stages}}<option value="{{value}}">{{label}}</option>{{/stages}}</select></div>
            <div><label for="year">入学年份</label><input id="year" name="year" inputmode="numeric" size="6" value="{{thisYear}}" required></div>
            <div><label for="count">班数</label><input id="count" name="count" inputmode="numeric" size="4" value="1" required></div>
            <div><label for="campus">校区号</label><input id="campus" name="campus" inputmode="numeric" size="4" value="0"></div>
            <button type="submit">新增</button></form><p class="soft">班号由系统生成，共7位：入学年份、学段和序号。</p>{{/mayAdd}}
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let codes = try call.ask("classes.list", as: ClassOperations.List.self).classes
        var context = Notice.done(call)
        let (awaiting, stages, counts) = try call.archive.read { reading in
            (
                try StudentList.count(inClass: "", of: actor.unit, reading),
                reading.directory.unit(actor.unit)?.stages.sorted { $0.rawValue < $1.rawValue } ?? [],
                try codes.map { try StudentList.count(inClass: $0, of: actor.unit, reading) }
            )
        }
        context["classes"] = zip(codes, counts).map { code, count -> [String: Any] in
            let parts = ClassCode(code)
            return [
                "code": code, "stage": parts?.stage.label ?? "", "year": parts.map { String($0.year) } ?? "",
                "count": ShownTime.count(count), "isEmpty": count == 0 && actor.roles.contains(.registrar),
            ]
        }
        if awaiting > 0 { context["awaiting"] = ShownTime.count(awaiting) }
        context["hasClasses"] = !codes.isEmpty
        context["mayAdd"] = actor.roles.contains(.registrar)
        context["stages"] = stages.map { StudentPages.choice(String($0.rawValue), $0.label, nil) }
        context["thisYear"] = String(call.archive.surroundings.today.year)
        return context
    }

    private static func change(_ call: PageCall) throws -> PageReply {
        struct Body: Encodable {
            let stage: String
            let year, count, campus: Int
        }
        do {
            if let code = call.field("close") {
                try call.tell("classes.close", ["code": code])
            } else {
                func number(_ name: String) throws -> Int {
                    guard let number = Int(call.field(name) ?? "0") else {
                        throw Refusal("classes.number", question: "Q15", "入学年份、班数和校区号应为数字。", remedy: "请修改后重试。", kind: .usage)
                    }
                    return number
                }
                try call.tell("classes.add", body: Body(
                    stage: call.field("stage") ?? "", year: number("year"), count: number("count"), campus: number("campus")))
            }
            return .redirect("/classes?done=class")
        } catch let refusal as Refusal {
            var context = try context(call)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("classes", context)
        }
    }
}
