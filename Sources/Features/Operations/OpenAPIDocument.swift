/// The API described in OpenAPI 3.1, generated from the list of operations and nothing else.
public struct OpenAPIDocument: Sendable {
    public let root: JSONValue

    /// - Parameters:
    ///   - version: of the program.
    ///   - openToAll: ids of operations that need no session.
    public init(_ operations: [Operation], version: String, openToAll: Set<String>) {
        var paths: [String: [String: JSONValue]] = [:]
        for operation in operations {
            paths[operation.path, default: [:]][operation.method.rawValue.lowercased()] =
                Self.describe(operation, needsSession: !openToAll.contains(operation.id))
        }
        root = .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("学籍 Xueji"), "version": .string(version),
                "description": .string("National student registry. Errors are RFC 9457 problem details."),
            ]),
            "servers": .array([.object(["url": .string("/api/v1")])]),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": .object([
                "securitySchemes": .object([
                    "session": .object(["type": .string("http"), "scheme": .string("bearer")])
                ]),
                "schemas": .object(["Problem": Self.problem]),
            ]),
        ])
    }

    private static func describe(_ operation: Operation, needsSession: Bool) -> JSONValue {
        var item: [String: JSONValue] = [
            "operationId": .string(operation.id), "summary": .string(operation.summary),
            "description": .string(operation.title), "tags": .array([.string(tag(of: operation))]),
            "responses": .object(["200": success(operation.response), "default": failure]),
            "security": .array(needsSession ? [.object(["session": .array([])])] : []),
        ]
        if !operation.parameters.isEmpty { item["parameters"] = .array(operation.parameters.map(describe)) }
        if !operation.roles.isEmpty {
            item["x-roles"] = .array(operation.roles.map(\.rawValue).sorted().map { .string($0) })
        }
        switch operation.body {
        case .none: break
        case .json(let schema):
            item["requestBody"] = .object(["required": .boolean(true), "content": content("application/json", describe(schema))])
        case .file(let limit):
            item["requestBody"] = .object([
                "required": .boolean(true),
                "content": content("application/octet-stream", .object(["type": .string("string"), "format": .string("binary")])),
                "description": .string("Raw file, at most \(limit) bytes; its name in the header Xueji-File-Name, percent-encoded"),
            ])
        }
        return .object(item)
    }

    private static func tag(of operation: Operation) -> String {
        operation.id.split(separator: ".").first.map(String.init) ?? operation.id
    }

    private static func describe(_ parameter: Operation.Parameter) -> JSONValue {
        .object([
            "name": .string(parameter.name), "in": .string(parameter.isInPath ? "path" : "query"),
            "required": .boolean(parameter.isRequired || parameter.isInPath), "description": .string(parameter.about),
            "schema": .object(["type": .string("string")]),
        ])
    }

    private static func success(_ schema: Schema) -> JSONValue {
        let media = if case .file(let type) = schema { type } else { "application/json" }
        return .object(["description": .string("Done"), "content": content(media, describe(schema, inAnswer: true))])
    }

    private static let failure = JSONValue.object([
        "description": .string("Refused"),
        "content": content(ProblemDetails.mediaType, .object(["$ref": .string("#/components/schemas/Problem")])),
    ])

    private static func content(_ media: String, _ schema: JSONValue) -> JSONValue {
        .object([media: .object(["schema": schema])])
    }

    private static let problem = describe(.fields(
        ("type", .string), ("title", .string), ("status", .integer), ("detail", .string), ("code", .string),
        ("question", .string), ("message", .string), ("remedy", .string), ("title_en", .string),
        ("cases?", .array(.fields(("dossier", .string), ("state", .string), ("holder", .string))))))

    /// - Parameter inAnswer: an optional field of an answer may also be null, so that programs find its name.
    private static func describe(_ schema: Schema, inAnswer: Bool = false) -> JSONValue {
        switch schema {
        case .string: .object(["type": .string("string")])
        case .integer: .object(["type": .string("integer")])
        case .number: .object(["type": .string("number")])
        case .boolean: .object(["type": .string("boolean")])
        case .anything: .object([:])
        case .file: .object(["type": .string("string"), "format": .string("binary")])
        case .array(let item): .object(["type": .string("array"), "items": describe(item, inAnswer: inAnswer)])
        case .object(let fields):
            .object([
                "type": .string("object"),
                "properties": .object(Dictionary(fields.map { ($0.name, describe($0, inAnswer: inAnswer)) }, uniquingKeysWith: { $1 })),
                "required": .array(fields.filter { !$0.isOptional }.map { .string($0.name) }),
            ])
        }
    }

    private static func describe(_ field: Schema.Field, inAnswer: Bool) -> JSONValue {
        let value = describe(field.schema, inAnswer: inAnswer)
        guard field.isOptional, inAnswer else { return value }
        return .object(["anyOf": .array([value, .object(["type": .string("null")])])])
    }
}
