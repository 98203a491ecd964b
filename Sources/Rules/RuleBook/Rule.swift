/// One thing the rule book demands of a row: a small value with a pure predicate.
///
/// Codes are append-only: a released code keeps its meaning for ever, since results, manuals and other systems quote it.
/// A class, though immutable, because the judge passes each of some 300 rules around for each of 20,000 rows.
public final class Rule: Sendable, Identifiable {
    /// Question, then what is judged: `Q38-distance`.
    public let code: String
    /// FAQ question (`Q38`) or row of the manual's rules (`M-IMP`) it comes from.
    public let question: String
    /// The column that findings point to; nil when the failure names it.
    public let field: StudentField?
    public let severity: Finding.Severity
    /// Chinese, with `{label}`, `{value}` and `{detail}` in the places that a finding fills.
    public let message: String
    /// Chinese: what to do. Same places.
    public let remedy: String
    public let passing: RuleExample
    public let failing: RuleExample
    let failures: @Sendable (Subject) -> [RuleFailure]

    public var id: String { code }

    /// A rule that finds at most one thing in a row.
    convenience init(
        _ code: String, _ field: StudentField?, _ severity: Finding.Severity, _ message: String, remedy: String,
        passing: RuleExample = .examplePupil, failing: RuleExample, fails: @escaping @Sendable (Subject) -> RuleFailure?
    ) {
        self.init(
            code, field, severity, message, remedy: remedy, passing: passing, failing: failing,
            allFailures: { subject in fails(subject).map { [$0] } ?? [] }
        )
    }

    /// A rule that may find several things in a row.
    init(
        _ code: String, _ field: StudentField?, _ severity: Finding.Severity, _ message: String, remedy: String,
        passing: RuleExample = .examplePupil, failing: RuleExample,
        allFailures: @escaping @Sendable (Subject) -> [RuleFailure]
    ) {
        self.code = code
        self.question = Rule.question(of: code)
        self.field = field
        self.severity = severity
        self.message = message
        self.remedy = remedy
        self.passing = passing
        self.failing = failing
        failures = allFailures
    }

    /// What the rule says about a row; empty when the row passes.
    public func findings(on subject: Subject) -> [Finding] { findings(of: failures(subject), on: subject) }

    func findings(of failures: [RuleFailure], on subject: Subject) -> [Finding] {
        failures.map { finding($0, value: value(of: $0, in: subject)) }
    }

    func finding(_ failure: RuleFailure, value: String) -> Finding {
        let column = failure.field ?? field
        let label = column?.label ?? ""
        let fill = { (template: String) in
            RuleText.fill(template, ["label": label, "value": value, "detail": failure.detail])
        }
        return Finding(
            rule: code, question: question, severity: severity, field: column, message: fill(message), remedy: fill(remedy)
        )
    }

    private func value(of failure: RuleFailure, in subject: Subject) -> String {
        if let value = failure.value { return value }
        guard let column = failure.field ?? field else { return "" }
        let typed = subject.row[column]?.text ?? subject[column] ?? ""
        // A form or a record gives codes; people read texts.
        return column.codeTable?.text(for: typed) ?? typed
    }

    /// `Q38-distance` → `Q38`, `M-IMP-phone` → `M-IMP`.
    static func question(of code: String) -> String {
        let parts = code.split(separator: "-")
        return parts[0] == "M" ? parts.prefix(2).joined(separator: "-") : String(parts[0])
    }
}

/// Why a row fails a rule.
public struct RuleFailure: Sendable, Hashable {
    /// The column, where it is not the rule's own.
    public var field: StudentField?
    /// What to quote; nil quotes the cell as it was typed.
    public var value: String?
    /// Fills `{detail}`.
    public var detail: String

    init(_ detail: String = "", field: StudentField? = nil, value: String? = nil) {
        self.detail = detail
        self.field = field
        self.value = value
    }
}

/// Fills the places of a message.
enum RuleText {
    static func fill(_ template: String, _ values: [String: String]) -> String {
        guard template.utf8.contains(UInt8(ascii: "{")) else { return template }
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            result += values[String(rest[rest.index(after: open)..<close])] ?? ""
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
