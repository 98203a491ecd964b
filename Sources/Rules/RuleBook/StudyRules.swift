/// Ways of entering and attending, health and inclusive education, places bought by government, way to school.
enum StudyRules {
    static let checks: [Check] = [
        .sequence([.rule(repeater), OptionRules.rule(of: .studentSource), .rule(guestPupil)]),
        .sequence([OptionRules.rule(of: .entryWay), .rule(entryWayOfStage)]),
        .rule(boughtPlace),
        .rule(distance),
        .rule(inclusiveWithoutDisability),
        .sequence([.rule(disabledHealthy), .rule(healthWithoutDisability)]),
        .rule(foreignerNotMarked), .rule(chineseMarkedForeign), .rule(regionalPapersNotMarked),
    ]

    /// The options whose rules stand in sequences here.
    static let options: Set<StudentField> = [.studentSource, .entryWay]

    private static let repeater = Rule(
        "Q4-repeater", .studentSource, .error, "学生来源填写了“{value}”，复读生不采集",
        remedy: "义务教育阶段严禁复读；初、高中毕业年级的复读生不纳入采集，请不要导入该生", failing: RuleExample([.studentSource: "复读"]),
        fails: { subject in
            guard subject.traits(of: .studentSource).contains(.notAnOption), let text = subject[.studentSource], text.contains("复读")
            else { return nil }
            return RuleFailure()
        }
    )

    private static let guestPupil = Rule(
        "Q29-guest-pupil", .studentSource, .error, "义务教育阶段没有“借读”",
        remedy: "学生在哪所学校就读，学籍就在哪所学校；学生来源请填“正常入学”或“其他”",
        passing: RuleExample(ExamplePupil.senior.merging([.studentSource: "借读"]) { $1 }),
        failing: RuleExample([.studentSource: "借读"]),
        fails: { $0.isCompulsory && $0[.studentSource] == "2" ? RuleFailure() : nil }
    )

    private static let entryWayOfStage = Rule(
        "Q28-entry-way-of-stage", .entryWay, .error, "入学方式“{value}”不适用于{detail}",
        remedy: "义务教育阶段填“就近入学”或“义务教育阶段其他”；高中填统一招生考试、体育特招、艺术特招或“高中阶段其他”",
        passing: RuleExample([.entryWay: "其他"]), failing: RuleExample([.entryWay: "体育特招"]),
        fails: { subject in
            guard let stage = subject.stage, let way = subject[.entryWay], let entry = CodeTable.entryWay.entry(for: way),
                  !entry.isOffered(to: stage) else { return nil }
            return RuleFailure(stage.label)
        }
    )

    private static let boughtPlace = Rule(
        "Q36-bought-place", .governmentPlace, .error, "公办学校的“{label}”应为“否”",
        remedy: "政府购买学位只用于民办学校的学生；公办学校一律填“否”",
        passing: RuleExample([.governmentPlace: "是"]) { $0.school?.isPrivate = true },
        failing: RuleExample([.governmentPlace: "是"]),
        fails: { subject in
            guard subject[.governmentPlace] == "1", let school = subject.facts.school else { return nil }
            let campus = subject[.classCode].flatMap { subject.facts.classes?[$0]?.isPrivateCampus }
            return campus ?? school.isPrivate ? nil : RuleFailure()
        }
    )

    private static let distance = Rule(
        "Q38-distance", .distance, .error, "上下学距离“{value}”不是0–999.9之间、一位小数的数字",
        remedy: "只填数字，单位为公里但不写出，例如2.0", passing: RuleExample([.distance: "2"]),
        failing: RuleExample([.distance: "2公里"]),
        fails: { subject in
            guard let value = subject[.distance] else { return nil }
            let parts = value.split(separator: ".", omittingEmptySubsequences: false)
            let isPlain = parts.count == 2 && (1...3).contains(parts[0].utf8.count) && parts[1].utf8.count == 1
                && parts.allSatisfy { TextMending.isDigits($0) }
            return isPlain ? nil : RuleFailure()
        }
    )

    // MARK: - Health

    private static let inclusiveWithoutDisability = Rule(
        "M-IMP-inclusive-education", .inclusiveEducation, .error, "随班就读“{value}”与残疾类型“{detail}”不一致",
        remedy: "随班就读应与残疾类型对应：视力、听力、智力残疾各有其项，其余选“其他残疾随班就读”；非残疾学生选“非随班就读”",
        passing: RuleExample(lowVision.merging([.inclusiveEducation: "视力残疾随班就读"]) { $1 }),
        failing: RuleExample(lowVision.merging([.inclusiveEducation: "听力残疾随班就读"]) { $1 }),
        fails: { subject in
            guard let inclusive = subject[.inclusiveEducation], inclusive != "0",
                  CodeTable.inclusiveEducation.accepts(inclusive) else { return nil }
            let disability = subject[.disability] ?? "none"
            guard let paired = CodeTable.pairedInclusiveEducation(forDisability: disability), paired != inclusive
            else { return nil }
            return RuleFailure(CodeTable.disability.text(for: disability) ?? disability)
        }
    )

    private static let disabledHealthy = Rule(
        "M-IMP-health-disability", .health, .warning, "残疾类型为“{detail}”，健康状况却是“{value}”",
        remedy: "请核对健康状况和残疾类型", passing: RuleExample(lowVision),
        failing: RuleExample([.disability: "视力残疾"]),
        fails: { subject in
            guard let disability = subject[.disability], disability != "none", let health = subject[.health],
                  health == "10" || health == "20", let text = CodeTable.disability.text(for: disability) else { return nil }
            return RuleFailure(text)
        }
    )

    private static let healthWithoutDisability = Rule(
        "M-IMP-disability-missing", .disability, .warning, "健康状况为“残疾”，但未填写残疾类型",
        remedy: "请按残疾人证补填残疾类型", passing: RuleExample(lowVision), failing: RuleExample([.health: "残疾"]),
        fails: { subject in
            guard subject[.health] == "50", subject[.disability] ?? "none" == "none" else { return nil }
            return RuleFailure()
        }
    )

    // MARK: - Nationality

    private static let foreignerNotMarked = Rule(
        "M-IMP-overseas-kind", .overseasKind, .warning, "国籍/地区为“{detail}”，港澳台侨外却是“{value}”",
        remedy: "请核对国籍/地区和港澳台侨外", passing: RuleExample(foreigner),
        failing: RuleExample(foreigner.merging([.overseasKind: "否"]) { $1 }),
        fails: { subject in
            guard subject[.overseasKind] == "00", let nationality = subject[.nationality],
                  !Nationality.isMainland(nationality), let text = CodeTable.country.text(for: nationality) else { return nil }
            return RuleFailure(text)
        }
    )

    private static let chineseMarkedForeign = Rule(
        "M-IMP-overseas-kind-chinese", .overseasKind, .warning, "国籍为中国，港澳台侨外却是“{value}”",
        remedy: "请核对国籍/地区和港澳台侨外", failing: RuleExample([.overseasKind: "外国人"]),
        fails: { subject in
            guard subject[.nationality] == "CHN", let kind = subject[.overseasKind], kind == "41" || kind == "51"
            else { return nil }
            return RuleFailure()
        }
    )

    /// Papers of Hong Kong, Macau and Taiwan go with a kind of 港澳台侨外.
    private static let regionalPapersNotMarked = Rule(
        "M-IMP-overseas-id-type", .overseasKind, .warning, "身份证件类型为“{detail}”，港澳台侨外却是“{value}”",
        remedy: "请核对身份证件类型和港澳台侨外",
        passing: RuleExample(hongKong.merging([.overseasKind: "香港同胞"]) { $1 }), failing: RuleExample(hongKong),
        fails: { subject in
            guard let type = subject[.idType], type == "6" || type == "7" || type == "8", subject[.overseasKind] == "00",
                  subject[.nationality] == "CHN", let text = CodeTable.studentIDType.text(for: type) else { return nil }
            return RuleFailure(text)
        }
    )

    // MARK: - Examples

    private static let hongKong: [StudentField: String] = [
        .idType: "香港特区护照/身份证明", .idNumber: "H12345678", .otherDocumentProof: "证件复印件|20150905|学校档案室",
    ]

    private static let lowVision: [StudentField: String] = [.disability: "视力残疾", .health: "残疾"]

    private static let foreigner: [StudentField: String] = [
        .nationality: "法国", .overseasKind: "外国人", .idType: "护照", .idNumber: "12AB34567", .nativePlace: "其他",
        .otherDocumentProof: "护照复印件|20150905|学校档案室",
    ]
}
