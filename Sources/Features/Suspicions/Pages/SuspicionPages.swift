import Rules
import Store

/// 疑似重复: the queue of an authority, with the reasons for each pair.
enum SuspicionPages {
    private static let tiers: Set<Tier> = [.county, .city, .province, .centre]
    private static let pageSize = 50

    static let pages: [Page] = [
        Page("suspicions", .get, "/suspicions", title: "疑似重复", tiers: tiers, roles: [.registrar, .head]) { call in
            .page("suspicions", try context(call))
        },
        Page("suspicions.search", .post, "/suspicions", title: "疑似重复", tiers: tiers, roles: [.registrar, .head]) { call in
            try call.tell("suspicions.search")
            return .redirect("/suspicions?done=search")
        },
    ]

    static let templates = [
        "suspicions": """
            <h1>疑似重复</h1>
            {{>notice}}
            <p class="soft">可能是同一名学生的两份学籍，按可能性排列。疑似不影响办理，请向双方学校核实。范围内 {{registrations}} 份学籍，疑似 {{total}} 对。{{search}}</p>
            <form method="post" action="/suspicions">{{>token}}<button class="plain" type="submit">重新查找</button></form>
            {{#pairs}}<section><h2>{{names}} <span class="tag">{{score}} 分</span></h2>
            <div class="two">{{#pupils}}<p><a href="/students/{{dossier}}">{{name}}</a> {{sex}} {{birthDate}}<br><span class="small">{{schoolName}} · {{state}}</span></p>{{/pupils}}</div>
            <p class="small soft">{{reasons}}</p></section>
            {{/pairs}}
            {{#next}}<p><a href="/suspicions?{{.}}">下一页</a></p>{{/next}}
            {{^hasPairs}}<p class="soft">{{empty}}</p>{{/hasPairs}}
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let from = max(0, Int(call.parameter("from") ?? "") ?? 0)
        let below = call.parameter("below").map { ["below": $0] } ?? [:]
        let queue = try call.ask(
            "suspicions.list", below.merging(["limit": String(pageSize), "from": String(from)]) { $1 }, as: SuspicionQueue.Page.self)
        var context: [String: Any] = [
            "registrations": ShownTime.count(queue.registrations), "total": ShownTime.count(queue.total), "search": text(queue.search),
            "hasPairs": !queue.suspicions.isEmpty, "empty": queue.search.state == "never" ? "还没有查完第一遍。" : "没有疑似重复的学籍。",
            "pairs": queue.suspicions.map { item -> [String: Any] in
                [
                    "score": "\(item.score)", "names": item.one.name == item.other.name ? item.one.name : "\(item.one.name) / \(item.other.name)",
                    "pupils": [item.one, item.other].map(shown),
                    "reasons": item.reasons.filter { $0.bits >= 1 }.map(\.text).joined(separator: "；"),
                ]
            },
        ]
        context.merge(Notice.done(call)) { $1 }
        if from + queue.suspicions.count < queue.total {
            context["next"] = below.merging(["from": String(from + pageSize)]) { $1 }.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value.filter { $0.isLetter || $0.isNumber })" }.joined(separator: "&")
        }
        return context
    }

    private static func text(_ search: SuspicionQueue.Search) -> String {
        let finished = search.finishedAt.map { "上次查完：\(ShownTime.text($0))。" } ?? ""
        let waiting = search.waiting > 0 ? "有 \(ShownTime.count(search.waiting)) 份学籍有变动、尚未重查。" : ""
        guard search.state == "running", search.total > 0 else { return finished + waiting }
        return "正在查找，已完成 \(search.done * 100 / search.total)%。" + finished + waiting
    }

    private static func shown(_ pupil: SuspicionQueue.Pupil) -> [String: Any] {
        [
            "dossier": pupil.dossier, "name": pupil.name, "sex": pupil.sex == "1" ? "男" : pupil.sex == "2" ? "女" : "",
            "birthDate": ShownTime.date(pupil.birthDate) ?? pupil.birthDate, "schoolName": pupil.schoolName,
            "state": RegistrationState(rawValue: pupil.state)?.label ?? pupil.state,
        ]
    }
}
