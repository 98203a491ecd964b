import Rules

/// A school as the synthetic population needs it.
public struct PopulationSchool: Sendable, Hashable {
    /// Ten digits.
    public var code: String
    /// Six-digit code of the authority that approves; two schools of one authority lie "inside one county".
    public var competent: String
    /// Six-digit county of the address.
    public var division: String
    /// Its name from the province down, 广东省广州市天河区.
    public var divisionName: String
    /// 城区或镇区.
    public var isUrban: Bool
    public var classes: [ClassCode]

    public init(
        code: String, competent: String, division: String, divisionName: String, isUrban: Bool, classes: [ClassCode]
    ) {
        self.code = code
        self.competent = competent
        self.division = division
        self.divisionName = divisionName
        self.isUrban = isUrban
        self.classes = classes
    }

    /// First two digits of the division.
    public var province: String { String(division.prefix(2)) }
}

/// How many of each known truth are planted. A pair is two rows.
public struct PlantedCounts: Sendable, Hashable {
    /// Pairs of the same child under the same resident ID number.
    public var idWithinSchool = 1, idWithinCounty = 1, idAcrossProvinces = 1
    /// The same child in three schools of two provinces.
    public var idTriples = 1
    /// Pairs with equal name, sex and birth date, both without ID.
    public var nsdWithinCounty = 1, nsdAcrossProvinces = 1
    /// Pairs of the same child, once with and once without ID: a suspicion.
    public var crossWithinCounty = 1, crossAcrossProvinces = 1
    /// Single pupils.
    public var wrongCheckDigit = 1, fifteenDigits = 1, underAge = 1, withoutID = 1
    /// Rows that must not come in, of each way to be refused.
    public var refusedOfEach = 1
    /// Pairs that must not be raised: twins, siblings, and two children who share name, sex and birth date but have
    /// numbers of their own.
    public var twins = 1, siblings = 1, namesakes = 1
    /// Pairs for people to decide: two children under one key, in one county and over two provinces; one child over two provinces whom
    /// no key brings together.
    public var namesakesWithoutID = 1, numbersTaken = 1, heardWrongly = 1

    public init() {}

    /// Shares that look like a real county, at least one of each but of the pairs for people to decide.
    public init(scaledTo pupils: Int) {
        let perThousand = { (share: Int) in max(1, pupils * share / 1000) }
        idWithinSchool = perThousand(1)
        idWithinCounty = perThousand(3)
        idAcrossProvinces = perThousand(3)
        idTriples = perThousand(1)
        nsdWithinCounty = perThousand(3)
        nsdAcrossProvinces = perThousand(3)
        crossWithinCounty = perThousand(2)
        crossAcrossProvinces = perThousand(2)
        wrongCheckDigit = perThousand(5)
        fifteenDigits = perThousand(2)
        underAge = perThousand(4)
        withoutID = perThousand(15)
        refusedOfEach = perThousand(1)
        twins = perThousand(5)
        siblings = perThousand(8)
        namesakes = perThousand(3)
        // A very small population has no room for them.
        let toDecide = pupils < 50 ? 0 : perThousand(1)
        namesakesWithoutID = toDecide
        numbersTaken = toDecide
        heardWrongly = toDecide
    }

    /// All rows that the counts stand for.
    public var rows: Int {
        let pairs = idWithinSchool + idWithinCounty + idAcrossProvinces + nsdWithinCounty + nsdAcrossProvinces
            + crossWithinCounty + crossAcrossProvinces + twins + siblings + namesakes
            + namesakesWithoutID + numbersTaken + heardWrongly
        let singles = wrongCheckDigit + fifteenDigits + underAge + withoutID
        return 2 * pairs + 3 * idTriples + singles + refusedOfEach * PlantedRefusal.allCases.count
    }
}

public struct PopulationPlan: Sendable, Hashable {
    public var schools: [PopulationSchool]
    /// Rows in all, the planted and the refused ones among them.
    public var pupils: Int
    public var planted: PlantedCounts

    /// - Parameter planted: nil for shares that look like a real county.
    public init(schools: [PopulationSchool], pupils: Int, planted: PlantedCounts? = nil) {
        self.schools = schools
        self.pupils = pupils
        self.planted = planted ?? PlantedCounts(scaledTo: pupils)
    }
}

/// Why a population cannot be made.
public enum PopulationError: Error, Sendable, Hashable {
    case tooFewPupils(minimum: Int)
    /// The schools and classes leave no place for something to be planted, for example no two schools of one authority
    /// with classes of the same year.
    case noPlace(PupilRole)

    /// Stable, append-only.
    public var code: String {
        switch self {
        case .tooFewPupils: "DEMO-01"
        case .noPlace: "DEMO-02"
        }
    }

    /// Chinese: what is wrong.
    public var message: String {
        switch self {
        case .tooFewPupils(let minimum): "演示数据至少需要 \(minimum) 名学生"
        case .noPlace(let role): "学校和班级无法安排演示数据“\(role.rawValue)”"
        }
    }

    /// Chinese: what to do.
    public var remedy: String {
        switch self {
        case .tooFewPupils(let minimum): "请用 --pupils 指定不少于 \(minimum) 的人数"
        case .noPlace: "请为同一主管部门和不同省份的学校开设同一学段、同一入学年份的班级"
        }
    }
}
