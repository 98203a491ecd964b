import Protocol
import Rules
import Store

/// Accounts, sign-in and passwords (Q12, Q108, Q110, Q111).
public enum AccountOperations {
    /// Ids that need no session.
    public static let openToAll: Set<String> = ["sessions.open", "trust.root"]
    /// Ids allowed while the one-time password has not been changed, and to accounts without a registry role.
    public static let alwaysAllowed: Set<String> = ["sessions.close", "sessions.current", "password.change"]

    struct Item: Encodable, Sendable {
        let unit, account: String
        let roles: [String]
        let mustChange, locked, asleep: Bool
        let lastSeen: String?
        /// Only in the answer that made it: shown once.
        var password: String?
        /// `sent` where the account's node is elsewhere and the password takes effect when it arrives there.
        var state: String?
    }

    struct List: Encodable, Sendable { let accounts: [Item] }

    private static let schema = Schema.fields(("accounts", .array(.fields(
        ("unit", .string), ("account", .string), ("roles", .array(.string)), ("mustChange", .boolean),
        ("locked", .boolean), ("asleep", .boolean), ("lastSeen?", .string), ("password?", .string), ("state?", .string)))))

    private static let sessionSchema = Schema.fields(
        ("token", .string), ("unit", .string), ("account", .string), ("roles", .array(.string)),
        ("mustChange", .boolean), ("expires", .string))

    public static let all: [Operation] = [
        Operation(
            "sessions.open", .post, "/sessions", "Sign in; ends the account's earlier session", title: "登录",
            body: .json(.fields(("unit?", .string), ("account", .string), ("password", .string))), response: sessionSchema,
            handle: signIn),
        Operation(
            "sessions.current", .get, "/sessions", "Who is signed in", title: "当前登录",
            response: .fields(("unit", .string), ("account", .string), ("roles", .array(.string)))
        ) { call in
            struct Current: Encodable { let unit, account: String; let roles: [String] }
            return .json(Current(
                unit: call.actor.unit.text, account: call.actor.account, roles: call.actor.roles.map(\.rawValue).sorted()))
        },
        Operation("sessions.close", .delete, "/sessions", "Sign out", title: "退出登录", response: .object([])) { call in
            try call.archive.write {
                try SessionShelf.end(call.actor.account, of: call.actor.unit, why: "已退出登录", in: $0)
            }
            return .nothing
        },
        Operation(
            "password.change", .put, "/password", "Change the own password; the first sign-in requires it", title: "修改密码",
            body: .json(.fields(("old", .string), ("new", .string))), response: .object([]), handle: changePassword),
        Operation(
            "accounts.list", .get, "/accounts", "Accounts of the unit", title: "账号", response: schema,
            roles: [.systemAdministrator]
        ) { call in
            .json(try call.archive.read { reading in
                List(accounts: try AccountShelf.accounts(of: call.actor.unit, reading)
                    .map { try item($0, call.archive, reading) })
            })
        },
        Operation(
            "accounts.add", .post, "/accounts", "Add an account; its one-time password is shown once", title: "新增账号",
            body: .json(.fields(("account", .string), ("roles", .array(.string)))), response: schema,
            roles: [.systemAdministrator], handle: add),
        Operation(
            "accounts.reset", .post, "/accounts/{account}/reset",
            "Give an account of this or a subordinate unit a new one-time password; to a node elsewhere it travels as an order",
            title: "重置密码",
            parameters: [.path("account", "Account name"), Operation.Parameter("of", "Unit of the account; default: the own")],
            response: schema, roles: [.systemAdministrator], handle: reset),
    ] + PasswordResets.all

    private static func signIn(_ call: Call) throws -> Reply {
        struct Body: Decodable { let unit: String?; let account, password: String }
        let body: Body = try JSONBody.decode(call.body)
        let unit = body.unit.map { UnitCode($0) } ?? call.actor.unit
        return .json(try SignIn(archive: call.archive, unit: unit, name: body.account).open(password: body.password))
    }

    private static func changePassword(_ call: Call) throws -> Reply {
        struct Body: Decodable { let old, new: String }
        let body: Body = try JSONBody.decode(call.body)
        let actor = call.actor
        guard let account = try call.archive.read({ try AccountShelf.account(actor.account, of: actor.unit, $0) }) else {
            throw missing(actor.account)
        }
        guard try account.password.matches(body.old) else {
            throw Refusal("password.old", question: "Q110", "原密码不对。", remedy: "请核对原密码。", kind: .permission)
        }
        if let fault = Password.fault(in: body.new, account: account.name) { throw fault }
        guard try !account.password.matches(body.new), try !account.initial.matches(body.new) else {
            throw Refusal(
                "password.same", question: "Q110", "新密码不能与原密码或初始密码相同。", remedy: "请另选一个密码。", kind: .usage)
        }
        let password = try Password(body.new, call.archive.surroundings)
        try call.archive.write { transaction in
            let current = try AccountShelf.account(account.name, of: account.unit, transaction.reading)
            guard current?.password == account.password else {
                throw Refusal("password.old", question: "Q110", "密码刚刚被修改过。", remedy: "请重新登录。", kind: .permission)
            }
            try AccountShelf.change(account.name, of: account.unit, to: password, in: transaction)
        }
        return .nothing
    }

    private static func add(_ call: Call) throws -> Reply {
        struct Body: Decodable { let account: String; let roles: [String] }
        let body: Body = try JSONBody.decode(call.body)
        let roles = try Set(body.roles.map(role))
        guard !roles.isEmpty, AccountShelf.isName(body.account) else { throw unfitName }
        let (text, password) = try AccountShelf.oneTimePassword(call.archive.surroundings)
        return .json(try call.archive.write { transaction in
            guard try AccountShelf.account(body.account, of: call.actor.unit, transaction.reading) == nil else {
                throw Refusal("account.exists", question: "Q108", "账号“\(body.account)”已存在。", remedy: "请换一个账号名，或重置该账号的密码。")
            }
            try AccountShelf.put(body.account, of: call.actor.unit, roles: roles, oneTime: password, in: transaction)
            return try shown(body.account, call.actor.unit, text, call.archive, transaction)
        })
    }

    private static func reset(_ call: Call) throws -> Reply {
        let name = call.parameters["account"] ?? ""
        let unit = call.parameters["of"].map { UnitCode($0) } ?? call.actor.unit
        let (text, password) = try AccountShelf.oneTimePassword(call.archive.surroundings)
        return .json(try call.archive.write { transaction in
            guard transaction.directory.contains(call.actor.unit, unit) else {
                throw Refusal(
                    "account.notBelow", question: "Q111", "单位 \(unit) 不是本单位的下级，不能重置其密码。", remedy: "请由该单位的上级办理。",
                    kind: .permission)
            }
            guard try unit == call.actor.unit || transaction.hosts(unit) else {
                try PasswordResets.order(name, of: unit, password, by: call.actor.unit, in: transaction)
                return List(accounts: [Item(
                    unit: unit.text, account: name, roles: [], mustChange: true, locked: false, asleep: false, lastSeen: nil,
                    password: text, state: "sent")])
            }
            guard let account = try AccountShelf.account(name, of: unit, transaction.reading) else { throw missing(name) }
            try AccountShelf.put(name, of: unit, roles: account.roles, oneTime: password, in: transaction)
            try SessionShelf.end(name, of: unit, why: "密码已被重置", in: transaction)
            try SignIn.reopen(name, of: unit, in: transaction)
            return try shown(name, unit, text, call.archive, transaction)
        })
    }

    private static func shown(
        _ name: String, _ unit: UnitCode, _ password: String, _ archive: Archive, _ transaction: Transaction
    ) throws -> List {
        guard let account = try AccountShelf.account(name, of: unit, transaction.reading) else { throw missing(name) }
        var item = try item(account, archive, transaction.reading)
        item.password = password
        return List(accounts: [item])
    }

    private static func item(_ account: Account, _ archive: Archive, _ reading: Reading) throws -> Item {
        let days = try SignIn.sleepAfterDays(of: account.unit, reading)
        return Item(
            unit: account.unit.text, account: account.name, roles: account.roles.map(\.rawValue).sorted(),
            mustChange: account.mustChange,
            locked: try SignIn.isClosed(account.name, of: account.unit, archive: archive, reading),
            asleep: days.map { SignIn.isAsleep(account, $0, archive.surroundings.now()) } ?? false,
            lastSeen: account.lastSeen.map(ChinaTime.text))
    }

    private static func role(_ text: String) throws -> Role {
        guard let role = Role(rawValue: text) ?? Role.allCases.first(where: { $0.label == text }) else {
            throw Refusal(
                "account.role", question: "Q108", "没有角色“\(text)”。",
                remedy: "可用的角色：" + Role.allCases.map { "\($0.rawValue)(\($0.label))" }.joined(separator: "、") + "。", kind: .usage)
        }
        return role
    }

    static let unfitName = Refusal(
        "account.name", question: "Q108", "账号名或角色不对。", remedy: "账号名用 2 至 32 个字母、数字、点、横线；角色至少一个。", kind: .usage)

    private static func missing(_ name: String) -> Refusal {
        Refusal("account.missing", question: "Q108", "没有账号“\(name)”。", remedy: "请用 account list 查看账号。", kind: .missing)
    }
}
