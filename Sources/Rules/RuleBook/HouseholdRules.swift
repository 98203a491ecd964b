/// Left-behind children (Q33) and children who came along with migrant workers (Q34).
enum HouseholdRules {
    static let checks: [Check] = [
        .rule(leftBehindWithParents), .rule(leftBehindInTown), .rule(leftBehindAway), .rule(leftBehindAndMigrant),
        .rule(migrantContradicts), .rule(migrantLivesWithParents), .rule(migrantLikely),
    ]

    // MARK: - Left behind

    private static let leftBehindWithParents = Rule(
        "Q33-left-behind-with-parents", .leftBehind, .warning, "填写了“{value}”，但{detail}",
        remedy: "双亲留守指父母都外出务工连续三个月以上；请核对留守情况和家庭成员现住址",
        passing: RuleExample(rural.merging([
            .leftBehind: "双亲留守儿童", .guardian1Address: "广东省东莞市长安镇", .guardian2Address: "广东省东莞市长安镇",
        ]) { $1 }),
        failing: RuleExample(rural.merging([.leftBehind: "双亲留守儿童"]) { $1 }),
        fails: { subject in
            guard let answer = subject[.leftBehind], answer == "1" || answer == "2" else { return nil }
            let present = Guardian.both.filter {
                $0.isParent(subject) && $0.isMarkedGuardian(subject) && $0.livesWithPupil(subject)
            }
            if answer == "2", let parent = present.first, let relation = subject[parent.relation] {
                return RuleFailure("监护人\(CodeTable.relation.text(for: relation) ?? relation)与学生同住")
            }
            return present.count == 2 ? RuleFailure("父母作为监护人都与学生同住") : nil
        }
    )

    private static let leftBehindInTown = Rule(
        "Q33-left-behind-hukou-type", .leftBehind, .warning, "填写了“{value}”，户口性质却是非农业户口",
        remedy: "留守儿童指外出务工农民留在户籍所在地的子女；请核对户口性质和留守情况",
        failing: RuleExample([.leftBehind: "双亲留守儿童", .guardian1Address: "广东省东莞市长安镇", .guardian2Address: "广东省东莞市长安镇"]),
        fails: { isLeftBehind($0) && $0[.hukouType] == "2" ? RuleFailure() : nil }
    )

    private static let leftBehindAway = Rule(
        "Q33-left-behind-hukou-place", .leftBehind, .warning, "填写了“{value}”，户口所在地（{detail}）却不在本县（区）",
        remedy: "留守儿童留在户籍所在地就读；请核对户口所在地和留守情况",
        failing: RuleExample(rural.merging([
            .leftBehind: "单亲留守儿童", .hukouDivision: "430121000000", .guardian1Address: "广东省东莞市长安镇",
        ]) { $1 }) { $0.school?.urbanRural = "220" },
        fails: { subject in
            guard isLeftBehind(subject), let isElsewhere = isFromOtherCounty(subject), isElsewhere,
                  subject[.migrantChild] != "1", let county = subject[.hukouDivision]?.prefix(6) else { return nil }
            return RuleFailure(String(county))
        }
    )

    private static let leftBehindAndMigrant = Rule(
        "Q33-left-behind-and-migrant", .leftBehind, .warning, "既填写了“{value}”，又是进城务工人员随迁子女",
        remedy: "随迁子女与父母同住，留守儿童父母不在身边，只能是其中之一；请核对",
        failing: RuleExample(migrant.merging([.leftBehind: "单亲留守儿童", .guardian1Address: "广东省东莞市长安镇"]) { $1 }),
        fails: { isLeftBehind($0) && $0[.migrantChild] == "1" ? RuleFailure() : nil }
    )

    private static func isLeftBehind(_ subject: Subject) -> Bool {
        subject[.leftBehind] == "1" || subject[.leftBehind] == "2"
    }

    // MARK: - Migrant workers' children

    /// 是 where the table says 否: certain from household and school alone.
    private static let migrantContradicts = Rule(
        "Q34-migrant-not", .migrantChild, .error, "“{label}”填写了“是”，但{detail}",
        remedy: "只有户籍在外省或本省外县乡村、随父母在本县城镇就读的义务教育阶段学生才填“是”；请改为“否”，或更正户口性质、户口所在地",
        passing: RuleExample(migrant), failing: RuleExample([.migrantChild: "是"]),
        fails: { subject in
            guard subject[.migrantChild] == "1" else { return nil }
            return reasonAgainst(subject).map { RuleFailure($0) }
        }
    )

    /// 否 where the table says 是 and a parent lives with the pupil.
    private static let migrantLivesWithParents = Rule(
        "Q34-migrant", .migrantChild, .error, "“{label}”填写了“否”，但学生户籍在外县（{detail}）乡村，随父母同住并在本县城镇就读",
        remedy: "按定义应填“是”；否则请更正户口性质、户口所在地或家庭成员现住址",
        passing: RuleExample(migrant), failing: RuleExample(migrant.merging([.migrantChild: "否"]) { $1 }),
        fails: { subject in
            guard isExpected(subject), subject[.migrantChild] == "0", livesWithAParent(subject),
                  let county = subject[.hukouDivision]?.prefix(6) else { return nil }
            return RuleFailure(String(county))
        }
    )

    /// 否 where the table says 是 but the addresses do not show that a parent lives with the pupil.
    private static let migrantLikely = Rule(
        "Q34-migrant-likely", .migrantChild, .warning, "“{label}”填写了“否”，但学生户籍在外县（{detail}）乡村，在本县城镇就读",
        remedy: "与父母同住的应填“是”；不与父母同住的可不修改",
        passing: RuleExample(migrant),
        failing: RuleExample(migrant.merging([
            .migrantChild: "否", .guardian1Address: "广东省东莞市长安镇", .guardian2Address: "广东省东莞市长安镇",
        ]) { $1 }),
        fails: { subject in
            guard isExpected(subject), subject[.migrantChild] == "0", !livesWithAParent(subject),
                  let county = subject[.hukouDivision]?.prefix(6) else { return nil }
            return RuleFailure(String(county))
        }
    )

    /// The truth table of Q34, read as reasons for 否; nil when it says 是 or something is unknown.
    private static func reasonAgainst(_ subject: Subject) -> String? {
        if subject.stage == .senior { return "学生不在义务教育阶段" }
        if subject[.hukouType] == "2" { return "户口性质为非农业户口" }
        if isFromOtherCounty(subject) == false { return "户口所在地就在学校所在县（区）" }
        if isTownSchool(subject) == false { return "学校在乡村" }
        return nil
    }

    private static func isExpected(_ subject: Subject) -> Bool {
        subject.isCompulsory && subject[.hukouType] == "1" && isFromOtherCounty(subject) == true && isTownSchool(subject) == true
    }

    /// Nil without a school or without a division of today.
    private static func isFromOtherCounty(_ subject: Subject) -> Bool? {
        guard let school = subject.facts.school?.division, school.utf8.count == 6, let place = subject[.hukouDivision],
              Division12.fault(in: place) == nil else { return nil }
        let county = DivisionCode.county(place)
        // A former county may be the school's own under its old name: then nothing is certain.
        guard subject.facts.divisions.currentName(county) != nil else { return nil }
        return county != school
    }

    /// Codes 1xx of the urban/rural table are town, 2xx country; nil when unknown.
    private static func isTownSchool(_ subject: Subject) -> Bool? {
        switch subject.facts.school?.urbanRural.first {
        case "1": true
        case "2": false
        default: nil
        }
    }

    private static func livesWithAParent(_ subject: Subject) -> Bool {
        Guardian.both.contains { $0.isParent(subject) && $0.livesWithPupil(subject) }
    }

    // MARK: - Examples

    private static let rural: [StudentField: String] = [.hukouType: "农业户口"]

    private static let migrant: [StudentField: String] = [
        .hukouType: "农业户口", .hukouDivision: "430121000000", .migrantChild: "是",
    ]
}
