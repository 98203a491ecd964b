/// What two records are compared by when the search looks for suspicions (Q55). The raw values stand in weight files.
public enum SuspicionField: String, Sendable, Hashable, CaseIterable {
    case name, birthDate, sex, number, guardian, phone, address, origin, nativePlace, entryMonth, school

    /// The registrar's word.
    public var chineseName: String {
        switch self {
        case .name: "姓名"
        case .birthDate: "出生日期"
        case .sex: "性别"
        case .number: "证件号码"
        case .guardian: "监护人"
        case .phone: "联系电话"
        case .address: "住址"
        case .origin: "户口所在地和出生地"
        case .nativePlace: "籍贯"
        case .entryMonth: "入学年月"
        case .school: "学校"
        }
    }

    /// Names of the levels; 0 is `unknown`: a side says nothing, and nothing follows from that.
    public var levels: [String] {
        switch self {
        case .name: NameLikeness.allCases.map { "\($0)" }
        case .birthDate: BirthLikeness.allCases.map { "\($0)" }
        case .sex: SexLikeness.allCases.map { "\($0)" }
        case .number: NumberLikeness.allCases.map { "\($0)" }
        case .guardian: GuardianLikeness.allCases.map { "\($0)" }
        case .phone: PhoneLikeness.allCases.map { "\($0)" }
        case .address: AddressLikeness.allCases.map { "\($0)" }
        case .origin, .nativePlace: PlaceLikeness.allCases.map { "\($0)" }
        case .entryMonth: EntryLikeness.allCases.map { "\($0)" }
        case .school: SchoolLikeness.allCases.map { "\($0)" }
        }
    }

    /// Place in a pattern.
    var index: Int {
        switch self {
        case .name: 0
        case .birthDate: 1
        case .sex: 2
        case .number: 3
        case .guardian: 4
        case .phone: 5
        case .address: 6
        case .origin: 7
        case .nativePlace: 8
        case .entryMonth: 9
        case .school: 10
        }
    }
}

/// How alike two records are, field by field: the level of each in `SuspicionField.levels`.
struct SuspicionPattern: Sendable, Hashable {
    private var levels = SIMD16<UInt8>(repeating: 0)

    subscript(field: SuspicionField) -> UInt8 {
        get { levels[field.index] }
        set { levels[field.index] = newValue }
    }

    subscript(index: Int) -> UInt8 { levels[index] }
}

enum SexLikeness: UInt8, CaseIterable {
    case unknown, equal, different
}

/// Resident ID numbers of both sides: what the exact check does not call equal.
enum NumberLikeness: UInt8, CaseIterable {
    case unknown
    /// One slip of the pen apart, or the old and the new form of one number.
    case near
    /// The same region and day, and one slip in the sequence number: as with twins, and with children of one county.
    case sequence
    case far
    /// Only one side has a resident ID, or neither.
    case oneWithout, bothWithout
    /// Neither has a resident ID, and another document's number is the same.
    case sameDocument
}

enum GuardianLikeness: UInt8, CaseIterable {
    case unknown
    /// A guardian's number is the same.
    case sameNumber
    /// A guardian's name is the same, and the numbers are one slip apart.
    case nearNumber
    /// A guardian's name is the same; one side has no number.
    case sameName
    /// A guardian's name is the same, the numbers are not.
    case sameNameOtherNumber
    case different
}

enum PhoneLikeness: UInt8, CaseIterable {
    case unknown, equal, near, different
}

enum AddressLikeness: UInt8, CaseIterable {
    /// `near`: the same house and room numbers, written otherwise.
    case unknown, equal, near, different
}

enum PlaceLikeness: UInt8, CaseIterable {
    /// `half`: one of the two places; `province`: the same province only.
    case unknown, equal, half, province, different
}

enum EntryLikeness: UInt8, CaseIterable {
    case unknown, equal, neighbouring, different
}

enum SchoolLikeness: UInt8, CaseIterable {
    case unknown, same, county, province, different
}
