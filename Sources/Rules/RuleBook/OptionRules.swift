/// Items with a drop-down list take exactly its texts or codes (Q17).
enum OptionRules {
    static let rules = StudentField.allCases.compactMap(rule)

    private static let byField = Dictionary(rules.compactMap { rule in rule.field.map { ($0, rule) } }) { first, _ in first }

    /// One item's rule, to stand at the head of a sequence.
    static func rule(of field: StudentField) -> Check { byField[field].map { .rule($0) } ?? .together([]) }

    static func code(of field: StudentField) -> String { "\(question(of: field))-option-\(field)" }

    private static func rule(for field: StudentField) -> Rule? {
        guard let table = field.codeTable else { return nil }
        let choices = choices(of: table)
        return Rule(
            code(of: field), field, .error, "“{label}”填写的“{value}”不在模板选项中",
            remedy: "可选：\(choices)", failing: RuleExample([field: "不在列表中"]),
            fails: { $0[field] != nil && $0.traits(of: field).contains(.notAnOption) ? RuleFailure() : nil }
        )
    }

    /// The whole list when it is short, else where to find it.
    private static func choices(of table: CodeTable) -> String {
        let texts = table.texts()
        let shown = texts.prefix(16).joined(separator: "、")
        return texts.count <= 16 ? shown : shown + "等\(texts.count)项，请从模板下拉列表中选择"
    }

    static func question(of field: StudentField) -> String {
        switch field {
        case .ethnicity, .guardian1Ethnicity, .guardian2Ethnicity: "Q21"
        case .idType: "Q22"
        case .entryWay: "Q28"
        case .studentSource: "Q29"
        case .studyWay: "Q30"
        case .onlyChild, .orphan, .martyrChild: "Q32"
        case .leftBehind: "Q33"
        case .migrantChild: "Q34"
        case .governmentPlace: "Q36"
        case .needsAid, .boardingSubsidy: "Q37"
        case .guardian1IDType, .guardian2IDType: "Q40"
        case .guardian1Relation, .guardian2Relation: "Q41"
        default: "Q17"
        }
    }
}
