import Protocol
import Rules
import Store

/// One thing that can be asked of a node, by HTTP, console or command line alike. The list of all is the list of routes.
public struct Operation: Sendable {
    public enum Method: String, Sendable, Hashable { case get = "GET", post = "POST", put = "PUT", delete = "DELETE" }

    /// Stable name, also OpenAPI's operationId: `students.list`.
    public let id: String
    public let method: Method
    /// Below `/api/v1`, with `{name}` for path parameters: `/students/{dossier}`.
    public let path: String
    /// English, one line.
    public let summary: String
    /// Chinese label.
    public let title: String
    public let parameters: [Parameter]
    public let body: Body
    public let response: Schema
    /// Any of these roles suffices; empty: any signed-in account of the unit.
    public let roles: Set<Role>
    /// Whether it changes nothing: such operations also work on a stopped node.
    public let isReading: Bool
    public let handle: @Sendable (Call) throws -> Reply

    public struct Parameter: Sendable, Hashable {
        public let name: String
        /// English.
        public let about: String
        public let isRequired: Bool
        /// In the path; otherwise in the query.
        public let isInPath: Bool

        public init(_ name: String, _ about: String, isRequired: Bool = false, isInPath: Bool = false) {
            self.name = name
            self.about = about
            self.isRequired = isRequired
            self.isInPath = isInPath
        }

        public static func path(_ name: String, _ about: String) -> Parameter {
            Parameter(name, about, isRequired: true, isInPath: true)
        }
    }

    public enum Body: Sendable, Hashable {
        case none
        case json(Schema)
        /// A raw file, streamed to disk before the handler runs; at most `limit` bytes.
        case file(limit: Int)
    }

    public init(
        _ id: String, _ method: Method, _ path: String, _ summary: String, title: String, parameters: [Parameter] = [],
        body: Body = .none, response: Schema, roles: Set<Role> = [], isReading: Bool? = nil,
        handle: @escaping @Sendable (Call) throws -> Reply
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.summary = summary
        self.title = title
        self.parameters = parameters
        self.body = body
        self.response = response
        self.roles = roles
        self.isReading = isReading ?? (method == .get)
        self.handle = handle
    }
}

/// The shape of a JSON value, for the OpenAPI document and for checking requests.
public indirect enum Schema: Sendable, Hashable {
    case string, integer, number, boolean, anything
    case array(Schema)
    /// Required fields first; a name that ends with `?` is optional.
    case object([Field])
    case file(mediaType: String)

    public struct Field: Sendable, Hashable {
        public let name: String
        public let schema: Schema
        public let isOptional: Bool

        public init(_ name: String, _ schema: Schema, isOptional: Bool = false) {
            self.name = name
            self.schema = schema
            self.isOptional = isOptional
        }
    }

    /// `.fields(("unit", .string), ("code?", .string))`.
    public static func fields(_ fields: (String, Schema)...) -> Schema {
        .object(fields.map { name, schema in
            name.hasSuffix("?") ? Field(String(name.dropLast()), schema, isOptional: true) : Field(name, schema)
        })
    }
}

/// One call of an operation, already authenticated.
public struct Call: Sendable {
    public let archive: Archive
    public let actor: Actor
    /// Path and query parameters, decoded.
    public let parameters: [String: String]
    /// The JSON body as UTF-8; empty for none.
    public let body: [UInt8]
    /// Where the raw file body was put, and the name the client gave it.
    public let file: (path: String, name: String)?

    public init(
        archive: Archive, actor: Actor, parameters: [String: String] = [:], body: [UInt8] = [],
        file: (path: String, name: String)? = nil
    ) {
        self.archive = archive
        self.actor = actor
        self.parameters = parameters
        self.body = body
        self.file = file
    }
}

/// What an operation answers.
public enum Reply: Sendable {
    case json(any Encodable & Sendable)
    case file(path: String, name: String, mediaType: String)
    case text(String, mediaType: String)
    case nothing
}
