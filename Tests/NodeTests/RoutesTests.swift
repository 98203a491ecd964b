import Features
import FoundationEssentials
@testable import Node
import Testing

/// docs/api.md lists every operation, generated from the one list that the server routes by.
struct RoutesTests {
    private static let file = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path + "/docs/api.md"
    private static let (begin, end) = ("<!-- operations: generated -->\n", "<!-- end of operations -->\n")

    private static func row(_ operation: Features.Operation) -> String {
        let query = operation.parameters.filter { !$0.isInPath }.map { $0.isRequired ? $0.name : $0.name + "?" }
        let body = switch operation.body {
        case .none: [String]()
        case .json(let schema): [shape(schema)]
        case .file: ["a file"]
        }
        let given = (query.isEmpty ? [] : ["?" + query.joined(separator: "&")]) + body
        let answer = shape(operation.response)
        let roles = operation.roles.isEmpty ? "any" : operation.roles.map(\.rawValue).sorted().joined(separator: ", ")
        return "| `\(operation.method.rawValue) \(operation.path)` | \(operation.summary) | \(code(given.joined(separator: " "))) | \(code(answer)) | \(roles) |"
    }

    private static func code(_ text: String) -> String { text.isEmpty ? "–" : "`" + text.replacing("|", with: "\\|") + "`" }

    private static func shape(_ schema: Schema) -> String {
        switch schema {
        case .object(let fields):
            "{" + fields.map { field in
                let inner = shape(field.schema)
                return field.name + (field.isOptional ? "?" : "") + (inner.hasPrefix("{") || inner.hasPrefix("[") ? ":" + inner : "")
            }.joined(separator: ",") + "}"
        case .array(let element): "[" + shape(element) + "]"
        case .file(let mediaType): mediaType
        case .anything: "…"
        case .string: "text"
        case .integer, .number: "number"
        case .boolean: "boolean"
        }
    }

    private static var table: String {
        let rows = Routes.all().sorted { ($0.path, $0.method.rawValue) < ($1.path, $1.method.rawValue) }.map(row)
        return (["| Operation | What | Given | Answer | Roles |", "|---|---|---|---|---|"] + rows).joined(separator: "\n") + "\n"
    }

    /// With `XUEJI_WRITE_DOCS` set the table is written anew.
    @Test func `the document lists every operation as it is, and no other`() throws {
        let text = String(decoding: try FileBytes.read(Self.file), as: UTF8.self)
        let parts = try #require(text.range(of: Self.begin))
        let rest = text[parts.upperBound...]
        let last = try #require(rest.range(of: Self.end))
        if ProcessInfo.processInfo.environment["XUEJI_WRITE_DOCS"] != nil {
            let new = text[..<parts.upperBound] + Self.table + rest[last.lowerBound...]
            try Data(new.utf8).write(to: URL(fileURLWithPath: Self.file))
        }
        let written = Set(rest[..<last.lowerBound].split(separator: "\n").map(String.init))
        let real = Set(Self.table.split(separator: "\n").map(String.init))
        #expect(real.subtracting(written).sorted() == [], "missing in docs/api.md; write it anew with XUEJI_WRITE_DOCS=1")
        #expect(written.subtracting(real).sorted() == [], "in docs/api.md alone")
    }
}
