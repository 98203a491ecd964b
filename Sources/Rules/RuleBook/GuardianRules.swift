/// The two family members: who is a guardian, how related, with which papers (Q39–Q41, Q43).
enum GuardianRules {
    static let checks: [Check] = [
        .rule(noGuardian), .rule(orphanWithParents), .rule(sameNumber), .rule(numberNeeded),
    ] + Guardian.both.flatMap(checks)

    private static func checks(of guardian: Guardian) -> [Check] {
        [
            .rule(relationNote(guardian)), .rule(typeMissing(guardian)), .rule(typeWithoutNumber(guardian)),
            .sequence([
                .rule(damagedByExcel(guardian)), .rule(pupilsNumber(guardian)), .rule(oldNumber(guardian)),
                .rule(wrongNumber(guardian)), .rule(wrongButNeeded(guardian)), .rule(sexOfRelation(guardian)),
            ]),
        ]
    }

    // MARK: - Both together

    private static let noGuardian = Rule(
        "Q39-no-guardian", .guardian1IsGuardian, .error, "两位家庭成员都不是监护人",
        remedy: "至少一位家庭成员的“是否监护人”应为“是”",
        passing: RuleExample([.guardian1IsGuardian: "否"]),
        failing: RuleExample([.guardian1IsGuardian: "否", .guardian2IsGuardian: "否"]),
        fails: { subject in
            let answers = Guardian.both.compactMap { subject[$0.isGuardian] }
            return !answers.isEmpty && answers.allSatisfy { $0 == "0" } ? RuleFailure() : nil
        }
    )

    private static let orphanWithParents = Rule(
        "Q43-orphan-guardian", .orphan, .warning, "孤儿的监护人却填写了{detail}",
        remedy: "孤儿的监护人应为民政部门、福利机构或其他亲属；父母一方健在的不是孤儿",
        passing: RuleExample([
            .orphan: "是", .guardian1Name: "长沙市第一社会福利院", .guardian1Relation: "其他",
            .guardian1RelationNote: "社会福利院", .guardian1IDType: "", .guardian1IDNumber: "",
            .guardian2Name: "", .guardian2Relation: "", .guardian2Address: "", .guardian2Division: "",
            .guardian2Phone: "", .guardian2IsGuardian: "", .guardian2IDType: "", .guardian2IDNumber: "",
        ]),
        failing: RuleExample([.orphan: "是"]),
        fails: { subject in
            guard subject[.orphan] == "1" else { return nil }
            let parents = Guardian.both.filter { $0.isParent(subject) && $0.isMarkedGuardian(subject) }
            guard let parent = parents.first, let relation = subject[parent.relation] else { return nil }
            return RuleFailure(CodeTable.relation.text(for: relation) ?? relation)
        }
    )

    private static let sameNumber = Rule(
        "Q39-guardians-same-number", .guardian2IDNumber, .error, "两位家庭成员的身份证件号相同：“{value}”",
        remedy: "请核对两位家庭成员的身份证件号", failing: RuleExample([.guardian2Relation: "祖父母", .guardian2IDNumber: "430104198003120073"]),
        fails: { subject in
            guard let number = subject[.guardian1IDNumber], number == subject[.guardian2IDNumber] else { return nil }
            return RuleFailure()
        }
    )

    /// One paper is enough: a pupil with one parent names a relative as the second member (Q43).
    private static let numberNeeded = Rule(
        "Q39-guardian-number-required", .guardian1IDNumber, .error, "学生没有身份证号，监护人必须填写身份证件号",
        remedy: "请填写至少一位监护人的身份证件号；父母没有户口的，可填写祖父母或外祖父母的身份证件",
        passing: RuleExample(withoutResidentID([.guardian2IDType: "其他", .guardian2IDNumber: ""])),
        failing: RuleExample(withoutResidentID([
            .guardian1IDType: "其他", .guardian1IDNumber: "", .guardian2IDType: "其他", .guardian2IDNumber: "",
        ])),
        fails: { subject in
            guard needsGuardianNumber(subject), Guardian.both.allSatisfy({ subject[$0.idNumber] == nil }) else { return nil }
            return RuleFailure()
        }
    )

    private static func needsGuardianNumber(_ subject: Subject) -> Bool {
        guard let type = subject[.idType], CodeTable.studentIDType.accepts(type) else { return false }
        return type != "1" && (type == "Z" || subject[.idNumber] == nil)
    }

    // MARK: - Each

    private static func relationNote(_ guardian: Guardian) -> Rule {
        Rule(
            "Q41-relation-note-\(guardian.number)", guardian.relationNote, .error, "成员\(guardian.number)关系为“其他”，未填写关系说明",
            remedy: "请在关系说明中写明，例如姑妈、舅舅",
            passing: RuleExample([guardian.relation: "其他", guardian.relationNote: "舅舅"]),
            failing: RuleExample([guardian.relation: "其他"]),
            fails: { $0[guardian.relation] == "other" && $0[guardian.relationNote] == nil ? RuleFailure() : nil }
        )
    }

    private static func typeMissing(_ guardian: Guardian) -> Rule {
        Rule(
            "Q39-guardian-type-required-\(guardian.number)", guardian.idType, .error, "成员\(guardian.number)填写了身份证件号，未填写身份证件类型",
            remedy: "请从下拉列表中选择“{label}”", failing: RuleExample([guardian.idType: ""]),
            fails: { $0[guardian.idNumber] != nil && $0[guardian.idType] == nil ? RuleFailure() : nil }
        )
    }

    private static func typeWithoutNumber(_ guardian: Guardian) -> Rule {
        Rule(
            "Q39-guardian-type-without-number-\(guardian.number)", guardian.idNumber, .warning,
            "成员\(guardian.number)身份证件类型为“{detail}”，未填写身份证件号",
            remedy: "请补填号码；学生有身份证号的，监护人可以不填号码，证件类型选“其他”",
            passing: RuleExample([guardian.idType: "其他", guardian.idNumber: ""]),
            failing: RuleExample([guardian.idNumber: ""]),
            fails: { subject in
                guard subject[guardian.idNumber] == nil, let type = subject[guardian.idType], type != "Z",
                      let text = CodeTable.guardianIDType.text(for: type) else { return nil }
                return RuleFailure(text)
            }
        )
    }

    private static func damagedByExcel(_ guardian: Guardian) -> Rule {
        Rule(
            "Q39-guardian-number-not-text-\(guardian.number)", guardian.idNumber, .error,
            "成员\(guardian.number)身份证件号“{value}”已被Excel改成数值，末几位已丢失",
            remedy: "请把该列设为文本格式，重新输入完整号码；身份证件号必须以文本格式填写",
            failing: RuleExample(cells: [guardian.idNumber: RawCell("430104198003120000", kind: .number)]),
            fails: { subject in
                guard let number = subject[guardian.idNumber],
                      ExcelDamage.isDamaged(subject.row[guardian.idNumber], text: number) else { return nil }
                return RuleFailure()
            }
        )
    }

    private static func pupilsNumber(_ guardian: Guardian) -> Rule {
        let other = guardian.number == 1 ? Guardian.second : Guardian.first
        return Rule(
            "Q39-guardian-has-pupils-number-\(guardian.number)", guardian.idNumber, .error,
            "成员\(guardian.number)身份证件号“{value}”与学生的相同",
            remedy: "请填写监护人本人的身份证件号",
            passing: RuleExample([other.idType: "其他", other.idNumber: ""]),
            failing: RuleExample([guardian.idNumber: "430104200905120072"]),
            fails: { subject in
                guard let number = subject[guardian.idNumber], number == subject[.idNumber] else { return nil }
                return RuleFailure()
            }
        )
    }

    private static func oldNumber(_ guardian: Guardian) -> Rule {
        Rule(
            "Q39-guardian-number-15-digits-\(guardian.number)", guardian.idNumber, .notice,
            "成员\(guardian.number)填写的是15位旧身份证号“{value}”，换算成18位为{detail}",
            remedy: "请按现行身份证填写18位号码", failing: RuleExample([guardian.idNumber: "430104700101006"]),
            fails: { subject in
                guard case .old15(let upgraded) = subject.verdict(of: guardian) else { return nil }
                return RuleFailure(upgraded)
            }
        )
    }

    /// A slip in a guardian's number does not make a problem record: that kind is about the pupil's own (Q61).
    private static func wrongNumber(_ guardian: Guardian) -> Rule {
        Rule(
            "Q39-guardian-number-\(guardian.number)", guardian.idNumber, .warning,
            "成员\(guardian.number)身份证号“{value}”有误：{detail}",
            remedy: "请按身份证核对", failing: RuleExample([guardian.idNumber: "430104198003120079"]),
            fails: { subject in
                guard !needsGuardianNumber(subject) || soundNumbers(subject) > 0 else { return nil }
                return subject.verdict(of: guardian).flatMap(fault).map { RuleFailure($0) }
            }
        )
    }

    /// Where the guardian's number is the only anchor of the pupil's identity, a wrong one is as good as none.
    private static func wrongButNeeded(_ guardian: Guardian) -> Rule {
        let other = guardian.number == 1 ? Guardian.second : Guardian.first
        return Rule(
            "Q39-guardian-number-needed-\(guardian.number)", guardian.idNumber, .error,
            "学生没有身份证号，而成员\(guardian.number)身份证号“{value}”有误：{detail}",
            remedy: "学生没有身份证号时，至少一位监护人的身份证件号必须正确；请按身份证核对",
            passing: RuleExample(withoutResidentID()),
            failing: RuleExample(withoutResidentID([
                guardian.idNumber: "430104198003120079", other.idType: "其他", other.idNumber: "",
            ])),
            fails: { subject in
                guard needsGuardianNumber(subject), soundNumbers(subject) == 0 else { return nil }
                return subject.verdict(of: guardian).flatMap(fault).map { RuleFailure($0) }
            }
        )
    }

    /// How many members have a number that nothing speaks against; papers of other kinds count.
    private static func soundNumbers(_ subject: Subject) -> Int {
        Guardian.both.filter { guardian in
            guard subject[guardian.idNumber] != nil else { return false }
            return subject[guardian.idType] != "1" || subject.verdict(of: guardian).flatMap(fault) == nil
        }.count
    }

    /// What is wrong with a number; nil when it may be right. Fifteen digits are old, not wrong.
    private static func fault(_ verdict: ResidentIDVerdict) -> String? {
        switch verdict {
        case .badLength: "长度不是18位"
        case .badCharacters: "含有数字和末位X以外的字符"
        case .badDate: "出生日期段不是有效日期"
        case .futureDate: "出生日期段晚于今天"
        case .badCheckDigit(let expected): "校验码不对（末位应为\(expected)）"
        case .old15, .ok, .lowercaseX, .historicalRegion, .hongKongMacauTaiwan, .foreignResident, .regionUnknown,
             .regionLevel: nil
        }
    }

    private static func sexOfRelation(_ guardian: Guardian) -> Rule {
        Rule(
            "Q41-relation-sex-\(guardian.number)", guardian.relation, .warning,
            "成员\(guardian.number)关系为“{value}”，身份证号“{detail}”却是另一性别的",
            remedy: "请核对成员\(guardian.number)的关系和身份证号",
            failing: RuleExample([guardian.relation: guardian.number == 1 ? "母亲" : "父亲"]),
            fails: { subject in
                guard let verdict = subject.verdict(of: guardian), verdict.isValid, let number = subject[guardian.idNumber],
                      let sex = ResidentIDNumber.sex(of: number) else { return nil }
                let isOther = subject[guardian.relation] == "father" && sex == "2"
                    || subject[guardian.relation] == "mother" && sex == "1"
                return isOther ? RuleFailure(number) : nil
            }
        )
    }

    private static func withoutResidentID(_ more: [StudentField: String] = [:]) -> [StudentField: String] {
        [.idType: "其他", .idNumber: "", .noIDProof: "无身份证在校就读证明|20150905|学校档案室"].merging(more) { $1 }
    }
}
