import Features
import Logging
import Protocol
import Rules
import Store

/// Carries a call from whoever asks to the operation: who is it, may they, does the request fit, do it, note it.
/// Blocking; callers run it on `Workers`.
struct Dispatcher: Sendable {
    /// Who says they are asking.
    enum Identity: Sendable, Hashable {
        case anonymous
        case token(String)
        /// Root on the machine, by the local socket or in the process itself.
        case localOperator(unit: String?, account: String?)
    }

    let archive: Archive
    let log: Logger
    /// False on a stopped node, whose store is only read.
    var isServing = true
    /// Called after an act that may have written.
    var wrote: @Sendable () -> Void = {}

    /// Who acts, when they may do this operation at all.
    func authorize(_ operation: Operation, _ identity: Identity) throws -> Actor {
        switch identity {
        case .anonymous:
            guard AccountOperations.openToAll.contains(operation.id) else {
                throw SignInFailure.notSignedIn(Refusal(
                    "session.needed", question: "Q110", "请先登录。", remedy: "请先登录（POST /api/v1/sessions）。", kind: .permission))
            }
            return Actor(unit: try ownUnit(), account: "", roles: [])
        case .token(let token):
            let session = try archive.read { try SessionShelf.session(token, now: archive.surroundings.now(), $0) }
            if session.isStale { try archive.write { try SessionShelf.touch(token, in: $0) } }
            try check(operation, session)
            return session.actor
        case .localOperator(let unit, let account): return try localActor(operation, unit: unit, account: account)
        }
    }

    private func check(_ operation: Operation, _ session: SessionShelf.Session) throws {
        if AccountOperations.alwaysAllowed.contains(operation.id) || AccountOperations.openToAll.contains(operation.id) {
            return
        }
        guard !session.mustChange else {
            throw Refusal(
                "password.mustChange", question: "Q110", "首次登录须先修改初始密码，修改后才能办理业务。",
                remedy: "请先修改密码（PUT /api/v1/password）。", kind: .permission)
        }
        try checkRoles(operation, session.actor.roles)
    }

    private func checkRoles(_ operation: Operation, _ roles: Set<Features.Role>) throws {
        let needed = operation.roles.isEmpty ? [.registrar, .head, .systemAdministrator] : operation.roles
        guard !needed.isDisjoint(with: roles) else {
            let labels = Features.Role.allCases.filter { needed.contains($0) }.map(\.label).joined(separator: "、")
            throw Refusal(
                "role.needed", question: "Q108", "本账号无权办理“\(operation.title)”。", remedy: "请使用以下账号之一：\(labels)。",
                kind: .permission)
        }
    }

    private func localActor(_ operation: Operation, unit: String?, account: String?) throws -> Actor {
        let own = try ownUnit()
        let code = unit.map { UnitCode($0) } ?? own
        // A node whose unit has moved to another one still shows what it holds.
        let mayLook = code == own && operation.isReading
        guard try mayLook || archive.read({ try $0.hostedUnits() }).contains(code) else {
            throw Refusal(
                "unit.notHosted", "单位 \(code) 不在本节点。", remedy: "请核对 --unit，或到该单位所在的节点办理。", kind: .permission)
        }
        guard let account else { return .localOperator(of: code) }
        guard let found = try archive.read({ try AccountShelf.account(account, of: code, $0) }) else {
            throw Refusal(
                "account.missing", question: "Q108", "单位 \(code) 没有账号“\(account)”。", remedy: "请用 account list 查看账号。",
                kind: .permission)
        }
        try checkRoles(operation, found.roles)
        return Actor(unit: code, account: "operator as \(account)", roles: found.roles)
    }

    private func ownUnit() throws -> UnitCode {
        guard let own = try archive.read({ try $0.ownUnit() }) else {
            throw StoreError(.notInitialised, message: "本节点还没有初始化。", remedy: "请先运行 xueji init 或 xueji join。")
        }
        return own
    }

    /// Does an authorized operation. Never throws: every error is an answer.
    func perform(
        _ operation: Operation, as actor: Actor, parameters: [String: String], body: [UInt8] = [],
        file: (path: String, name: String)? = nil
    ) -> Answer {
        do {
            return try Answer(try reply(operation, as: actor, parameters: parameters, body: body, file: file))
        } catch {
            return Answer(error: error)
        }
    }

    /// Does an authorized operation and leaves its line in the audit trail, whatever came of it.
    func reply(
        _ operation: Operation, as actor: Actor, parameters: [String: String], body: [UInt8] = [],
        file: (path: String, name: String)? = nil
    ) throws -> Reply {
        let line = isServing && (!operation.isReading || Self.showsPupils(operation))
            ? ActLine(
                operation.id, by: actor, on: Self.subject(operation, parameters, body), archive: archive,
                isJoined: !operation.isReading && !AccountOperations.openToAll.contains(operation.id))
            : nil
        do {
            try checkParameters(operation, parameters)
            if case .json(let schema) = operation.body { try JSONBody.check(body, against: schema) }
            let reply = try operation.handle(Call(archive: line?.archive ?? archive, actor: actor, parameters: parameters, body: body, file: file))
            end(line, operation, "done")
            return reply
        } catch {
            let outcome = (error as? Refusal)?.code ?? (error as? SignInFailure)?.refusal.code ?? "failed"
            if outcome == "failed" { log.error("operation failed", metadata: ["operation": "\(operation.id)", "error": "\(error)"]) }
            end(line, operation, outcome)
            throw error
        }
    }

    /// Opaque identifiers of what the call is about: from the path, another unit, and dossiers or an account named in the body.
    private static func subject(_ operation: Operation, _ parameters: [String: String], _ body: [UInt8]) -> String {
        struct Named: Decodable {
            let dossiers: [String]?
            let account: String?
            /// Of a ruling.
            let first, second: String?
        }
        var parts = operation.parameters.filter { $0.isInPath || $0.name == "of" }.compactMap { parameters[$0.name] }
        if !operation.isReading, !body.isEmpty, let named: Named = try? JSONBody.decode(body) {
            parts += (named.dossiers ?? []) + [named.first, named.second].compactMap { $0.map { String($0.prefix(64)) } }
            if let account = named.account { parts.append(String(account.prefix(64))) }
        }
        return parts.joined(separator: " ")
    }

    private func checkParameters(_ operation: Operation, _ parameters: [String: String]) throws {
        for parameter in operation.parameters where parameter.isRequired && (parameters[parameter.name] ?? "").isEmpty {
            throw Refusal(
                "parameter.missing", "缺少参数 \(parameter.name)。", remedy: "请按接口文档（/api/v1/openapi.json）填写。", kind: .usage)
        }
    }

    /// Every act, and every look at pupils, leaves a line.
    private func end(_ line: ActLine?, _ operation: Operation, _ outcome: String) {
        guard let line else { return }
        do {
            try line.end(outcome)
        } catch {
            log.error("audit line not written", metadata: ["operation": "\(operation.id)", "error": "\(error)"])
        }
        if !operation.isReading { wrote() }
    }

    private static func showsPupils(_ operation: Operation) -> Bool {
        ["/students", "/dossiers", "/imports", "/problems", "/attachments", "/key-data", "/duplicates", "/overrides", "/inquiries", "/transfers"]
            .contains { operation.path.hasPrefix($0) }
    }
}
