import Protocol
import Rules
import Store

/// 帮助: the answer behind each rule, state and switch, with what this system checks and lets people set for it.
enum HelpPages {
    static let pages: [Page] = [
        Page("help", .get, "/help", title: "帮助", access: .anyone) { _ in
            .page("help", ["chapters": HelpChapter.all.map { chapter -> [String: Any] in
                ["title": chapter.title, "isBuilt": chapter.isBuilt, "answers": chapter.answers.map { ["id": $0.id, "title": $0.title] as [String: Any] }]
            }])
        },
        Page("help.answer", .get, "/help/{question}", title: "帮助", access: .anyone) { call in .page("help-answer", try context(call)) },
    ]

    static let templates = [
        "help": """
            <h1>帮助</h1>
            {{#chapters}}<h2>{{title}}</h2>{{^isBuilt}}<p class="soft">这里先说明规则，办理功能在以后的版本中提供。</p>{{/isBuilt}}<ul>{{#answers}}<li><a href="/help/{{id}}">{{title}}</a> <span class="soft small">{{id}}</span></li>{{/answers}}</ul>{{/chapters}}
            """,
        "help-answer": """
            <h1>{{heading}}</h1>
            <p>{{text}}</p>
            {{#hasRules}}<h2>系统检查什么</h2><div class="scroll"><table><thead><tr><th scope="col">提示</th><th scope="col">怎么办</th><th scope="col">后果</th></tr></thead><tbody>
            {{#rules}}<tr><td>{{message}}</td><td>{{remedy}}</td><td>{{severity}}</td></tr>{{/rules}}</tbody></table></div>{{/hasRules}}
            {{#hasPolicies}}<h2>可以设置什么</h2><ul>{{#policies}}<li>{{title}} <span class="soft">由{{owners}}设置</span></li>{{/policies}}</ul>{{/hasPolicies}}
            <p class="soft">常见问题 {{id}} · <a href="/help">全部问题</a> · <a href="/">回到首页</a></p>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        guard let answer = HelpChapter.answer(call.parameters["question"] ?? "") else {
            throw Refusal("help.missing", "没有这个问题。", remedy: "请从帮助目录中选取。", kind: .missing)
        }
        let rules = (RuleBook.all + RuleBook.submission).filter { $0.question == answer.id }
        let policies = PolicyCatalogue.all.filter { $0.question == answer.id }
        return [
            "heading": answer.title, "id": answer.id, "text": answer.text, "hasRules": !rules.isEmpty,
            "rules": rules.map { rule -> [String: Any] in
                ["message": shown(rule.message), "remedy": rule.remedy, "severity": label(rule.severity)]
            },
            "hasPolicies": !policies.isEmpty,
            "policies": policies.map { policy -> [String: Any] in
                ["title": policy.title, "owners": Tier.allCases.filter(policy.owners.contains).map(\.label).joined(separator: "、")]
            },
        ]
    }

    /// A rule's message with places for what a row holds: here nothing is held.
    private static func shown(_ message: String) -> String {
        message.replacing("{value}", with: "…").replacing("{detail}", with: "…")
    }

    private static func label(_ severity: Finding.Severity) -> String {
        switch severity {
        case .error: "须改正"
        case .problem: "列为问题学籍"
        case .warning: "请核对"
        case .notice: "提示"
        }
    }
}

extension RegistrationState {
    /// The question that explains the state.
    var helpQuestion: String {
        switch self {
        case .draft, .clean, .reviewed, .submitted, .returned: "Q57"
        case .unchecked: "Q54"
        case .problem: "Q61"
        case .enrolled: "Q44"
        case .deletionRequested, .deletionConfirmed: "Q60"
        case .deleted: "Q59"
        }
    }
}
