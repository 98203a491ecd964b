/// What a rule says about one row: a value, never thrown.
public struct Finding: Sendable, Hashable {
    /// `error` blocks the row, `problem` lets it in as a problem record (Q61), `warning` asks, `notice` informs.
    public enum Severity: String, Sendable, Hashable, CaseIterable { case error, problem, warning, notice }

    /// The rule's code, append-only, for example `Q38-distance`.
    public var rule: String
    /// FAQ question the rule comes from, for example `Q38`, or `M-IMP`.
    public var question: String
    public var severity: Severity
    public var field: StudentField?
    /// Chinese: what is wrong.
    public var message: String
    /// Chinese: what to do.
    public var remedy: String

    public init(
        rule: String, question: String, severity: Severity, field: StudentField?, message: String, remedy: String
    ) {
        self.rule = rule
        self.question = question
        self.severity = severity
        self.field = field
        self.message = message
        self.remedy = remedy
    }
}
