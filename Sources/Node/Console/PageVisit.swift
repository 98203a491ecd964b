import Features
import Mustache
import Protocol
import Rules
import Store

/// One visit of one page: session, rights, the form's token, the page's own work, the rendered answer. Blocking.
struct PageVisit {
    let console: ConsoleResponder
    let page: Page
    let parameters: [String: String]
    let form: PostedForm
    let cookies: Cookies
    /// Asked for by the page's script, which is no sign that somebody is there.
    let isQuiet: Bool
    /// Cookies are then sent back over encrypted lines alone.
    let isEncrypted: Bool
    /// How often the node had changed before the visit.
    let rings: UInt64

    private struct Visitor {
        var actor: Actor?
        var mustChangePassword = false
        var formToken: String
        var identity: Dispatcher.Identity
        /// Set when the browser has no token for its form yet.
        var newCookie: String?
    }

    private var archive: Archive { console.dispatcher.archive }

    func answer() -> Answer {
        do {
            let visitor = try visitor()
            if visitor.mustChangePassword, page.access == .signedIn { return redirect("/password") }
            try check(visitor)
            let call = call(visitor)
            return try shown(try page.handle(call), visitor)
        } catch SignInFailure.notSignedIn(let refusal) {
            return signIn(refusal)
        } catch {
            return console.problem(Answer.refusal(for: error), status: Answer(error: error).status)
        }
    }

    func keepsFile(_ answer: Answer) -> Bool { page.id == "imports.add" && answer.location != nil }

    private func visitor() throws -> Visitor {
        if page.access == .anyone, let known = knownReader() { return known }
        if page.access == .everyone || page.access == .anyone {
            let kept = cookies[Cookies.form]
            let token = kept ?? Self.hex(archive.surroundings.randomBytes(16))
            return Visitor(
                actor: nil, formToken: token, identity: .anonymous,
                newCookie: kept == nil ? Cookies.set(Cookies.form, token, isSecure: isEncrypted) : nil)
        }
        guard let token = cookies[Cookies.session] else { throw SignInFailure.notSignedIn(Self.signInFirst) }
        let session = try archive.read { try SessionShelf.session(token, now: archive.surroundings.now(), $0) }
        if session.isStale, !isQuiet { try archive.write { try SessionShelf.touch(token, in: $0) } }
        return Visitor(
            actor: session.actor, mustChangePassword: session.mustChange, formToken: Self.formToken(token),
            identity: .token(token))
    }

    /// Who reads a page that is open to all, where somebody is signed in; a session that has ended is none.
    private func knownReader() -> Visitor? {
        guard let token = cookies[Cookies.session],
              let session = try? archive.read({ try SessionShelf.session(token, now: archive.surroundings.now(), $0) }) else { return nil }
        return Visitor(
            actor: session.actor, mustChangePassword: session.mustChange, formToken: Self.formToken(token), identity: .token(token))
    }

    private func check(_ visitor: Visitor) throws {
        if page.method == .post, form.fields["formToken"]?.first != visitor.formToken || visitor.newCookie != nil {
            throw Refusal("form.token", "页面已过期，本次没有办理。", remedy: "请返回上一页刷新后重新办理。", kind: .permission)
        }
        guard let actor = visitor.actor else { return }
        let tier = try archive.read { $0.directory.tier(of: actor.unit) } ?? .school
        guard page.isOpen(to: actor, tier) else {
            let labels = Features.Role.allCases.filter { page.roles.contains($0) }.map(\.label).joined(separator: "、")
            throw Refusal(
                "role.needed", question: "Q108", "本账号不能使用“\(page.title)”。",
                remedy: labels.isEmpty ? "请从菜单选择其他页面。" : "请使用以下账号之一：\(labels)。", kind: .permission)
        }
    }

    private func call(_ visitor: Visitor) -> PageCall {
        let (console, identity) = (console, visitor.identity)
        return PageCall(
            archive: archive, page: page, actor: visitor.actor, mustChangePassword: visitor.mustChangePassword,
            parameters: parameters, form: form.fields,
            upload: form.file.map { PageCall.Upload(path: $0.path, name: form.fileName) }, formToken: visitor.formToken,
            title: { console.operations[$0]?.title }
        ) { id, parameters, body, upload in
            guard let operation = console.operations[id] else {
                throw Refusal("page.operation", "页面程序有误：没有 \(id) 这项业务。", remedy: "请把这句话告诉管理员。")
            }
            let actor = try console.dispatcher.authorize(operation, identity)
            return try console.dispatcher.reply(
                operation, as: actor, parameters: parameters, body: body, file: upload.map { ($0.path, $0.name) })
        }
    }

    private func shown(_ reply: PageReply, _ visitor: Visitor) throws -> Answer {
        switch reply {
        case .page(let template, let context):
            var answer = try render(template, context, visitor)
            if let cookie = visitor.newCookie { answer.cookies.append(cookie) }
            return answer
        case .redirect(let path): return redirect(path)
        case .signedIn(let token, let path):
            var answer = redirect(path)
            answer.cookies = [Cookies.set(Cookies.session, token, isSecure: isEncrypted), Cookies.remove(Cookies.form)]
            return answer
        case .signedOut(let path):
            var answer = redirect(path)
            answer.cookies = [Cookies.remove(Cookies.session)]
            return answer
        case .file(let reply): return try Answer(reply)
        }
    }

    private func render(_ template: String, _ context: [String: Any], _ visitor: Visitor, status: Int = 200) throws -> Answer {
        var frame = try archive.read {
            try ConsolePages.frame(
                title: page.title, path: page.path, actor: visitor.actor, mustChangePassword: visitor.mustChangePassword,
                formToken: visitor.formToken, version: ProgramVersion.text, $0)
        }
        frame["rings"] = String(rings)
        guard let html = console.library.render(frame.merging(context) { $1 }, withTemplate: template) else {
            throw Refusal("page.template", "页面程序有误：没有 \(template) 这个模板。", remedy: "请把这句话告诉管理员。")
        }
        return Answer(status: status, mediaType: "text/html", body: .bytes(Array(html.utf8)))
    }

    /// The sign-in form, with why one stands before it.
    private func signIn(_ refusal: Refusal) -> Answer {
        let token = Self.hex(archive.surroundings.randomBytes(16))
        let visitor = Visitor(actor: nil, formToken: token, identity: .anonymous, newCookie: nil)
        var context: [String: Any] = refusal.code == Self.signInFirst.code ? [:] : Notice.of(refusal)
        context["unit"] = (try? archive.read { try $0.ownUnit()?.text }) ?? ""
        context["title"] = "登录"
        guard var answer = try? render("sign-in", context, visitor, status: 401) else { return console.problem(refusal, status: 401) }
        answer.cookies = [Cookies.set(Cookies.form, token, isSecure: isEncrypted), Cookies.remove(Cookies.session)]
        return answer
    }

    private func redirect(_ path: String) -> Answer {
        var answer = Answer(status: 303, mediaType: "text/html", body: .bytes([]))
        answer.location = path
        return answer
    }

    /// Follows from the session's token, and does not tell it.
    static func formToken(_ session: String) -> String { String(Hashing.sha256(Array("form\n\(session)".utf8)).description.prefix(32)) }

    private static func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    private static let signInFirst = Refusal("session.needed", question: "Q110", "请先登录。", remedy: "请登录后继续。", kind: .permission)
}
