extension StudentField {
    /// The table whose codes the item holds; nil for free text, dates, numbers and divisions.
    public var codeTable: CodeTable? {
        switch self {
        case .sex: .sex
        case .ethnicity, .guardian1Ethnicity, .guardian2Ethnicity: .ethnicity
        case .nationality: .country
        case .idType: .studentIDType
        case .guardian1IDType, .guardian2IDType: .guardianIDType
        case .overseasKind: .overseasKind
        case .health: .health
        case .politicalStatus: .politicalStatus
        case .hukouType: .hukouType
        case .entryWay: .entryWay
        case .studyWay: .studyWay
        case .leftBehind: .leftBehind
        case .transport: .transport
        case .studentSource: .studentSource
        case .disability: .disability
        case .inclusiveEducation: .inclusiveEducation
        case .guardian1Relation, .guardian2Relation: .relation
        case .onlyChild, .preschool, .needsAid, .boardingSubsidy, .orphan, .martyrChild, .schoolBus,
             .governmentPlace, .migrantChild, .guardian1IsGuardian, .guardian2IsGuardian: .yesNo
        default: nil
        }
    }

    /// Whether the item is a division code (12 digits, Q19).
    public var isDivision: Bool {
        switch self {
        case .birthplace, .hukouDivision, .guardian1Division, .guardian2Division: true
        default: false
        }
    }

    /// The Chinese name, the 2013 template's where it has the item.
    public var label: String { StudentField.columns[rawValue - 1].label }

    /// The greatest number of characters. Lengths were never published with the template (JY/T 1002 from memory): a
    /// policy, not a law.
    public var maxLength: Int { StudentField.columns[rawValue - 1].maxLength }

    public static func named(_ label: String) -> StudentField? { byLabel[label] }

    private static let byLabel = Dictionary(uniqueKeysWithValues: allCases.map { ($0.label, $0) })

    /// In the order of raw values, which have no gaps.
    private static let columns: [(label: String, maxLength: Int)] = """
        学校标识码 10|姓名 36|性别 1|出生日期 8|出生地行政区划代码 12|籍贯 20|民族 2|国籍/地区 3
        身份证件类型 1|港澳台侨外 2|健康状况 2|政治面貌 2|身份证件号 20|户口性质 1|户口所在地行政区划 12
        班号 7|入学年月 6|入学方式 2|就读方式 1
        现住址 180|通信地址 180|家庭地址 180|联系电话 30|邮政编码 6
        是否独生子女 1|是否受过学前教育 1|是否留守儿童 1|是否需要申请资助 1|是否享受一补 1|是否孤儿 1|是否烈士或优抚子女 1
        上下学距离 5|上下学方式 15|是否需要乘坐校车 1
        曾用名 36|身份证件有效期 17|血型 1|特长 60|学籍辅号 30|班内学号 20|学生来源 1
        电子信箱 40|主页地址 60|残疾类型 15|是否由政府购买学位 1|随班就读 1
        成员1姓名 36|成员1关系 15|成员1关系说明 20|成员1现住址 180|成员1户口所在地行政区划 12
        成员1联系电话 30|成员1是否监护人 1|成员1身份证件类型 1|成员1身份证件号 20|成员1民族 2|成员1工作单位 60|成员1职务 60
        成员2姓名 36|成员2关系 15|成员2关系说明 20|成员2现住址 180|成员2户口所在地行政区划 12
        成员2联系电话 30|成员2是否监护人 1|成员2身份证件类型 1|成员2身份证件号 20|成员2民族 2|成员2工作单位 60|成员2职务 60
        是否进城务工人员随迁子女 1
        学籍接续标识 32|年级 7|姓名拼音 60|无身份证在校就读证明 200|其他证件佐证 200|监护人确认 200
        """
        .split(whereSeparator: { $0 == "\n" || $0 == "|" })
        .map { item in
            let parts = item.split(separator: " ")
            return (String(parts[0]), Int(parts[1]) ?? 0)
        }
}
