@testable import Features
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A browser without script: keeps cookies, sends forms, follows nothing by itself.
private struct Browser {
    let node: ServedNode
    var cookies: [String: String] = [:]
    var origin: String?

    struct View {
        let status: Int
        let html: String
        let location: String?
        let headers: [(name: String, value: String)]

        /// The hidden token of the page's forms.
        var formToken: String {
            guard let place = html.range(of: #"name="formToken" value=""#) else { return "" }
            return String(html[place.upperBound...].prefix { $0 != "\"" })
        }
    }

    mutating func open(_ path: String) async throws -> View { try await send(.get, path, nil) }

    mutating func post(_ path: String, _ fields: [(String, String)]) async throws -> View {
        try await send(.post, path, fields.map { PercentText.encode($0.0) + "=" + PercentText.encode($0.1) }.joined(separator: "&"))
    }

    private mutating func send(_ method: OutgoingRequest.Method, _ path: String, _ form: String?) async throws -> View {
        var headers = [("Cookie", cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))]
        if form != nil { headers.append(("Content-Type", "application/x-www-form-urlencoded")) }
        if let origin { headers.append(("Origin", origin)) }
        let answer = try await node.caller.send(OutgoingRequest(
            method, node.ready.console + path, headers: headers.map { (name: $0.0, value: $0.1) },
            body: form.map { .bytes(Array($0.utf8)) } ?? .none))
        for header in answer.headers where header.name.lowercased() == "set-cookie" {
            let parts = header.value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            cookies[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        return View(
            status: answer.status, html: String(decoding: answer.body, as: UTF8.self),
            location: answer.headers.first { $0.name.lowercased() == "location" }?.value, headers: answer.headers)
    }

    mutating func signIn(_ password: String) async throws -> View {
        let form = try await open("/sign-in")
        return try await post(
            "/sign-in", [("formToken", form.formToken), ("unit", "000000"), ("account", "admin"), ("password", password)])
    }
}

@Suite(.serialized)
struct ConsoleResponderTests {
    private func served(
        _ name: String, seed: UInt64, _ body: @escaping @Sendable (ServedNode, String) async throws -> Void
    ) async throws {
        let folder = try Fixture.folder(name)
        defer { Fixture.remove(folder) }
        let founded = try Founding.foundCentre(name: "教育部<中心>", folder: folder, surroundings: Fixture.surroundings(seed: seed))
        try await ServedNode.serve(folder, seed: seed + 1) { try await body($0, founded.admin.password) }
    }

    @Test func `what came between a page and its wish to hear of news is told at once`() async throws {
        try await served("console-news", seed: 5280) { node, oneTime in
            var browser = Browser(node: node)
            _ = try await browser.signIn(oneTime)
            let page = try await browser.open("/password")
            let place = try #require(page.html.range(of: #"data-rings=""#))
            let rings = try #require(UInt64(page.html[place.upperBound...].prefix { $0 != "\"" }))
            let session = browser.cookies[Cookies.session] ?? ""
            func listen(since: UInt64) -> RawConnection {
                let line = RawConnection(node.ready.console)
                line.say("GET /events?since=\(since) HTTP/1.1\r\nHost: a\r\nCookie: \(Cookies.session)=\(session)\r\n\r\n")
                return line
            }
            // As a page of a process before this one would ask.
            let late = listen(since: rings &+ 1000)
            var heard = ""
            try await Fixture.eventually {
                heard += late.heard()
                return heard.contains("event: news")
            }
        }
    }

    @Test func `help is open to all, and keeps the menu for whoever is signed in`() async throws {
        try await served("console-help", seed: 5260) { node, oneTime in
            var browser = Browser(node: node)
            let stranger = try await browser.open("/help")
            #expect(stranger.status == 200 && !stranger.html.contains("主菜单"))
            _ = try await browser.signIn(oneTime)
            let form = try await browser.open("/password")
            _ = try await browser.post(
                "/password", [("formToken", form.formToken), ("old", oneTime), ("new", "Spring-2026-x"), ("again", "Spring-2026-x")])
            for path in ["/help", "/help/Q57", "/certificate"] {
                let page = try await browser.open(path)
                #expect(page.status == 200 && page.html.contains("主菜单") && page.html.contains("admin"), "\(path)")
            }
            // A session that has ended is nobody's.
            browser.cookies[Cookies.session] = "0f"
            let ended = try await browser.open("/help")
            #expect(ended.status == 200 && !ended.html.contains("主菜单"))
        }
    }

    @Test func `the first sign-in leads to the password and nowhere else until it is changed`() async throws {
        try await served("console-first", seed: 5200) { node, oneTime in
            var browser = Browser(node: node)
            let front = try await browser.open("/")
            #expect(front.status == 401 && front.html.contains("登录"))
            let opened = try await browser.signIn(oneTime)
            #expect(opened.status == 303 && opened.location == "/password")
            let early = try await browser.open("/settings")
            #expect(early.status == 303 && early.location == "/password")
            let page = try await browser.open("/password")
            #expect(page.html.contains("首次登录"))
            let differing = try await browser.post(
                "/password", [("formToken", page.formToken), ("old", oneTime), ("new", "Spring-2026-x"), ("again", "Spring-2026-y")])
            #expect(differing.status == 200 && differing.html.contains("两次输入的新密码不一样"))
            let changed = try await browser.post(
                "/password", [("formToken", page.formToken), ("old", oneTime), ("new", "Spring-2026-x"), ("again", "Spring-2026-x")])
            #expect(changed.status == 303 && changed.location == "/?done=password")
            let home = try await browser.open("/?done=password")
            #expect(home.status == 200 && home.html.contains("密码已修改") && home.html.contains("教育部&lt;中心&gt;"))
            #expect(home.headers.contains { $0.name.lowercased() == "content-security-policy" && $0.value.contains("script-src 'self'") })
        }
    }

    @Test func `a form without its token, or from another site, changes nothing`() async throws {
        try await served("console-forged", seed: 5210) { node, oneTime in
            _ = try await node.begin(oneTime)
            var browser = Browser(node: node)
            #expect(try await browser.signIn("Spring-2026-x").location == "/")
            let page = try await browser.open("/accounts")
            let without = try await browser.post("/accounts", [("account", "wang.li"), ("role", "head"), ("add", "1")])
            #expect(without.status == 403 && without.html.contains("页面已过期"))
            browser.origin = "https://elsewhere.example"
            let foreign = try await browser.post(
                "/accounts", [("formToken", page.formToken), ("account", "wang.li"), ("role", "head"), ("add", "1")])
            #expect(foreign.status == 403 && foreign.html.contains("别的网站"))
            browser.origin = nil
            #expect(try await browser.open("/accounts").html.contains("wang.li") == false)
            browser.origin = node.ready.console
            let added = try await browser.post(
                "/accounts", [("formToken", page.formToken), ("account", "wang.li"), ("role", "head"), ("add", "1")])
            #expect(added.status == 200 && added.html.contains("wang.li 的一次性密码"))
        }
    }

    @Test func `a second sign-in ends the first, which is told why`() async throws {
        try await served("console-second", seed: 5220) { node, oneTime in
            _ = try await node.begin(oneTime)
            var first = Browser(node: node)
            var second = Browser(node: node)
            #expect(try await first.signIn("Spring-2026-x").status == 303)
            #expect(try await first.open("/").status == 200)
            #expect(try await second.signIn("Spring-2026-x").status == 303)
            let ended = try await first.open("/")
            #expect(ended.status == 401 && ended.html.contains("该账号已在别处登录"))
            #expect(try await second.open("/").status == 200)
        }
    }

    @Test func `every page in the menu opens, names its unit and holds no style or script of its own`() async throws {
        try await served("console-menu", seed: 5230) { node, oneTime in
            _ = try await node.begin(oneTime)
            var browser = Browser(node: node)
            _ = try await browser.signIn("Spring-2026-x")
            for page in ConsolePages.all where page.method == .get && !page.path.contains("{") && page.tiers == nil {
                let view = try await browser.open(page.path)
                #expect(view.status == 200, "\(page.path)")
                #expect(!view.html.contains("style=\"") && !view.html.contains("<script>"), "\(page.path)")
                #expect(view.html.utf8.count < 60_000, "\(page.path)")
            }
            for page in ConsolePages.all where page.tiers == [.school] && page.method == .get && !page.path.contains("{") {
                #expect(try await browser.open(page.path).status == 403, "\(page.path)")
            }
        }
    }

    @Test func `a unit's key is revoked from its page, with its code once more and a reason, and with the command's refusals`() async throws {
        let folder = try Fixture.folder("console-revoke")
        defer { Fixture.remove(folder) }
        let founded = try Founding.foundCentre(name: "教育部", folder: folder, surroundings: Fixture.surroundings(seed: 5290))
        let archive = try Fixture.archive(folder, seed: 5291)
        try archive.write { transaction in
            for unit in [Fixture.province, Fixture.county] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            let key = transaction.surroundings.statementKey().publicKey
            try Invitations.enrol(key, for: "440000", by: .centre, on: "440000", in: transaction)
        }
        try archive.close()
        try await ServedNode.serve(folder, seed: 5292) { node in
            _ = try await node.begin(founded.admin.password)
            var browser = Browser(node: node)
            _ = try await browser.signIn("Spring-2026-x")
            #expect(try await browser.open("/directory/000000").html.contains("value=\"revoke\"") == false)
            #expect(try await browser.open("/directory/440106").html.contains("value=\"revoke\"") == false)
            let page = try await browser.open("/directory/440000")
            #expect(page.html.contains("value=\"revoke\"") && page.html.contains("data-sure="))
            func send(_ unit: String, _ fields: [(String, String)]) async throws -> String {
                try await browser.post("/directory/\(unit)", [("formToken", page.formToken), ("act", "revoke")] + fields).html
            }
            #expect(try await send("440000", [("reason", "机器失窃"), ("confirm", "440001")]).contains("两次的单位代码不一致"))
            #expect(try await send("440000", [("confirm", "440000")]).contains("吊销须写明理由"))
            #expect(try await send("440000", [("reason", "机器失窃"), ("confirm", "440000"), ("since", "昨天")]).contains("不对"))
            #expect(try await send("440106", [("reason", "机器失窃"), ("confirm", "440106")]).contains("没有登记密钥"))
            #expect(try await send("000000", [("reason", "机器失窃"), ("confirm", "000000")]).contains("信任的起点"))
            #expect(try Fixture.read(folder) { try $0.directory.isRevoked("440000") } == false)
            let done = try await send("440000", [("reason", "机器失窃"), ("confirm", "440000")])
            #expect(done.contains("已吊销 440000 的密钥") && done.contains("吊销：机器失窃"))
            #expect(try Fixture.read(folder) { try $0.directory.revocation(of: "440000")?.reason } == "机器失窃")
            #expect(try await send("440000", [("reason", "机器失窃"), ("confirm", "440000")]).contains("先前已经吊销"))
        }
    }

    @Test func `shared files are kept for good, and an address that does not exist says so`() async throws {
        try await served("console-files", seed: 5240) { node, _ in
            var browser = Browser(node: node)
            let front = try await browser.open("/sign-in")
            let place = try #require(front.html.range(of: #"href="/assets/"#))
            let path = "/assets/" + front.html[place.upperBound...].prefix { $0 != "\"" }
            let style = try await browser.open(path)
            #expect(style.status == 200 && style.headers.contains { $0.name.lowercased() == "cache-control" && $0.value.contains("immutable") })
            #expect(try await browser.open("/nowhere").status == 404)
        }
    }
}
