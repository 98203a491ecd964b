import Protocol
import Rules
import Store

/// 账号 (Q108, Q111) and 操作记录.
enum AccountPages {
    static let pages: [Page] = [
        Page("accounts", .get, "/accounts", title: "账号", roles: [.systemAdministrator]) { call in .page("accounts", try context(call)) },
        Page("accounts.change", .post, "/accounts", title: "账号", roles: [.systemAdministrator], handle: change),
        Page("audit", .get, "/audit", title: "操作记录", roles: [.systemAdministrator, .head]) { call in
            let lines = try call.ask("audit.list", ["limit": "200"], as: AccountOperations.Trail.self).audit
            return .page("audit", ["lines": lines.map { line -> [String: Any] in
                [
                    "at": ShownTime.text(line.at), "account": line.account, "operation": line.operation, "subject": line.subject,
                    "outcome": line.outcome == "done" ? "完成" : line.outcome,
                ]
            }])
        },
    ]

    static let templates = [
        "accounts": """
            <h1>账号</h1>
            {{>notice}}
            {{#issued}}<div class="note good" role="status"><h2>账号 {{account}} 的一次性密码</h2><p class="code">{{password}}</p><p>只显示这一次。首次登录后必须修改。</p></div>{{/issued}}
            <div class="scroll"><table><thead><tr><th scope="col">账号</th><th scope="col">角色</th><th scope="col">状态</th><th scope="col">最近登录</th><th scope="col"><span class="soft">办理</span></th></tr></thead><tbody>
            {{#accounts}}<tr><td>{{account}}</td><td>{{roles}}</td><td>{{state}}</td><td class="t">{{lastSeen}}</td><td><form method="post" action="/accounts" data-sure="确定要重置账号 {{account}} 的密码吗?">{{>token}}<button class="plain" type="submit" name="reset" value="{{account}}" aria-label="重置{{account}}的密码">重置密码</button></form></td></tr>
            {{/accounts}}</tbody></table></div>
            <h2>新增账号</h2>
            <form method="post" action="/accounts">{{>token}}
            <div class="field"><label for="account">账号名<span class="hint">2至32个字母、数字、点或横线</span></label><input id="account" name="account" autocomplete="off" required></div>
            <fieldset class="field"><legend>角色</legend>{{#choices}}<label class="tick"><input type="checkbox" name="role" value="{{value}}"> {{label}}</label><br>{{/choices}}</fieldset>
            <button type="submit" name="add" value="1">新增</button>
            </form>
            """,
        "audit": """
            <h1>操作记录</h1>
            <p class="soft">最近200条。对象只记编号,不记姓名和号码。</p>
            <div class="scroll"><table><thead><tr><th scope="col">时间</th><th scope="col">账号</th><th scope="col">操作</th><th scope="col">对象</th><th scope="col">结果</th></tr></thead><tbody>
            {{#lines}}<tr><td class="t">{{at}}</td><td>{{account}}</td><td class="code">{{operation}}</td><td class="code small">{{subject}}</td><td>{{outcome}}</td></tr>
            {{/lines}}</tbody></table></div>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let accounts = try call.ask("accounts.list", as: AccountOperations.List.self).accounts
        return [
            "accounts": accounts.map { item -> [String: Any] in
                [
                    "account": item.account, "roles": labels(item.roles),
                    "state": item.locked ? "已暂停登录" : item.asleep ? "已休眠,重置密码后可用" : item.mustChange ? "待修改初始密码" : "正常",
                    "lastSeen": item.lastSeen.map(ShownTime.text) ?? "从未登录",
                ]
            },
            "choices": Role.allCases.map { StudentPages.choice($0.rawValue, $0.label, nil) },
        ]
    }

    private static func labels(_ roles: [String]) -> String {
        Role.allCases.filter { roles.contains($0.rawValue) }.map(\.label).joined(separator: "、")
    }

    private static func change(_ call: PageCall) throws -> PageReply {
        struct Body: Encodable {
            let account: String
            let roles: [String]
        }
        var notice: [String: Any]
        do {
            let list: AccountOperations.List
            if let account = call.field("reset") {
                list = try call.ask("accounts.reset", ["account": account], as: AccountOperations.List.self)
            } else {
                list = try call.ask(
                    "accounts.add", body: Body(account: call.field("account") ?? "", roles: call.form["role"] ?? []),
                    as: AccountOperations.List.self)
            }
            notice = list.accounts.first.map { ["issued": ["account": $0.account, "password": $0.password ?? ""] as [String: Any]] } ?? [:]
        } catch let refusal as Refusal {
            notice = Notice.of(refusal)
        }
        return .page("accounts", try context(call).merging(notice) { $1 })
    }
}
