import Protocol
import Rules
import Store

/// 登录, 退出, 修改密码 (Q12, Q110).
enum SignInPages {
    static let pages: [Page] = [
        Page("signIn.form", .get, "/sign-in", title: "登录", access: .everyone) { call in
            // Why an earlier session ended is told by code alone; the text stands here.
            .page("sign-in", try form(call, refusal: nil))
        },
        Page("signIn", .post, "/sign-in", title: "登录", access: .everyone, handle: signIn),
        Page("signOut", .post, "/sign-out", title: "退出", access: .beforePasswordChange) { call in
            try call.tell("sessions.close")
            return .signedOut(to: "/sign-in")
        },
        Page("password.form", .get, "/password", title: "修改密码", access: .beforePasswordChange) { call in
            .page("password", ["mustChange": call.mustChangePassword])
        },
        Page("password.change", .post, "/password", title: "修改密码", access: .beforePasswordChange, handle: changePassword),
    ]

    static let templates = [
        "sign-in": """
            <h1>登录</h1>
            {{>notice}}
            <form method="post" action="/sign-in">{{>token}}
            <div class="field"><label for="unit">单位代码<span class="hint">学校填10位学校标识码，教育行政部门填6位行政区划代码</span></label>
            <input id="unit" name="unit" class="code" autocomplete="organization" inputmode="numeric" value="{{unit}}" required></div>
            <div class="field"><label for="account">账号</label><input id="account" name="account" autocomplete="username" value="{{enteredAccount}}" required></div>
            <div class="field"><label for="password">密码</label><input id="password" name="password" type="password" autocomplete="current-password" required></div>
            <button type="submit">登录</button>
            </form>
            <p class="soft small">忘记密码，请联系本单位或上级的学籍系统管理员重置。同一账号同时只能在一处登录，后登录的有效。浏览器提示证书不受信任，请先<a href="/certificate">安装根证书</a>。</p>
            """,
        "password": """
            <h1>修改密码</h1>
            {{>notice}}
            {{#mustChange}}<div class="note warn"><p>这是首次登录或密码刚被重置。请先修改初始密码，之后才能办理业务。</p></div>{{/mustChange}}
            <form method="post" action="/password">{{>token}}
            <div class="field"><label for="old">原密码</label><input id="old" name="old" type="password" autocomplete="current-password" required></div>
            <div class="field"><label for="new">新密码<span class="hint">8至64个字符，字母、数字、符号至少两类，不能含账号名或与原密码相同</span></label><input id="new" name="new" type="password" autocomplete="new-password" required></div>
            <div class="field"><label for="again">再输入一次新密码</label><input id="again" name="again" type="password" autocomplete="new-password" required></div>
            <button type="submit">修改密码</button>
            </form>
            """,
    ]

    private static func form(_ call: PageCall, refusal: Refusal?) throws -> [String: Any] {
        var context: [String: Any] = [:]
        if let refusal { context.merge(Notice.of(refusal)) { $1 } }
        context["unit"] = try call.field("unit") ?? call.archive.read { try $0.ownUnit()?.text } ?? ""
        context["enteredAccount"] = call.field("account") ?? ""
        return context
    }

    private static func signIn(_ call: PageCall) throws -> PageReply {
        struct Body: Encodable { let unit, account, password: String }
        do {
            let opened = try call.ask(
                "sessions.open",
                body: Body(
                    unit: call.field("unit") ?? "", account: call.field("account") ?? "", password: call.form["password"]?.first ?? ""),
                as: SignIn.Opened.self)
            return .signedIn(token: opened.token, to: opened.mustChange ? "/password" : "/")
        } catch let failure as SignInFailure {
            return .page("sign-in", try form(call, refusal: failure.refusal))
        }
    }

    private static func changePassword(_ call: PageCall) throws -> PageReply {
        struct Body: Encodable { let old, new: String }
        let new = call.form["new"]?.first ?? ""
        var context: [String: Any] = ["mustChange": call.mustChangePassword]
        do {
            guard new == call.form["again"]?.first else {
                throw Refusal("password.again", question: "Q110", "两次输入的新密码不一样。", remedy: "请重新输入。", kind: .usage)
            }
            try call.tell("password.change", body: Body(old: call.form["old"]?.first ?? "", new: new))
            return .redirect("/?done=password")
        } catch let refusal as Refusal {
            context.merge(Notice.of(refusal)) { $1 }
            return .page("password", context)
        }
    }
}
