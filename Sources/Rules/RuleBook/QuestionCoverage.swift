/// Where each question of the FAQ's collection and import sections is kept: by which rules, or why not by a rule on a row.
public struct QuestionCoverage: Sendable, Identifiable {
    /// `Q1` … `Q53`, later ones that belong to the same sections, or a row of the manual (`M-IMP`).
    public let question: String
    /// Codes of rules on a row, at submission or on a file.
    public let rules: [String]
    /// Chinese: what no rule on a row can judge, and where it is kept instead; empty when the rules say all.
    public let elsewhere: String

    public var id: String { question }

    /// - Parameter also: rules that carry another question's code.
    init(_ question: String, also: [String] = [], _ elsewhere: String = "") {
        self.question = question
        self.elsewhere = elsewhere
        rules = (QuestionCoverage.codes[question] ?? []) + also
    }

    private static let codes: [String: [String]] = Dictionary(
        grouping: (RuleBook.all + RuleBook.submission).map { ($0.question, $0.code) } + FileRules.all.map { ($0.question, $0.code) },
        by: \.0
    ).mapValues { $0.map(\.1) }

    /// In the order of the FAQ.
    public static let all: [QuestionCoverage] = scope + institutions + items + imports + manual

    private static let scope: [QuestionCoverage] = [
        QuestionCoverage("Q1", "学校类型由机构库登记，导入时只核对"),
        QuestionCoverage("Q2", also: ["Q36-bought-place"], "挂靠分校区由主管部门在机构库中指定"),
        QuestionCoverage("Q3", "休学学生在原年级、班级按在校生录入，再办理休学异动"),
        QuestionCoverage("Q4"),
        QuestionCoverage("Q5", "一人一籍由查重保证：他校已有学籍的，列为问题学籍，按转学或删除处理"),
        QuestionCoverage("Q6", also: ["Q2-school-missing"], "待转入公办学校的名单由主管部门掌握"),
        QuestionCoverage("Q7", also: ["M-IMP-statement-guardianConfirmation"]),
        QuestionCoverage("Q8"),
        QuestionCoverage("Q9", also: ["Q1-school-kind"], "附设班由机构库登记"),
    ]

    private static let institutions: [QuestionCoverage] = [
        QuestionCoverage("Q10", "属地与主管两个部门记在机构库中，审核权限按主管部门判断，与学生数据无关"),
        QuestionCoverage("Q11", "土地证号是学校信息，不在学生模板中；在学校信息中按一个值校验"),
        QuestionCoverage("Q12", "单点登录由账号会话保证"),
        QuestionCoverage("Q13", also: ["Q2-school-missing", "Q2-school-code"], "无标识码学校由主管部门挂靠为分校区"),
        QuestionCoverage("Q14", also: ["Q2-school-missing"], "已撤销学校的只读由机构库保证"),
        QuestionCoverage("Q15"),
        QuestionCoverage("Q16", also: ["Q51-class-unknown"], "分校区的班号区间在建班时校验，导入只认已建的班"),
    ]

    private static let items: [QuestionCoverage] = [
        QuestionCoverage("Q17"),
        QuestionCoverage("Q18", also: ["Q8-required-name"]),
        QuestionCoverage("Q19"),
        QuestionCoverage("Q20"),
        QuestionCoverage("Q21"),
        QuestionCoverage("Q22", also: ["Q40-proof-pending", "Q40-proof-before-submission", "M-IMP-statement-noIDProof"]),
        QuestionCoverage("Q23", also: ["Q22-number-required"]),
        QuestionCoverage("Q24"),
        QuestionCoverage("Q25", "取父母或祖父母的哪一方，由学校核实"),
        QuestionCoverage("Q26", also: ["M-IMP-length-auxiliaryNumber"], "学籍辅号可空，格式由各省自定，不参与查重"),
        QuestionCoverage("Q27", "转学时入学年月不变由转学流程保证"),
        QuestionCoverage("Q28"),
        QuestionCoverage("Q29"),
        QuestionCoverage("Q30", "寄宿生统计按就读方式汇总"),
        QuestionCoverage("Q31"),
        QuestionCoverage("Q32", "依据的证明由学校核实"),
        QuestionCoverage("Q33"),
        QuestionCoverage("Q34"),
        QuestionCoverage("Q35", "不填写，由户口所在地和学校所在县自动判断（外省、本省外县）"),
        QuestionCoverage("Q36"),
        QuestionCoverage("Q37", "日常维护按一般数据修改，留痕"),
        QuestionCoverage("Q38"),
        QuestionCoverage("Q39"),
        QuestionCoverage("Q40", also: ["M-IMP-statement-otherDocumentProof"]),
        QuestionCoverage("Q41"),
        QuestionCoverage("Q42", "已辍学且动员不返校的学生不在名册中，软件无从得知；日后辍学按异动办理"),
        QuestionCoverage("Q43", also: ["Q39-no-guardian"], "父母一方死亡或离异的，另一位亲属作为第二成员填写"),
        QuestionCoverage("Q44", "学籍号由国家节点生成，不在导入中"),
        QuestionCoverage("Q45", "学籍号的变更由国家节点决定"),
        QuestionCoverage("Q46", "转学完成时系统自动填“正常入学”"),
        QuestionCoverage("Q47", "以独生子女证明为准，软件不推断"),
        QuestionCoverage("Q48", also: ["Q19-division-unknown-guardian1Division", "Q19-division-unknown-guardian2Division"],
                         "军人监护人填部队所在地区，由学校核实"),
    ]

    private static let imports: [QuestionCoverage] = [
        QuestionCoverage("Q49", "模板不含宏；下拉列表之外，导入时按本规则书逐行校验"),
        QuestionCoverage("Q50", "结果状态（待处理、成功、失败、不符合模板）由导入任务给出"),
        QuestionCoverage("Q51"),
        QuestionCoverage("Q52", also: ["Q15-required-classCode", "Q15-class-code", "Q15-stage-digit"]),
        QuestionCoverage("Q53", also: ["Q104-under-age"]),
        QuestionCoverage("Q59", "批量删除不提供；上报前逐个删除在学籍注册中办理"),
        QuestionCoverage("Q61", also: ["Q64-id-check-digit"], "三项重复与他校重复由查重判断"),
        QuestionCoverage("Q64"),
        QuestionCoverage("Q68", "照片文件名在照片导入时核对"),
        QuestionCoverage("Q92", "自主招生模板用同一导入任务和同一规则书"),
        QuestionCoverage("Q99", "统一招生名单按学校、班级或年级导入，由招生业务判断"),
        QuestionCoverage("Q102", also: ["Q19-division-unknown-hukouDivision", "Q19-division-unknown-birthplace"],
                         "自设区划由省级上报、国家赋码后下发"),
        QuestionCoverage("Q104"),
        QuestionCoverage("Q106", also: ["Q9-vocational", "Q1-school-kind"], "有附设班的中职学校由机构库下发"),
        QuestionCoverage("Q107", "学校属性变更经申报、审批后由机构库下发生效"),
        QuestionCoverage("Q112", also: ["Q14-school-closed"], "学校合并、撤销时的学生分流按学校合并业务办理"),
    ]

    private static let manual: [QuestionCoverage] = [
        QuestionCoverage("M-CLS", also: ["Q51-class-unknown"], "年级、班级的增改合并删除和学生调班在学校管理中办理"),
        QuestionCoverage("M-学制"),
        QuestionCoverage("M-IMP", also: ["Q64-id-check-digit"]),
    ]
}
