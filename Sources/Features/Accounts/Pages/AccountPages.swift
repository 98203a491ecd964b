import Protocol
import Rules
import Store

/// 账号 (Q108, Q111).
enum AccountPages {
    static let pages: [Page] = [
        Page("accounts", .get, "/accounts", title: "账号", roles: [.systemAdministrator]) { call in .page("accounts", try context(call)) },
        Page("accounts.change", .post, "/accounts", title: "账号", roles: [.systemAdministrator], handle: change),
    ]

    static let templates = [
        "accounts": """
            <h1>账号</h1>
            {{>notice}}
            {{#issued}}<div class="note good" role="status"><h2>账号 {{account}} 的一次性密码</h2><p class="code">{{password}}</p><p>只显示这一次。首次登录后必须修改。{{#travels}}该单位有自己的节点：重置令已下达，送达后生效，原密码到那时为止仍然有效。{{/travels}}</p></div>{{/issued}}
            <div class="scroll"><table><thead><tr><th scope="col">账号</th><th scope="col">角色</th><th scope="col">状态</th><th scope="col">最近登录</th><th scope="col"><span class="soft">办理</span></th></tr></thead><tbody>
            {{#accounts}}<tr><td>{{account}}</td><td class="words">{{roles}}</td><td>{{state}}</td><td class="t">{{lastSeen}}</td><td><form method="post" action="/accounts" data-sure="确定要重置账号 {{account}} 的密码吗？">{{>token}}<button class="plain" type="submit" name="reset" value="{{account}}" aria-label="重置{{account}}的密码">重置密码</button></form></td></tr>
            {{/accounts}}</tbody></table></div>
            <h2>新增账号</h2>
            <form method="post" action="/accounts">{{>token}}
            <div class="field"><label for="account">账号名<span class="hint">2至32个字母、数字、点或横线</span></label><input id="account" name="account" autocomplete="off" required></div>
            <fieldset class="field"><legend>角色</legend>{{#choices}}<label class="tick"><input type="checkbox" name="role" value="{{value}}"> {{label}}</label><br>{{/choices}}</fieldset>
            <button type="submit" name="add" value="1">新增</button>
            </form>
            {{#isAuthority}}<h2>重置下级单位的密码</h2>
            <form method="post" action="/accounts">{{>token}}
            <div class="field"><label for="below">下级单位代码</label><input id="below" name="below" class="code" inputmode="numeric" autocomplete="off" required></div>
            <div class="field"><label for="belowAccount">账号名</label><input id="belowAccount" name="belowAccount" value="admin" autocomplete="off" required></div>
            <button type="submit">重置</button>
            </form>{{/isAuthority}}
            <div data-live>{{#hasResets}}<h2>上级下达的密码重置</h2>
            <div class="scroll"><table><thead><tr><th scope="col">单位</th><th scope="col">账号</th><th scope="col">下达</th><th scope="col">下达时间</th><th scope="col">状态</th></tr></thead><tbody>
            {{#resets}}<tr><td>{{unit}}</td><td>{{account}}</td><td>{{by}}</td><td class="t">{{at}}</td><td><span class="tag {{tone}}">{{state}}</span> {{arrivedAt}}</td></tr>
            {{/resets}}</tbody></table></div>{{/hasResets}}</div>
            """,
    ]

    private static func context(_ call: PageCall) throws -> [String: Any] {
        let accounts = try call.ask("accounts.list", as: AccountOperations.List.self).accounts
        let resets = try call.ask("accounts.resets", as: PasswordResets.List.self).resets
        let tier = try call.actor.map { actor in try call.archive.read { $0.directory.tier(of: actor.unit) ?? .school } } ?? .school
        return [
            "isAuthority": tier != .school, "hasResets": !resets.isEmpty,
            "resets": resets.map { item -> [String: Any] in
                let (state, tone) = state(item.state)
                return [
                    "unit": item.unitName ?? item.unit, "account": item.account, "by": item.by, "at": ShownTime.text(item.at),
                    "state": state, "tone": tone, "arrivedAt": item.arrivedAt.map(ShownTime.text) ?? "",
                ]
            },
            "accounts": accounts.map { item -> [String: Any] in
                [
                    "account": item.account, "roles": labels(item.roles),
                    "state": item.locked ? "已暂停登录" : item.asleep ? "已休眠，重置密码后可用" : item.mustChange ? "待修改初始密码" : "正常",
                    "lastSeen": item.lastSeen.map(ShownTime.text) ?? "从未登录",
                ]
            },
            "choices": Role.allCases.map { StudentPages.choice($0.rawValue, $0.label, nil) },
        ]
    }

    private static func state(_ code: String) -> (text: String, tone: String) {
        switch PasswordOutcome(rawValue: code) {
        case .done: ("已生效", "good")
        case .superseded: ("已有更新的重置", "")
        case .noAccount: ("没有这个账号", "bad")
        case .notAbove: ("已不是上级，未生效", "bad")
        case nil: code == "sent" ? ("已下达，尚未到达", "warn") : ("该单位已重新入网，不再生效", "bad")
        }
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
            let unit = call.field("below")
            if let account = unit == nil ? call.field("reset") : call.field("belowAccount") {
                list = try call.ask(
                    "accounts.reset", ["account": account].merging(unit.map { ["of": $0] } ?? [:]) { $1 }, as: AccountOperations.List.self)
            } else {
                list = try call.ask(
                    "accounts.add", body: Body(account: call.field("account") ?? "", roles: call.form["role"] ?? []),
                    as: AccountOperations.List.self)
            }
            notice = list.accounts.first.map { ["issued": ["account": $0.account, "password": $0.password ?? "", "travels": $0.state != nil] as [String: Any]] } ?? [:]
        } catch let refusal as Refusal {
            notice = Notice.of(refusal)
        }
        return .page("accounts", try context(call).merging(notice) { $1 })
    }
}
