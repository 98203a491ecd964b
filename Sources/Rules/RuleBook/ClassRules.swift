/// School, class, stage and entry: does the row belong here (Q1, Q9, Q15, Q27, Q51)?
enum ClassRules {
    static let checks: [Check] = [
        .sequence([.rule(schoolCodeForm), .rule(ownSchool)]),
        .sequence([.rule(classForm), .rule(stageDigit), .rule(vocational), .rule(stageOffered), .rule(classExists)]),
        .sequence([.rule(entryMonthForm), .rule(entryMonthFuture), .rule(entryMonthOfClass)]),
        .sequence([.rule(gradeForm), .rule(gradeOfClass)]),
    ]

    private static let schoolCodeForm = Rule(
        "Q2-school-code", .schoolCode, .error, "学校标识码“{value}”不是有效的10位标识码",
        remedy: "学校标识码为10位数字：前2位学校类别，第3、4位省码；没有标识码的学校按主管部门指定的公办学校的分校区填报",
        failing: RuleExample([.schoolCode: "344301002"]),
        fails: { subject in
            guard let code = subject[.schoolCode], SchoolCode(code) == nil else { return nil }
            return RuleFailure()
        }
    )

    private static let ownSchool = Rule(
        "M-IMP-own-school", .schoolCode, .error, "学校标识码“{value}”不是本校的（{detail}）",
        remedy: "只能导入本校学生；请核对是否选错文件或学校", failing: RuleExample([.schoolCode: "3443010033"]),
        fails: { subject in
            guard let own = subject.facts.school?.code, let code = subject[.schoolCode], code != own else { return nil }
            return RuleFailure(own)
        }
    )

    private static let classForm = Rule(
        "Q15-class-code", .classCode, .error, "班号“{value}”不是7位数字",
        remedy: "班号为入学年份4位、学段1位（1小学、2初中、3高中）、班序2位（01–99），例如2011101",
        failing: RuleExample([.classCode: "201510"]),
        fails: { subject in
            guard let code = subject[.classCode] else { return nil }
            let isSeven = code.utf8.count == 7 && TextMending.isDigits(code)
            return isSeven && !code.hasSuffix("00") ? nil : RuleFailure()
        }
    )

    private static let stageDigit = Rule(
        "Q15-stage-digit", .classCode, .error, "班号“{value}”的第5位“{detail}”不是学段代码",
        remedy: "班号第5位：1小学、2初中、3高中", failing: RuleExample([.classCode: "2015901"]),
        fails: { subject in
            guard let code = subject[.classCode], subject.classCode == nil else { return nil }
            return RuleFailure(String(code.dropFirst(4).prefix(1)))
        }
    )

    private static let vocational = Rule(
        "Q9-vocational", .classCode, .error, "学校类型不采集该学段：本校为{detail}，只采集附设班的学生",
        remedy: "职业学校的学生不进入学籍系统；附设的义务教育班、普通高中班请由主管部门在机构库中登记后再导入",
        passing: RuleExample(ExamplePupil.senior) {
            $0.school?.kind = "365"
            $0.school?.stages = []
            $0.classes?["2015301"]?.isAttached = true
        },
        failing: RuleExample(ExamplePupil.senior) {
            $0.school?.kind = "365"
            $0.school?.stages = []
        },
        fails: { subject in
            guard let school = subject.facts.school, let kind = SchoolKind[school.kind], !kind.isInScope,
                  let code = subject[.classCode], !isAttached(code, subject) else { return nil }
            return RuleFailure(kind.name)
        }
    )

    private static let stageOffered = Rule(
        "Q1-stage-not-offered", .classCode, .error, "学校类型不采集该学段：本校不设{detail}，班号为“{value}”",
        remedy: "请核对班号第5位；学校确实增设该学段的，先由主管部门在机构库中变更",
        failing: RuleExample {
            $0.school?.kind = "342"
            $0.school?.stages = [.senior]
        },
        fails: { subject in
            guard let school = subject.facts.school, let stage = subject.stage, let code = subject[.classCode],
                  !school.stages.contains(stage), !isAttached(code, subject) else { return nil }
            return RuleFailure(stage.label)
        }
    )

    private static let classExists = Rule(
        "Q51-class-unknown", .classCode, .error, "本校不存在该班号：{value}",
        remedy: "模板中的班号必须与系统中已建班级一致；请核对班号，或先在“学校管理”中建班", failing: RuleExample([.classCode: "2015109"]),
        fails: { subject in
            guard let classes = subject.facts.classes, let code = subject[.classCode], classes[code] == nil
            else { return nil }
            return RuleFailure()
        }
    )

    private static func isAttached(_ code: String, _ subject: Subject) -> Bool {
        subject.facts.classes?[code]?.isAttached ?? false
    }

    // MARK: - Entry month (Q27)

    private static let entryMonthForm = Rule(
        "Q27-entry-month", .entryMonth, .error, "入学年月“{value}”不是有效的年月",
        remedy: "请填写6位年月，例如201509", passing: RuleExample([.entryMonth: "2015年9月"]),
        failing: RuleExample([.entryMonth: "201513"]),
        fails: { subject in
            guard let value = subject[.entryMonth] else { return nil }
            return value.utf8.count == 6 && DateReading.month(value) == value ? nil : RuleFailure()
        }
    )

    private static let entryMonthFuture = Rule(
        "Q27-entry-month-future", .entryMonth, .error, "入学年月“{value}”晚于本月（{detail}）",
        remedy: "请填写学生进入本学段起始年级的年月",
        failing: RuleExample([.entryMonth: "201609", .classCode: "2016101"]) { $0.classes?["2016101"] = ClassFacts() },
        fails: { subject in
            let thisMonth = String(subject.facts.today.compact.prefix(6))
            guard let value = subject[.entryMonth], value > thisMonth else { return nil }
            return RuleFailure(thisMonth)
        }
    )

    private static let entryMonthOfClass = Rule(
        "Q27-entry-month-of-class", .entryMonth, .error, "入学年月“{value}”与班号的入学年份{detail}不一致",
        remedy: "入学年月从本学段起始年级（小学一年级、初一、高一）算起，转学不变；请核对入学年月和班号",
        failing: RuleExample([.entryMonth: "201409"]),
        fails: { subject in
            guard let value = subject[.entryMonth], let year = subject.classCode?.year, Int(value.prefix(4)) != year
            else { return nil }
            return RuleFailure(String(year))
        }
    )

    // MARK: - Grade column of the 2020 template

    private static let gradeForm = Rule(
        "M-IMP-grade", .grade, .warning, "年级“{value}”无法识别", remedy: "年级可填“小学一年级”“初一”“高一”，或入学年份加学段，例如20151",
        passing: RuleExample([.grade: "小学一年级"]), failing: RuleExample([.grade: "启明班"]),
        fails: { subject in
            guard let text = subject[.grade], GradeText(text) == nil else { return nil }
            return RuleFailure()
        }
    )

    private static let gradeOfClass = Rule(
        "M-IMP-grade-of-class", .grade, .error, "年级“{value}”与班号{detail}不一致",
        remedy: "请核对年级和班号：班号前4位为入学年份，第5位为学段",
        passing: RuleExample([.grade: "2015级"]), failing: RuleExample([.grade: "初一"]),
        fails: { subject in
            guard let grade = subject[.grade].flatMap({ GradeText($0) }), let code = subject.classCode,
                  !grade.agrees(with: code, on: subject.facts.today) else { return nil }
            return RuleFailure(code.text)
        }
    )
}

extension Stage {
    /// 小学、初中、高中.
    public var label: String {
        switch self {
        case .primary: "小学"
        case .junior: "初中"
        case .senior: "高中"
        }
    }
}
