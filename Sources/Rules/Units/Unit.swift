/// 级: where a unit stands in the tree. Trees have unequal depth; a tier may be missing on a path.
public enum Tier: String, Sendable, Hashable, CaseIterable, Comparable {
    case school, county, city, province, centre

    /// 0 for a school … 4 for the centre.
    public var rank: Int { Tier.allCases.firstIndex(of: self) ?? 0 }
    public static func < (lhs: Tier, rhs: Tier) -> Bool { lhs.rank < rhs.rank }

    /// 学校 / 县级 / 市级 / 省级 / 中央.
    public var label: String {
        switch self {
        case .school: "学校"
        case .county: "县级"
        case .city: "市级"
        case .province: "省级"
        case .centre: "中央"
        }
    }
}

/// Code of a unit in the directory: ten digits for a school, six for an authority, `000000` for the centre.
public struct UnitCode: Sendable, Hashable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }

    public static let centre = UnitCode("000000")

    /// Two digits that name the province to which the code belongs: the first of a division's, the third and fourth of a school's
    /// (学校(机构)代码管理办法); nil for anything else.
    public var provinceDigits: Substring? {
        switch text.utf8.count {
        case 6: text.prefix(2)
        case 10: text.dropFirst(2).prefix(2)
        default: nil
        }
    }

    public var description: String { text }
    public static func < (lhs: UnitCode, rhs: UnitCode) -> Bool { lhs.text < rhs.text }
}

/// A school or authority as the directory has it (机构). Changed by the institution feed only (Q106, Q107).
public struct Unit: Sendable, Hashable {
    public var code: UnitCode
    public var name: String
    public var tier: Tier
    /// 所属主管教育行政部门 (Q10): approves, and is the replication parent. Nil for the centre alone.
    public var competent: UnitCode?
    /// 属地管理教育行政部门 (Q10): by address; for area statistics only.
    public var territorial: UnitCode?
    /// Code of the school-type table for a school, empty for an authority.
    public var kind: String
    public var stages: Set<Stage>
    /// 学制 per stage in years.
    public var years: [Stage: Int]
    /// Code of the school-owner table; `999` is private.
    public var owner: String
    /// Code of the urban/rural table.
    public var urban: String
    /// 已撤销: a read-only tombstone (Q14).
    public var isClosed: Bool
    /// Rises by one with every change; a step cites the version of its home school it was judged by.
    public var version: Int

    public init(
        code: UnitCode, name: String, tier: Tier, competent: UnitCode?, territorial: UnitCode? = nil, kind: String = "",
        stages: Set<Stage> = [], years: [Stage: Int] = [:], owner: String = "", urban: String = "",
        isClosed: Bool = false, version: Int = 1
    ) {
        self.code = code
        self.name = name
        self.tier = tier
        self.competent = competent
        self.territorial = territorial
        self.kind = kind
        self.stages = stages
        self.years = years
        self.owner = owner
        self.urban = urban
        self.isClosed = isClosed
        self.version = version
    }

    /// 六位行政区划 of the unit's area: the territorial authority's for a school, its own code for an authority.
    public var division: String { tier == .school ? (territorial ?? competent)?.text ?? "" : code.text }

    /// 民办 (Q36).
    public var isPrivate: Bool { owner == "999" }
}
