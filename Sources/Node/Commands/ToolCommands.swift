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
        commandName: "audit", abstract: "对任意 CSV 查重，不需要节点 / duplicate check of any CSV file",
        discussion: """
            首行须有 rec_no,name,sex,birth,id_type,id_no。--suspect 还利用监护人、电话、住址等列（docs/duplicates.md）。
            例 / example: xueji audit pupils.csv --suspect --out pairs.csv --reasons reasons.csv
            """)

    @Argument(help: ArgumentHelp("学生 CSV 文件", valueName: "csv")) var file: String
    @Flag(help: "也找近似的 / approximate pairs too") var suspect = false
    @Option(help: ArgumentHelp("结果写到哪里 / pairs", valueName: "csv")) var out: String
    @Option(help: ArgumentHelp("近似查重的权重 / weights for --suspect", valueName: "file")) var weights: String?
    @Option(help: ArgumentHelp("近似查重的理由写到哪里 / reasons", valueName: "csv")) var reasons: String?
    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if !suspect, weights != nil || reasons != nil { throw ValidationError("--weights 和 --reasons 须与 --suspect 同用") }
    }

    private struct Report: Encodable {
        let rows: Int
        let pairs: [String: Int]
        let seconds: Double
    }

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let report = try Audit.run(
            input: file, output: out, suspect: suspect, weights: weights, reasons: reasons,
            clock: { SystemSurroundings.monotonicSeconds() })
        let pairs = Dictionary(report.pairs.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
        try printout.show(
            Report(rows: report.rows, pairs: pairs, seconds: report.seconds),
            columns: [("rows", "行数"), ("pairs", "各类对数"), ("seconds", "秒")])
        return .done
    }
}

struct WeightsCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "weights", abstract: "由已判定的数据求近似查重的权重，不需要节点 / train the weights of audit --suspect",
        discussion: """
            判定文件首行为 rec_no_a,rec_no_b,same（1 为同一人），与学生文件一一对应。
            例 / example: xueji weights a.csv b.csv --decided a.decided.csv --decided b.decided.csv --out weights.txt
            """)

    @Argument(help: ArgumentHelp("学生 CSV 文件", valueName: "csv")) var files: [String]
    @Option(help: ArgumentHelp("判定文件，每个学生文件一个 / decided pairs", valueName: "csv")) var decided: [String] = []
    @Option(help: "提出疑似的最低分 / least score that is raised") var threshold = SuspicionWeights.shipped.threshold
    @Option(help: ArgumentHelp("权重写到哪里 / weights", valueName: "file")) var out: String
    @OptionGroup var place: PlaceOptions

    private struct Report: Encodable {
        let rows, decided, compared, candidates: Int
    }

    func validate() throws {
        if files.count != decided.count { throw ValidationError("每个学生文件须有一个 --decided") }
    }

    func perform(_ printout: Printout) async throws -> ExitStatus {
        let lessons = zip(files, decided).map { WeightTraining.Lesson(pupils: $0, decided: $1) }
        let report = try WeightTraining.run(lessons, output: out, threshold: threshold)
        try printout.show(
            Report(rows: report.rows, decided: report.decided, compared: report.compared, candidates: report.candidates),
            columns: [("rows", "行数"), ("decided", "同一人的对数"), ("compared", "其中比较到的"), ("candidates", "比较的对数")])
        return .done
    }
}
