/// What a whole file is judged by, before its rows.
public struct FileSubject: Sendable {
    /// What the institution register says about the school that the file names.
    public enum Registered: Sendable, Hashable {
        /// No register at hand: nothing can be said.
        case unknown
        /// The register is at hand and does not have the school.
        case missing
        case found(SchoolFacts)
    }

    /// The school code that the file's rows name; the first where they differ.
    public var schoolCode: String
    public var school: Registered
    /// Whether any class of the school is an attached class (附设班, Q9).
    public var hasAttachedClasses: Bool
    /// How many pupils' rows the file has.
    public var rowCount: Int

    public init(schoolCode: String, school: Registered, hasAttachedClasses: Bool = false, rowCount: Int) {
        self.schoolCode = schoolCode
        self.school = school
        self.hasAttachedClasses = hasAttachedClasses
        self.rowCount = rowCount
    }

    var facts: SchoolFacts? {
        if case .found(let facts) = school { facts } else { nil }
    }
}

/// A rule about a whole file: an error refuses every row of it.
public struct FileRule: Sendable, Identifiable {
    public let code: String
    public let question: String
    public let severity: Finding.Severity
    /// Chinese, with `{value}` for the school.
    public let message: String
    public let remedy: String
    public let passing: FileSubject
    public let failing: FileSubject
    let fails: @Sendable (FileSubject) -> Bool

    public var id: String { code }

    init(
        _ code: String, _ severity: Finding.Severity, _ message: String, remedy: String,
        passing: FileSubject = FileRules.example, failing: FileSubject, fails: @escaping @Sendable (FileSubject) -> Bool
    ) {
        self.code = code
        question = Rule.question(of: code)
        self.severity = severity
        self.message = message
        self.remedy = remedy
        self.passing = passing
        self.failing = failing
        self.fails = fails
    }

    public func finding(on subject: FileSubject) -> Finding? {
        guard fails(subject) else { return nil }
        let places = ["value": subject.schoolCode, "detail": subject.facts?.name ?? ""]
        return Finding(
            rule: code, question: question, severity: severity, field: .schoolCode,
            message: RuleText.fill(message, places), remedy: RuleText.fill(remedy, places)
        )
    }
}

/// Is the school one whose pupils are taken in at all (Q1, Q2, Q6, Q9, Q13, Q14)?
public enum FileRules {
    public static let all: [FileRule] = schoolRules + [empty, lengthMissing]

    /// The findings; of the rules about the school, the first that fails speaks alone.
    public static func judge(_ subject: FileSubject) -> [Finding] {
        let school = schoolRules.lazy.compactMap { $0.finding(on: subject) }.first
        return [school, empty.finding(on: subject), lengthMissing.finding(on: subject)].compactMap { $0 }
    }

    private static let schoolRules = [missing, unlicensed, closed, outOfScope]

    private static let missing = FileRule(
        "Q2-school-missing", .error, "学校不在机构库：{value}",
        remedy: "请核对学校标识码；没有标识码的学校由主管部门指定，作为公办学校的分校区录入",
        failing: FileSubject(schoolCode: "3443019999", school: .missing, rowCount: 1),
        fails: { $0.school == .missing }
    )

    private static let unlicensed = FileRule(
        "Q6-school-unlicensed", .error, "学校不在机构库：{detail}（{value}）没有办学资质",
        remedy: "无办学资质学校的学生不能导入；经主管部门确认，转入公办学校，或学校取得资质后作为公办学校的分校区录入",
        failing: changed { $0.isLicensed = false },
        fails: { $0.facts?.isLicensed == false }
    )

    private static let closed = FileRule(
        "Q14-school-closed", .error, "{detail}（{value}）已撤销，不能录入学生",
        remedy: "已撤销的学校只能查询；学生请在接收学校办理", failing: changed { $0.isClosed = true },
        fails: { $0.facts?.isClosed == true }
    )

    private static let outOfScope = FileRule(
        "Q1-school-kind", .error, "学校类型不采集该学段：{detail}（{value}）不在采集范围",
        remedy: "只采集义务教育、普通高中、特殊教育和工读学校；职业学校附设班请由主管部门在机构库中登记后再导入",
        passing: FileSubject(schoolCode: ExamplePupil.schoolCode, school: .found(vocational), hasAttachedClasses: true, rowCount: 1),
        failing: changed {
            $0.kind = "365"
            $0.stages = []
        },
        fails: { ($0.facts?.stages.isEmpty ?? false) && !$0.hasAttachedClasses }
    )

    private static let empty = FileRule(
        "Q50-no-rows", .error, "文件中没有学生数据", remedy: "请从模板的第一行数据起填写学生信息后重新上传",
        failing: FileSubject(schoolCode: ExamplePupil.schoolCode, school: .found(ExamplePupil.school), rowCount: 0),
        fails: { $0.rowCount == 0 }
    )

    private static let lengthMissing = FileRule(
        "M-学制-missing", .warning, "{detail}（{value}）未填写学制", remedy: "请先在学校信息中如实填写各学段学制，否则不能升级，填错会使学生提前毕业",
        failing: changed { $0.years = [:] },
        fails: { subject in
            guard let facts = subject.facts else { return false }
            return facts.stages.contains { facts.years[$0] == nil }
        }
    )

    // MARK: - Examples

    static let example = FileSubject(schoolCode: ExamplePupil.schoolCode, school: .found(ExamplePupil.school), rowCount: 1)

    private static let vocational: SchoolFacts = {
        var facts = ExamplePupil.school
        facts.kind = "365"
        facts.stages = []
        return facts
    }()

    private static func changed(_ change: (inout SchoolFacts) -> Void) -> FileSubject {
        var facts = ExamplePupil.school
        change(&facts)
        return FileSubject(schoolCode: facts.code, school: .found(facts), rowCount: 1)
    }
}
