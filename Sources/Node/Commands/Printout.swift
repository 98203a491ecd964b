import Features
import Glibc

/// What a verb prints: one JSON object, or Chinese text with tables.
struct Printout: Sendable {
    let isJSON: Bool

    /// A column of a table: key in the JSON, Chinese heading.
    typealias Column = (key: String, title: String)

    /// Prints the answer; without `--json` as lines of its fields, lists as tables of the columns.
    func show(_ value: JSONValue, columns: [Column] = []) {
        if isJSON {
            line(Self.text(value))
        } else {
            line(Self.prose(value, columns: columns))
        }
    }

    func show(_ value: some Encodable, columns: [Column] = []) throws {
        show(try JSONValue(encoding: value), columns: columns)
    }

    func show(_ failure: VerbFailure) {
        if isJSON {
            let refusal = failure.refusal
            var error: [String: JSONValue] = [
                "code": .string(refusal.code), "question": .string(refusal.question), "message": .string(refusal.message),
                "remedy": .string(refusal.remedy),
            ]
            if !refusal.cases.isEmpty { error["cases"] = .array(refusal.cases.map(Self.value)) }
            line(Self.text(.object(["error": .object(error)])))
        } else {
            let source = failure.refusal.question.isEmpty ? "" : "(\(failure.refusal.question))"
            Self.complain("错误 \(failure.refusal.code)\(source)：\(failure.refusal.message)\n  \(failure.refusal.remedy)")
            guard !failure.refusal.cases.isEmpty else { return }
            let columns = [("dossier", "学籍档案"), ("state", "在办业务"), ("holder", "当前处理单位")]
            Self.complain(Self.table(failure.refusal.cases.map(Self.value), columns: columns))
        }
    }

    private static func value(_ open: Refusal.OpenCase) -> JSONValue {
        .object(["dossier": .string(open.dossier), "state": .string(open.state), "holder": .string(open.holder)])
    }

    func line(_ text: String) {
        print(text)
        fflush(nil)
    }

    static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    static func text(_ value: JSONValue) -> String {
        (try? JSONBody.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    // MARK: Text for people

    private static func prose(_ value: JSONValue, columns: [Column]) -> String {
        guard case .object(let fields) = value else { return plain(value) }
        let titles = Dictionary(columns.map { ($0.key, $0.title) }, uniquingKeysWith: { first, _ in first })
        var lines: [String] = []
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            switch field {
            case .array(let rows) where rows.contains { if case .object = $0 { true } else { false } }:
                lines.append("\(titles[name] ?? name)(\(rows.count)):")
                lines.append(table(rows, columns: columns.filter { column in rows.contains { $0[column.key] != nil } }))
            case .array(let items): lines.append("\(titles[name] ?? name):\(items.map(plain).joined(separator: " "))")
            case .null: break
            case .object: lines.append("\(titles[name] ?? name):\(plain(field))")
            default: lines.append("\(titles[name] ?? name):\(plain(field))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func plain(_ value: JSONValue) -> String {
        switch value {
        case .null: "–"
        case .boolean(let value): value ? "是" : "否"
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let value): value
        case .array(let values): values.map(plain).joined(separator: "、")
        case .object(let fields):
            fields.sorted { $0.key < $1.key }.map { "\($0.key)=\(plain($0.value))" }.joined(separator: " ")
        }
    }

    /// Columns aligned by display width: Chinese characters are two cells wide.
    static func table(_ rows: [JSONValue], columns: [Column]) -> String {
        guard !columns.isEmpty else { return rows.map(plain).joined(separator: "\n") }
        let cells = [columns.map(\.title)] + rows.map { row in columns.map { row[$0.key].map(plain) ?? "" } }
        let widths = columns.indices.map { column in cells.map { width($0[column]) }.max() ?? 0 }
        return cells.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - width($0))) }
                .joined(separator: "  ").trimmedOfSpaces
        }.joined(separator: "\n")
    }

    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? 2 : 1) }
    }
}

extension JSONValue {
    /// Any encodable value as JSON data.
    init(encoding value: some Encodable) throws {
        self = try JSONBody.decode(try JSONBody.encode(value))
    }
}
