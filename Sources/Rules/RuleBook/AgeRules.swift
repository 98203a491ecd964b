/// Birth date and age at entry. Age errors only warn (Q53), unless the province switched under-age control on (Q104).
enum AgeRules {
    static let checks: [Check] = [
        .sequence([
            .rule(form), .rule(future), .rule(tooEarly),
            .together([.rule(underAgeBlocked), .rule(underAge), .rule(overAge)]),
        ]),
    ]

    private static let form = Rule(
        "M-IMP-birth-date", .birthDate, .error, "出生日期“{value}”不是有效日期",
        remedy: "请填写8位日期，例如20090512", passing: RuleExample([.birthDate: "2009年5月12日"]),
        failing: RuleExample([.birthDate: "20090230"]),
        fails: { subject in
            guard let value = subject[.birthDate], CalendarDate(compact: value) == nil else { return nil }
            return RuleFailure()
        }
    )

    private static let future = Rule(
        "M-IMP-birth-date-future", .birthDate, .error, "出生日期“{value}”晚于今天",
        remedy: "请按身份证或户口簿核对", failing: RuleExample(withoutResidentID(born: "20190512")),
        fails: { subject in
            guard let born = born(subject), born > subject.facts.today else { return nil }
            return RuleFailure()
        }
    )

    /// A typing slip of a century or a decade, which no age rule should be the first to tell.
    private static let tooEarly = Rule(
        "M-IMP-birth-date-implausible", .birthDate, .error, "出生日期“{value}”不合理：入学时{detail}岁",
        remedy: "请按身份证或户口簿核对年份", failing: RuleExample(withoutResidentID(born: "19090512")),
        fails: { subject in
            guard let born = born(subject), let year = subject.classCode?.year else { return nil }
            let age = year - born.year
            return age > 60 || age < 0 ? RuleFailure(String(age)) : nil
        }
    )

    private static let underAgeBlocked = Rule(
        "Q104-under-age", .birthDate, .error, "不具备入学资格：出生日期“{value}”，{detail}",
        remedy: "本省已启用不足龄控制，新生不足龄不能注册；如有特殊情况请向省级主管部门申请",
        passing: RuleExample { $0.policies.underAgeBlocks = true },
        failing: RuleExample(aged("20091001", "430104200910010070")) { $0.policies.underAgeBlocks = true },
        fails: { subject in
            guard isBlocked(subject) else { return nil }
            return underAgeDetail(subject).map { RuleFailure($0) }
        }
    )

    private static let underAge = Rule(
        "Q53-under-age", .birthDate, .warning, "不具备入学资格：出生日期“{value}”，{detail}",
        remedy: "年龄提示不影响导入；请核对出生日期和入学年月",
        failing: RuleExample(aged("20091001", "430104200910010070")),
        fails: { subject in
            guard !isBlocked(subject) else { return nil }
            return underAgeDetail(subject).map { RuleFailure($0) }
        }
    )

    private static let overAge = Rule(
        "Q53-over-age", .birthDate, .warning, "年龄偏大：出生日期“{value}”，{detail}",
        remedy: "年龄提示不影响导入；请核对出生日期和入学年月",
        failing: RuleExample(aged("20010512", "430104200105120074")),
        fails: { subject in
            guard let (age, stage) = ageAtEntry(subject), age > greatestAge(at: stage),
                  !(subject.facts.school?.kind.hasPrefix("51") ?? false) else { return nil }
            return RuleFailure("\(stage.label)入学时已满\(age)周岁")
        }
    )

    // MARK: - Ages

    /// The switch is about new pupils of the first grade; those who entered in earlier years are only warned about.
    private static func isBlocked(_ subject: Subject) -> Bool {
        guard subject.facts.policies.underAgeBlocks, let code = subject.classCode, code.stage == .primary else { return false }
        return code.year >= SchoolYear.entering(on: subject.facts.today)
    }

    private static func underAgeDetail(_ subject: Subject) -> String? {
        guard let (age, stage) = ageAtEntry(subject), age < leastAge(at: stage) else { return nil }
        return "到入学当年\(cutoffLabel(subject))仅\(age)周岁，\(stage.label)入学应满\(leastAge(at: stage))周岁"
    }

    private static func ageAtEntry(_ subject: Subject) -> (age: Int, stage: Stage)? {
        guard let born = born(subject), let code = subject.classCode,
              let cutoff = CalendarDate(compact: String(code.year) + subject.facts.policies.underAgeCutoff)
              ?? CalendarDate(year: code.year, month: 8, day: 31) else { return nil }
        return (SchoolYear.age(born: born, on: cutoff), code.stage)
    }

    private static func cutoffLabel(_ subject: Subject) -> String {
        let text = subject.facts.policies.underAgeCutoff
        guard let month = Int(text.prefix(2)), let day = Int(text.suffix(2)) else { return "8月31日" }
        return "\(month)月\(day)日"
    }

    /// Six for the first grade (义务教育法 article 11); later stages after five and eight years of school.
    private static func leastAge(at stage: Stage) -> Int {
        switch stage {
        case .primary: 6
        case .junior: 11
        case .senior: 14
        }
    }

    /// Three years more than usual.
    private static func greatestAge(at stage: Stage) -> Int {
        switch stage {
        case .primary: 9
        case .junior: 15
        case .senior: 18
        }
    }

    private static func born(_ subject: Subject) -> CalendarDate? { subject[.birthDate].flatMap(CalendarDate.init(compact:)) }

    // MARK: - Examples

    private static func aged(_ birth: String, _ number: String) -> [StudentField: String] {
        [.birthDate: birth, .idNumber: number]
    }

    private static func withoutResidentID(born: String) -> [StudentField: String] {
        [.birthDate: born, .idType: "其他", .idNumber: "", .noIDProof: "无身份证在校就读证明|20150905|学校档案室"]
    }
}
