/// An act that the rules do not allow, or input that cannot be used. Nothing was changed.
public struct Refusal: Error, Sendable, Hashable, Codable {
    /// Stable code, for programs.
    public var code: String
    /// FAQ question or other source, for example `Q59`; empty where there is none.
    public var question: String
    /// Chinese: what is wrong, with field and reason.
    public var message: String
    /// Chinese: what to do.
    public var remedy: String
    /// What kind of refusal, for exit status and HTTP status. Not part of the JSON.
    public var kind: Kind
    /// 在办业务 that stand against it; in problem details, where there are any.
    public var cases: [OpenCase] = []

    /// A dossier whose pen is on its way.
    public struct OpenCase: Sendable, Hashable, Codable {
        public let dossier, state, holder: String

        public init(dossier: String, state: String, holder: String) {
            self.dossier = dossier
            self.state = state
            self.holder = holder
        }
    }

    public enum Kind: String, Sendable, Hashable, Codable {
        /// A rule says no: exit 1, HTTP 409.
        case rule
        /// The request itself is wrong: exit 2, HTTP 400.
        case usage
        /// Not this actor's right: exit 4, HTTP 403.
        case permission
        /// No such thing within the actor's sight: exit 1, HTTP 404.
        case missing
    }

    enum CodingKeys: String, CodingKey { case code, question, message, remedy }

    public init(_ code: String, question: String = "", _ message: String, remedy: String, kind: Kind = .rule) {
        self.code = code
        self.question = question
        self.message = message
        self.remedy = remedy
        self.kind = kind
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        code = try values.decode(String.self, forKey: .code)
        question = try values.decode(String.self, forKey: .question)
        message = try values.decode(String.self, forKey: .message)
        remedy = try values.decode(String.self, forKey: .remedy)
        kind = .rule
    }
}
