/// What a rule may know besides the row itself. Loaded before judging, so that a rule never queries.
public struct Facts: Sendable {
    /// Today in China.
    public var today: CalendarDate
    /// The school that takes the row in; nil when a file is checked without a registry at hand (such rules then pass).
    public var school: SchoolFacts?
    /// Class codes that exist in the school, with their campus; nil when unknown.
    public var classes: [String: ClassFacts]?
    public var policies: RegistrationPolicies
    public var divisions: any DivisionLookup
    /// Resident ID numbers (normalised) that stand in more than one row of the same file.
    public var repeatedIDNumbers: Set<String>

    public init(
        today: CalendarDate, school: SchoolFacts? = nil, classes: [String: ClassFacts]? = nil,
        policies: RegistrationPolicies = .init(), divisions: any DivisionLookup,
        repeatedIDNumbers: Set<String> = []
    ) {
        self.today = today
        self.school = school
        self.classes = classes
        self.policies = policies
        self.divisions = divisions
        self.repeatedIDNumbers = repeatedIDNumbers
    }
}

/// The school's entry in the unit directory, as far as rules need it (Q1, Q2, Q9, Q10, Q36).
public struct SchoolFacts: Sendable, Hashable {
    public var code: String
    public var name: String
    /// Code of the school-type table (`211` primary, `312` nine-year, `365` vocational …).
    public var kind: String
    public var stages: Set<Stage>
    /// System length per stage in years (学制), for example primary 6 or 5; empty when not filled (M-学制).
    public var years: [Stage: Int]
    /// 民办.
    public var isPrivate: Bool
    /// Code of the urban/rural table (`111`, `121`, `210` …); empty when unknown.
    public var urbanRural: String
    /// Six-digit county of the school's address (territorial authority).
    public var division: String
    public var isClosed: Bool
    /// 有办学资质 (Q6).
    public var isLicensed: Bool

    public init(
        code: String, name: String, kind: String, stages: Set<Stage>, years: [Stage: Int], isPrivate: Bool,
        urbanRural: String, division: String, isClosed: Bool = false, isLicensed: Bool = true
    ) {
        self.code = code
        self.name = name
        self.kind = kind
        self.stages = stages
        self.years = years
        self.isPrivate = isPrivate
        self.urbanRural = urbanRural
        self.division = division
        self.isClosed = isClosed
        self.isLicensed = isLicensed
    }
}

/// A class of the school: the campus it belongs to (Q16).
public struct ClassFacts: Sendable, Hashable {
    /// Campus number, 0 for the main campus.
    public var campus: Int
    /// 附设班 of a school whose own kind is out of scope (Q9).
    public var isAttached: Bool
    /// Whether the campus is a private school under a public one (Q2, Q36); nil when it is as the school is.
    public var isPrivateCampus: Bool?

    public init(campus: Int = 0, isAttached: Bool = false, isPrivateCampus: Bool? = nil) {
        self.campus = campus
        self.isAttached = isAttached
        self.isPrivateCampus = isPrivateCampus
    }
}

/// 教育阶段; the raw value is the fifth digit of a class code (Q15).
public enum Stage: Int, Sendable, Hashable, CaseIterable, Comparable {
    case primary = 1, junior = 2, senior = 3

    public static func < (lhs: Stage, rhs: Stage) -> Bool { lhs.rawValue < rhs.rawValue }
    public var isCompulsory: Bool { self != .senior }
}

/// The switches that import rules obey, resolved for one school; each may come from another tier (requirements §1.17).
public struct RegistrationPolicies: Sendable, Hashable {
    /// Fields required beyond the starred ones, with the Chinese name of the authority that requires each (Q8).
    public var locallyRequired: [StudentField: String]
    /// Whether an under-age first-grader is refused (Q104) or only warned about (Q53).
    public var underAgeBlocks: Bool
    /// Month and day by which a first-grader must be six, `0831` by default.
    public var underAgeCutoff: String

    public init(
        locallyRequired: [StudentField: String] = [:], underAgeBlocks: Bool = false, underAgeCutoff: String = "0831"
    ) {
        self.locallyRequired = locallyRequired
        self.underAgeBlocks = underAgeBlocks
        self.underAgeCutoff = underAgeCutoff
    }
}

/// Administrative divisions, the built-in table plus what the centre added at run time (Q102).
public protocol DivisionLookup: Sendable {
    /// The name of a six-digit code in force today (or added by the centre), nil when there is none.
    func currentName(_ code: String) -> String?
    /// Whether a six-digit code was in force at any time; ID numbers keep the code of their first issue.
    func everExisted(_ code: String) -> Bool
}
