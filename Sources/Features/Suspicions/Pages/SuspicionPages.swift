import Rules
import Store

/// 疑似重复: the queue of an authority, with the reasons for each pair.
enum SuspicionPages {
    static let pages: [Page] = [
        Page(
            "suspicions", .get, "/suspicions", title: "疑似重复", tiers: [.county, .city, .province, .centre], roles: [.registrar, .head]
        ) { call in .page("suspicions", try context(call)) },
    ]

    static let templates = [
        "suspicions": """
            <h1>疑似重复</h1>
            {{>notice}}
            <p class="soft">可能是同一名学生的两份学籍，按可能性排列。疑似不影响办理，请向双方学校核实。共查 {{registrations}} 份学籍，疑似 {{total}} 对。</p>
            {{#hasPairs}}<div class="scroll"><table><thead><tr><th scope="col" class="n">分值</th><th scope="col">学生</th><th scope="col">学生</th><th scope="col">依据</th></tr></thead><tbody>
            {{#pairs}}<tr><td class="n">{{score}}</td>{{#pupils}}<td><a href="/students/{{dossier}}">{{name}}</a> {{sex}} {{birthDate}}<br><span class="small">{{schoolName}} · {{state}}</span></td>{{/pupils}}<td>{{#reasons}}<span class="small">{{.}}</span><br>{{/reasons}}</td></tr>
            {{/pairs}}</tbody></table></div>{{/hasPairs}}
            {{^hasPairs}}<p class="soft">没有疑似重复的学籍。</p>{{/hasPairs}}
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let below = call.parameter("below").map { ["below": $0] } ?? [:]
        let queue = try call.ask("suspicions.list", below, as: SuspicionQueue.Page.self)
        return [
            "registrations": ShownTime.count(queue.registrations), "total": ShownTime.count(queue.total),
            "hasPairs": !queue.suspicions.isEmpty,
            "pairs": queue.suspicions.map { item -> [String: Any] in
                [
                    "score": "\(item.score)", "pupils": [item.one, item.other].map(shown),
                    "reasons": item.reasons.filter { $0.bits >= 1 }.map(\.text),
                ]
            },
        ]
    }

    private static func shown(_ pupil: SuspicionQueue.Pupil) -> [String: Any] {
        [
            "dossier": pupil.dossier, "name": pupil.name, "sex": pupil.sex == "1" ? "男" : pupil.sex == "2" ? "女" : "",
            "birthDate": pupil.birthDate, "schoolName": pupil.schoolName,
            "state": RegistrationState(rawValue: pupil.state)?.label ?? pupil.state,
        ]
    }
}
