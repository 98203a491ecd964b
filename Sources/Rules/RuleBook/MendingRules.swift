/// The reader's own repairs as notices, so that the printed book tells what is changed without asking.
enum MendingRules {
    static let rules = Mending.Kind.allCases.map { rule(of: $0) }

    private static let byKind = Dictionary(zip(Mending.Kind.allCases, rules)) { first, _ in first }

    static func finding(for mending: Mending) -> Finding {
        (byKind[mending.kind] ?? rule(of: mending.kind)).finding(failure(of: mending), value: mending.before)
    }

    private static func failure(of mending: Mending) -> RuleFailure {
        RuleFailure(mending.after, field: mending.field, value: mending.before)
    }

    private static func rule(of kind: Mending.Kind) -> Rule {
        let text = text(of: kind)
        return Rule(
            text.code, nil, .notice, text.message + "：“{value}”改为“{detail}”", remedy: "无需处理；如有误请修改后重新导入",
            failing: RuleExample(text.failing),
            allFailures: { subject in
                subject.mendings.isEmpty ? [] : subject.mendings.filter { $0.kind == kind }.map(failure)
            }
        )
    }

    private static func text(
        of kind: Mending.Kind
    ) -> (code: String, message: String, failing: [StudentField: String]) {
        switch kind {
        case .nameSpaces: ("Q18-name-spaces", "“{label}”中的空格已去除", [.name: "张　伟"])
        case .nameDot: ("Q18-name-dot", "“{label}”中的间隔号已统一", [.name: "阿依古丽•买买提"])
        case .nameComposed: ("Q18-name-composed", "“{label}”中的字符已转为标准形式", [.name: "Jose\u{301}"])
        case .fullWidth: ("M-IMP-full-width", "“{label}”中的全角字符已转为半角", [.postcode: "４１０００６"])
        case .idCapitals: ("Q68-id-capitals", "“{label}”中的小写字母已改为大写", [.idNumber: "43010420090512003x"])
        case .idBlanks: ("M-IMP-id-blanks", "“{label}”中的空格或单引号已去除", [.idNumber: "430104 20090512 0072"])
        case .lineBreak: ("M-IMP-line-break", "“{label}”中的换行已改为空格", [.talents: "围棋\n足球"])
        }
    }
}
