/// What the rule book says about one row.
public struct Judgement: Sendable, Hashable {
    /// Why an accepted row becomes a problem record (Q61).
    public enum Problem: String, Sendable, Hashable, CaseIterable {
        /// 身份证号错误
        case wrongIDNumber
        /// 身份证号重复, already inside the file.
        case repeatedIDNumber
    }

    public let findings: [Finding]
    private let read: ReadRow

    init(read: ReadRow, findings: [Finding]) {
        self.read = read
        self.findings = findings
    }

    /// The row as it would be stored.
    public var record: StudentRecord { read.record }

    /// Whether the row enters: it has no error. Problems and warnings do not keep it out.
    public var isAccepted: Bool { !findings.contains { $0.severity == .error } }

    public var problemKinds: Set<Problem> {
        Set(findings.lazy.filter { $0.severity == .problem }.map {
            $0.rule == IdentityRules.repeatedInFileCode ? .repeatedIDNumber : .wrongIDNumber
        })
    }
}
