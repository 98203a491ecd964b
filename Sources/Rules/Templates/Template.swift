/// One version of the pupils' workbook: its columns in order, with all that is needed to print an empty one.
public struct Template: Sendable, Hashable, Identifiable {
    public enum Version: String, Sendable, Hashable, CaseIterable, Comparable {
        /// First collection, 71 columns; the base.
        case v2013 = "2013"
        /// 学籍接续 from August 2016, 73 columns.
        case v2016 = "2016"
        /// Later 学籍接续, about 2020, 71 columns.
        case v2020 = "2020"

        public static func < (lhs: Version, rhs: Version) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// Whether a column has to be filled.
    public enum Requirement: String, Sendable, Hashable {
        /// ★: every pupil, nationwide (Q8).
        case starred
        /// When another item says so (Q22, Q39, Q41).
        case conditional
        case optional
    }

    public struct Column: Sendable, Hashable {
        /// The name as this version writes it, without star.
        public let header: String
        /// How the other versions write it.
        public let aliases: [String]
        /// Nil for a column that is there but not read (隐藏 of 2016).
        public let field: StudentField?
        public let requirement: Requirement
        /// In characters, as stored; nil for the column that is not read.
        public let maxLength: Int?

        /// The heading to print: starred columns with ★.
        public var title: String { requirement == .starred ? "★" + header : header }

        /// Whether cells must be text: all but the distance, the only number. A number would lose leading zeros, or the
        /// last digits of an ID number.
        public var isText: Bool { field != .distance }

        /// The drop-down's texts; empty for a column without table.
        public var options: [String] { field?.codeTable?.texts() ?? [] }
    }

    public let version: Version
    public let columns: [Column]

    public var id: String { version.rawValue }

    public static let all: [Template] = Version.allCases.map(Template.init(version:))

    public static subscript(version: Version) -> Template {
        all.first { $0.version == version } ?? Template(version: version)
    }

    private init(version: Version) {
        self.version = version
        let spellings = Template.spellings[version] ?? [:]
        columns = Template.fields[version, default: []].map { field in
            guard let field else {
                return Column(header: "隐藏", aliases: [], field: nil, requirement: .optional, maxLength: nil)
            }
            let header = spellings[field] ?? field.label
            return Column(
                header: header, aliases: field.headers.filter { $0 != header }, field: field,
                requirement: field.requirement, maxLength: field.maxLength
            )
        }
    }

    /// Names that differ from the items' own, which are those of 2013.
    private static let spellings: [Version: [StudentField: String]] = [
        .v2020: [
            .classCode: "班级号", .disability: "残疾人类型", .transport: "上下学交通方式", .schoolBus: "是否乘坐校车",
        ],
    ]

    private static let guardians: [StudentField?] = StudentField.allCases.filter {
        (.guardian1Name ... .guardian2Position).contains($0)
    }

    /// Columns of each version in order; nil is the hidden one.
    private static let fields: [Version: [StudentField?]] = [
        .v2013: StudentField.allCases.filter { $0 <= .migrantChild },
        .v2016: beginning2016 + beginningSchool2016 + guardians,
        .v2020: beginning2020 + beginningSchool2020 + guardians,
    ]

    private static let beginning2016: [StudentField?] = [
        .continuationID, .schoolCode, .name, .sex, .birthDate, .idType, .idNumber, .birthplace, .ethnicity,
        .nationality, .overseasKind, .hukouType, .hukouDivision, .currentAddress, .disability, .onlyChild, .leftBehind,
        .migrantChild, .orphan, .nativePlace, .health, .politicalStatus,
    ]

    private static let beginningSchool2016: [StudentField?] = [
        .classCode, .entryMonth, .entryWay, .studyWay, .mailingAddress, .homeAddress, .phone, .postcode, .preschool,
        .needsAid, .boardingSubsidy, .martyrChild, .distance, .transport, .schoolBus, .formerName, .idValidity,
        .bloodType, .talents, .auxiliaryNumber, .numberInClass, .studentSource, .email, .homepage, .governmentPlace,
        .inclusiveEducation, nil,
    ]

    private static let beginning2020: [StudentField?] = [
        .continuationID, .schoolCode, .name, .sex, .birthDate, .idType, .idNumber, .birthplace, .ethnicity,
        .nationality, .overseasKind, .hukouType, .hukouDivision, .currentAddress, .onlyChild, .leftBehind,
        .migrantChild, .orphan, .nativePlace, .health, .politicalStatus,
    ]

    private static let beginningSchool2020: [StudentField?] = [
        .grade, .classCode, .entryMonth, .entryWay, .studyWay, .mailingAddress, .homeAddress, .phone, .postcode,
        .preschool, .disability, .governmentPlace, .needsAid, .boardingSubsidy, .martyrChild, .distance, .transport,
        .schoolBus, .formerName, .idValidity, .talents, .auxiliaryNumber, .numberInClass, .studentSource, .email,
        .homepage,
    ]
}

extension StudentField {
    /// Whether the templates star the item; the same in all versions that have it. 学籍接续标识 is optional here
    /// (requirements §1.21), 年级 follows from the class code.
    public var requirement: Template.Requirement {
        switch self {
        case .schoolCode, .name, .sex, .birthDate, .birthplace, .nativePlace, .ethnicity, .nationality, .idType,
             .overseasKind, .health, .politicalStatus, .hukouType, .hukouDivision, .classCode, .entryMonth, .entryWay,
             .studyWay, .currentAddress, .mailingAddress, .homeAddress, .phone, .postcode, .onlyChild, .preschool,
             .leftBehind, .needsAid, .boardingSubsidy, .orphan, .martyrChild, .distance, .transport, .schoolBus,
             .guardian1Name, .guardian1Relation, .guardian1Address, .guardian1Division, .guardian1Phone,
             .guardian1IsGuardian, .guardian2Name, .guardian2Relation, .guardian2Address, .guardian2Division,
             .guardian2Phone, .guardian2IsGuardian, .migrantChild:
            .starred
        case .idNumber, .guardian1RelationNote, .guardian1IDType, .guardian1IDNumber, .guardian2RelationNote,
             .guardian2IDType, .guardian2IDNumber:
            .conditional
        default:
            .optional
        }
    }

    /// All headings under which workbooks carry the item: its own name and those of the other versions and of the form.
    var headers: [String] {
        switch self {
        case .classCode: [label, "班级号"]
        case .disability: [label, "残疾人类型"]
        case .transport: [label, "上下学交通方式"]
        case .schoolBus: [label, "是否乘坐校车"]
        case .nationality: [label, "国籍地区", "国籍"]
        case .birthplace: [label, "出生地行政区划", "出生地"]
        case .hukouDivision: [label, "户口所在地行政区划代码", "户口所在地"]
        case .idNumber: [label, "身份证件号码"]
        case .phone: [label, "联系电话号码"]
        case .email: [label, "电子邮箱"]
        case .martyrChild: [label, "是否烈士或者优抚子女"]
        case .migrantChild: [label, "是否随迁子女"]
        case .guardian1Division: [label, "成员1户口所在地行政区划代码", "成员1户口所在地"]
        case .guardian2Division: [label, "成员2户口所在地行政区划代码", "成员2户口所在地"]
        case .guardian1IDNumber: [label, "成员1身份证件号码"]
        case .guardian2IDNumber: [label, "成员2身份证件号码"]
        default: [label]
        }
    }
}
