/// Every rule by which a pupil's row or record is judged: one list for import, form, API and the printed book.
public enum RuleBook {
    /// The rules at import and entry, in the order of judging.
    public static let all: [Rule] = checks.flatMap(\.rules)

    /// The rules that a record must pass besides before the school may submit it (上报).
    public static let submission: [Rule] = StatementRules.submission

    static let checks: [Check] = [
        .when({ !$0.mendings.isEmpty }, MendingRules.rules.together),
        .when({ $0.lacks(anyOf: RequiredRules.starred) }, RequiredRules.rules.together),
        .rule(RequiredRules.local),
        .when({ $0.allTraits.contains(.notAnOption) }, OptionRules.unheaded.together),
    ] + TextRules.checks + IdentityRules.checks + AgeRules.checks + ClassRules.checks + DivisionRules.checks
        + StudyRules.checks + ContactRules.checks + GuardianRules.checks + HouseholdRules.checks + StatementRules.checks

    /// The rules about one column, for its field in a form.
    public static func rules(for field: StudentField) -> [Rule] { byField[field] ?? [] }

    public static func rule(_ code: String) -> Rule? { byCode[code] }

    /// Reads and judges a row. Findings stand in column order, those about the whole row last.
    public static func judge(_ row: RawRow, facts: Facts) -> Judgement {
        let read = RowReader.mend(row)
        let subject = Subject(row: row, read: read, facts: facts)
        var findings: [Finding] = []
        for check in checks { check.judge(subject, into: &findings) }
        return Judgement(read: read, findings: ordered(findings))
    }

    /// What stands against submitting a record (上报); empty when nothing does.
    public static func judgeSubmission(of record: StudentRecord, facts: Facts) -> [Finding] {
        let row = RecordRules.row(of: record)
        let subject = Subject(row: row, read: RowReader.mend(row), facts: facts)
        return submission.flatMap { $0.findings(on: subject) }
    }

    private static func ordered(_ findings: [Finding]) -> [Finding] {
        guard findings.count > 1 else { return findings }
        let column = { (finding: Finding) in finding.field?.rawValue ?? Int.max }
        return findings.enumerated()
            .sorted { (column($0.element), $0.offset) < (column($1.element), $1.offset) }
            .map(\.element)
    }

    private static let byField = Dictionary(grouping: all.filter { $0.field != nil }, by: \.field)
    private static let byCode = Dictionary(all.map { ($0.code, $0) } + submission.map { ($0.code, $0) }) { first, _ in first }
}

extension OptionRules {
    /// Rules that stand at the head of a sequence elsewhere in the book.
    static let headed: Set<StudentField> = IdentityRules.options.union(StudyRules.options)

    static let unheaded = rules.filter { $0.field.map { !headed.contains($0) } ?? true }
}
