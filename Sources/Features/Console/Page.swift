import Protocol
import Rules
import Store

/// One page of the console: what a browser may ask for, and who may see it. The console does business only through
/// `Operation`s, so that page, API and command line have the same rights and the same audit.
public struct Page: Sendable {
    /// Stable name, for metrics: `students.list`.
    public let id: String
    public let method: Operation.Method
    /// `/students/{dossier}`; never carries names or numbers of people.
    public let path: String
    /// Chinese.
    public let title: String
    /// Whether the unit's tier has this page at all; nil: every tier.
    public let tiers: Set<Tier>?
    /// Any of these roles suffices; empty: every signed-in account.
    public let roles: Set<Role>
    public let access: Access
    public let handle: @Sendable (PageCall) throws -> PageReply

    public enum Access: Sendable, Hashable {
        /// Without a session, whoever asks.
        case everyone
        /// Without a session as well; whoever has one is known and sees the menu.
        case anyone
        /// With a session, also while the one-time password has not been changed (Q110).
        case beforePasswordChange
        case signedIn
    }

    init(
        _ id: String, _ method: Operation.Method, _ path: String, title: String, tiers: Set<Tier>? = nil, roles: Set<Role> = [],
        access: Access = .signedIn, handle: @escaping @Sendable (PageCall) throws -> PageReply
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.title = title
        self.tiers = tiers
        self.roles = roles
        self.access = access
        self.handle = handle
    }
}

/// One request for a page, already authenticated.
public struct PageCall: Sendable {
    /// Does an operation as the one who asks; throws what the operation refuses.
    public typealias Ask = @Sendable (_ operation: String, _ parameters: [String: String], _ body: [UInt8], _ file: Upload?) throws -> Reply
    /// What people call an operation; nil where this program has none of that id.
    public typealias Title = @Sendable (_ operation: String) -> String?

    /// A file that came with a form, already on disk.
    public struct Upload: Sendable, Hashable {
        public let path: String
        public let name: String

        public init(path: String, name: String) {
            self.path = path
            self.name = name
        }
    }

    public let archive: Archive
    public let page: Page
    /// Nobody on pages that are open to everyone.
    public let actor: Actor?
    public let mustChangePassword: Bool
    /// From path and query, decoded.
    public let parameters: [String: String]
    /// Fields of a posted form; a field that is ticked several times has several values.
    public let form: [String: [String]]
    public let upload: Upload?
    /// Goes into every form, and must come back with it.
    public let formToken: String
    let title: Title
    private let ask: Ask

    public init(
        archive: Archive, page: Page, actor: Actor?, mustChangePassword: Bool, parameters: [String: String],
        form: [String: [String]], upload: Upload?, formToken: String, title: @escaping Title = { _ in nil },
        ask: @escaping Ask
    ) {
        self.archive = archive
        self.page = page
        self.actor = actor
        self.mustChangePassword = mustChangePassword
        self.parameters = parameters
        self.form = form
        self.upload = upload
        self.formToken = formToken
        self.title = title
        self.ask = ask
    }

    /// First value of a form field, without white space around it; nil when it is empty.
    func field(_ name: String) -> String? {
        guard let text = form[name]?.first else { return nil }
        let trimmed = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// A query or path parameter; nil when it is empty, as an unused field of a search form is.
    func parameter(_ name: String) -> String? { parameters[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// What an operation answers as JSON, before it is written as such.
    func ask<Answer>(_ operation: String, _ parameters: [String: String] = [:], as type: Answer.Type) throws -> Answer {
        try Self.value(try ask(operation, parameters, [], nil), operation)
    }

    /// The same with a JSON body.
    func ask<Answer>(
        _ operation: String, _ parameters: [String: String] = [:], body: some Encodable, as type: Answer.Type
    ) throws -> Answer {
        try Self.value(try ask(operation, parameters, try JSONBody.encode(body), nil), operation)
    }

    func ask<Answer>(
        _ operation: String, _ parameters: [String: String] = [:], upload: Upload, as type: Answer.Type
    ) throws -> Answer {
        try Self.value(try ask(operation, parameters, [], upload), operation)
    }

    /// An operation's own reply, a file for example.
    func reply(_ operation: String, _ parameters: [String: String] = [:]) throws -> Reply {
        try ask(operation, parameters, [], nil)
    }

    /// Does an operation whose answer is of no interest.
    func tell(_ operation: String, _ parameters: [String: String] = [:], body: some Encodable) throws {
        _ = try ask(operation, parameters, try JSONBody.encode(body), nil)
    }

    func tell(_ operation: String, _ parameters: [String: String] = [:]) throws { _ = try ask(operation, parameters, [], nil) }

    private static func value<Answer>(_ reply: Reply, _ operation: String) throws -> Answer {
        guard case .json(let value) = reply, let answer = value as? Answer else {
            throw Refusal("page.answer", "页面程序有误：\(operation) 的结果不是所要的内容。", remedy: "请把这句话告诉管理员。")
        }
        return answer
    }
}

/// What a page answers.
public enum PageReply {
    /// A template with what it shows; the layout is put around it. Everything is escaped.
    case page(String, [String: Any])
    /// Elsewhere in the console, with GET.
    case redirect(String)
    /// Signs in and goes on; the token becomes the session's cookie.
    case signedIn(token: String, to: String)
    case signedOut(to: String)
    case file(Reply)
}
