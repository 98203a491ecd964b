import ArgumentParser
import Features
import Rules

struct RulesCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "全部审核规则 / the rule book")

    @OptionGroup var place: PlaceOptions

    private struct Item: Encodable {
        let code, question: String
        @OrNull var field: String?
        let severity, message, remedy: String
        /// What distinguishes an example that passes and one that fails from the example pupil: column to text.
        let pass, fail: [String: String]
    }

    private struct Book: Encodable { let rules: [Item] }

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let rules = (RuleBook.all + RuleBook.submission).map { rule in
            Item(
                code: rule.code, question: rule.question, field: rule.field?.label, severity: rule.severity.rawValue,
                message: rule.message, remedy: rule.remedy, pass: Self.cells(rule.passing), fail: Self.cells(rule.failing))
        }
            + FileRules.all.map { rule in
                Item(
                    code: rule.code, question: rule.question, field: StudentField.schoolCode.label,
                    severity: rule.severity.rawValue, message: rule.message, remedy: rule.remedy, pass: [:], fail: [:])
            }
        try printout.show(Book(rules: rules), columns: [
            ("rules", "规则"), ("code", "代码"), ("question", "依据"), ("severity", "程度"), ("field", "项目"), ("message", "说明"),
        ])
        return .done
    }

    private static func cells(_ example: RuleExample) -> [String: String] {
        Dictionary(example.changes.map { ($0.key.label, $0.value.text) }, uniquingKeysWith: { first, _ in first })
    }
}

struct AuditCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "对任意 CSV 查重,不需要节点 / duplicate check of any CSV file",
        discussion: """
            首行须有 rec_no,name,sex,birth,id_type,id_no。
            例 / example: xueji audit pupils.csv --out pairs.csv
            """)

    @Argument(help: ArgumentHelp("学生 CSV 文件", valueName: "csv")) var file: String
    @Flag(help: "也找近似的 / approximate pairs too") var suspect = false
    @Option(help: ArgumentHelp("结果写到哪里 / pairs", valueName: "csv")) var out: String
    @OptionGroup var place: PlaceOptions

    private struct Report: Encodable {
        let rows: Int
        let pairs: [String: Int]
        let seconds: Double
    }

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let report = try Audit.run(
            input: file, output: out, suspect: suspect, clock: { SystemSurroundings.monotonicSeconds() })
        let pairs = Dictionary(report.pairs.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
        try printout.show(
            Report(rows: report.rows, pairs: pairs, seconds: report.seconds),
            columns: [("rows", "行数"), ("pairs", "各类对数"), ("seconds", "秒")])
        return .done
    }
}
