import FoundationEssentials

/// JSON in and out of operations: one way to read a body, one way to write an answer.
public enum JSONBody {
    /// Reads a body that has been checked against its schema.
    /// - Throws: `Refusal` `json.malformed` (usage) naming the field that does not fit.
    public static func decode<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw malformed(place(of: error))
        }
    }

    /// Field order is alphabetical, so that the same answer has the same bytes; slashes are not escaped.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// Checks a body before its handler sees it. Unknown fields are tolerated; wrong types and missing ones are not.
    public static func check(_ bytes: [UInt8], against schema: Schema) throws {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else { throw malformed("") }
        if let fault = value.fault(against: schema, at: "") { throw fault }
    }

    static func malformed(_ place: String) -> Refusal {
        Refusal(
            "json.malformed", place.isEmpty ? "请求内容不是有效的 JSON。" : "请求内容中的“\(place)”缺少或类型不对。",
            remedy: "请按接口文档（/api/v1/openapi.json）填写。", kind: .usage)
    }

    private static func place(of error: DecodingError) -> String {
        let (path, last): ([any CodingKey], (any CodingKey)?) = switch error {
        case .keyNotFound(let key, let context): (context.codingPath, key)
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            (context.codingPath, nil)
        @unknown default: ([], nil)
        }
        return (path + (last.map { [$0] } ?? [])).map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}

/// Any JSON value, for checking requests and for printing answers whose shape is only data here.
public enum JSONValue: Sendable, Hashable, Codable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public init(from decoder: any Decoder) throws {
        if let fields = try? decoder.container(keyedBy: Key.self) {
            var values: [String: JSONValue] = [:]
            for key in fields.allKeys { values[key.stringValue] = try fields.decode(JSONValue.self, forKey: key) }
            self = .object(values)
        } else if var items = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !items.isAtEnd { values.append(try items.decode(JSONValue.self)) }
            self = .array(values)
        } else {
            self = try Self.scalar(decoder.singleValueContainer())
        }
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> JSONValue {
        if container.decodeNil() { return .null }
        if let value = try? container.decode(Bool.self) { return .boolean(value) }
        if let value = try? container.decode(Int64.self) { return .integer(value) }
        if let value = try? container.decode(Double.self) { return .number(value) }
        return .string(try container.decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let fields):
            var container = encoder.container(keyedBy: Key.self)
            for (name, value) in fields { try container.encode(value, forKey: Key(name)) }
        case .array(let values):
            var container = encoder.unkeyedContainer()
            for value in values { try container.encode(value) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .boolean(let value): try Self.put(value, encoder)
        case .integer(let value): try Self.put(value, encoder)
        case .number(let value): try Self.put(value, encoder)
        case .string(let value): try Self.put(value, encoder)
        }
    }

    private static func put(_ value: some Encodable, _ encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    public subscript(_ name: String) -> JSONValue? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    public var text: String? { if case .string(let value) = self { value } else { nil } }
    public var count: Int? { if case .integer(let value) = self { Int(value) } else { nil } }
    public var items: [JSONValue] { if case .array(let values) = self { values } else { [] } }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The first place that does not fit, nil when all does. `place` is the path so far, with dots.
    func fault(against schema: Schema, at place: String) -> Refusal? {
        switch (schema, self) {
        case (.anything, _), (.string, .string), (.integer, .integer), (.number, .integer), (.number, .number),
             (.boolean, .boolean):
            return nil
        case (.array(let item), .array(let values)):
            for (index, value) in values.enumerated() {
                if let fault = value.fault(against: item, at: "\(place)[\(index)]") { return fault }
            }
            return nil
        case (.object(let fields), .object(let values)):
            for field in fields {
                let inner = place.isEmpty ? field.name : place + "." + field.name
                guard let value = values[field.name], value != .null else {
                    if field.isOptional { continue }
                    return JSONBody.malformed(inner)
                }
                if let fault = value.fault(against: field.schema, at: inner) { return fault }
            }
            return nil
        default:
            return JSONBody.malformed(place)
        }
    }
}
