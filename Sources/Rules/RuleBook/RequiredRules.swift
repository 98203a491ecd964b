/// What must be filled: the template's ★ for everyone, more where the local authority asks (Q8).
enum RequiredRules {
    /// ★, the same items in every version of the template. 身份证件号 and a guardian's number are conditional.
    static let starred = StudentField.allCases.filter { $0.requirement == .starred }

    static let rules = starred.map(required)

    private static let isStarred: Set<StudentField> = Set(starred)

    /// Non-starred items that an authority of the school switched on.
    static let local = Rule(
        "Q8-locally-required", nil, .error, "“{label}”未填写，{detail}要求本地学校必填",
        remedy: "请补填“{label}”；如有疑问请咨询{detail}",
        passing: RuleExample([.talents: "围棋"]) { $0.policies.locallyRequired = [.talents: "岳麓区教育局"] },
        failing: RuleExample { $0.policies.locallyRequired = [.talents: "岳麓区教育局"] },
        allFailures: { subject in
            let wanted = subject.facts.policies.locallyRequired
            guard !wanted.isEmpty else { return [] }
            return wanted.filter { subject[$0.key] == nil && !isStarred.contains($0.key) }
                .sorted { $0.key < $1.key }
                .map { RuleFailure($0.value, field: $0.key) }
        }
    )

    static func code(of field: StudentField) -> String { "\(question(of: field))-required-\(field)" }

    private static func required(_ field: StudentField) -> Rule {
        let isSecondMember = secondMember.contains(field)
        return Rule(
            code(of: field), field, .error, "★必填项“{label}”未填写",
            remedy: remedy(of: field), failing: RuleExample([field: ""]),
            fails: { subject in
                if subject[field] != nil { return nil }
                if isSecondMember, isWardOfAnInstitution(subject) { return nil }
                return RuleFailure()
            }
        )
    }

    private static let secondMember: Set<StudentField> = [
        .guardian2Name, .guardian2Relation, .guardian2Address, .guardian2Division, .guardian2Phone, .guardian2IsGuardian,
    ]

    /// An orphan whose guardian is a home or the civil-affairs office has no second family member to name (Q43).
    private static func isWardOfAnInstitution(_ subject: Subject) -> Bool {
        subject[.orphan] == "1" && subject[.guardian1Relation] == "other" && subject[.guardian2Name] == nil
    }

    private static func question(of field: StudentField) -> String {
        switch field {
        case .classCode: "Q15"
        case .idType: "Q22"
        case .hukouType, .hukouDivision: "Q25"
        case .currentAddress, .mailingAddress, .homeAddress: "Q31"
        default: "Q8"
        }
    }

    private static func remedy(of field: StudentField) -> String {
        switch field {
        case .classCode: "请填写7位班号，例如2011101（2011级小学1班）"
        case .hukouType, .hukouDivision: "学生没有户口的，填写父母一方的；父母也没有户口的，填写祖父母的"
        case .currentAddress, .mailingAddress, .homeAddress: "请填写到门牌号；三个地址可以相同"
        case .needsAid, .boardingSubsidy: "首次采集可填“否”"
        default: field.codeTable == nil ? "请补填“{label}”" : "请从下拉列表中选择“{label}”"
        }
    }
}
