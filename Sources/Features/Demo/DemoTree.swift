import Rules

/// The units of the demo: a centre, two provinces with a city each, three counties, and seven schools with made-up names.
/// Division codes are real. Five schools run a node of their own, one of them directly under a city (Q10); two live on
/// their county's node.
public enum DemoTree {
    /// A unit and where it lives.
    public struct Place: Sendable, Hashable {
        public var unit: Unit
        /// The unit whose node hosts it: its own code, or its authority's.
        public var node: UnitCode

        public var hasOwnNode: Bool { node == unit.code }
    }

    /// Classes to generate: `count` for one stage and year of entry.
    public struct ClassPlan: Sendable, Hashable {
        public var stage: Stage
        public var year: Int
        public var count: Int
    }

    /// From the centre down, every unit after its competent authority.
    public static let places: [Place] = authorities.map { Place(unit: $0, node: $0.code) } + schools

    public static var units: [Unit] { places.map(\.unit) }

    /// The units that run a node, from the centre down: thirteen.
    public static var nodes: [UnitCode] { places.filter(\.hasOwnNode).map(\.unit.code) }

    /// The classes of a school, one to a stage and year (two for the town's primary school).
    ///
    /// - Parameter schoolYear: year in which the newest classes entered.
    public static func classPlans(of school: Unit, schoolYear: Int) -> [ClassPlan] {
        school.stages.sorted().flatMap { stage in
            (0..<(school.years[stage] ?? 0)).reversed().map { grade in
                ClassPlan(stage: stage, year: schoolYear - grade, count: school.urban == "111" ? 2 : 1)
            }
        }
    }

    /// The codes that these classes get, in order.
    public static func classCodes(of school: Unit, schoolYear: Int) -> [ClassCode] {
        classPlans(of: school, schoolYear: schoolYear).flatMap { plan in
            (1...plan.count).compactMap { ClassCode(year: plan.year, stage: plan.stage, number: $0) }
        }
    }

    /// The schools as a population needs them.
    public static func populationSchools(schoolYear: Int) -> [PopulationSchool] {
        schools.map(\.unit).map { school in
            PopulationSchool(
                code: school.code.text, competent: school.competent?.text ?? "", division: school.division,
                divisionName: divisionNames[school.division] ?? "", isUrban: school.urban.hasPrefix("1"),
                classes: classCodes(of: school, schoolYear: schoolYear))
        }
    }

    /// The tree below the centre, which `init` makes, as `units import` takes it. Stages are digits of the class code (1 primary, 2 junior, 3 senior),
    /// years the system lengths in the same order, both separated by semicolons.
    public static var csv: String {
        "code,name,tier,competent,territorial,kind,stages,years,owner,urban\n" + units.dropFirst().map(line).joined()
    }

    private static func line(_ unit: Unit) -> String {
        let stages = unit.stages.sorted()
        return [
            unit.code.text, unit.name, unit.tier.rawValue, unit.competent?.text ?? "", unit.territorial?.text ?? "",
            unit.kind, stages.map { String($0.rawValue) }.joined(separator: ";"),
            stages.map { String(unit.years[$0] ?? 0) }.joined(separator: ";"), unit.owner, unit.urban,
        ].joined(separator: ",") + "\n"
    }

    // MARK: - The tree

    private static let authorities = [
        authority("000000", "教育部学籍管理中心（演示）", .centre, under: nil),
        authority("440000", "广东省教育厅（演示）", .province, under: "000000"),
        authority("430000", "湖南省教育厅（演示）", .province, under: "000000"),
        authority("440100", "广州市教育局（演示）", .city, under: "440000"),
        authority("430100", "长沙市教育局（演示）", .city, under: "430000"),
        authority("440106", "广州市天河区教育局（演示）", .county, under: "440100"),
        authority("440113", "广州市番禺区教育局（演示）", .county, under: "440100"),
        authority("430104", "长沙市岳麓区教育局（演示）", .county, under: "430100"),
    ]

    private static let schools = [
        school("2144000101", "天河区示例小学", "211", [.primary: 6], "111", in: "440106"),
        school("3144000102", "番禺区示例九年一贯制学校", "312", [.primary: 6, .junior: 3], "121", in: "440113"),
        school("3444000103", "广州市示例高级中学", "342", [.senior: 3], "111", in: "440106", under: "440100", owner: "821"),
        school("2143000104", "岳麓区示例小学", "211", [.primary: 6], "121", in: "430104"),
        school("3143000105", "岳麓区示例九年一贯制学校", "312", [.primary: 6, .junior: 3], "121", in: "430104"),
        school("2144000106", "番禺区示例中心小学", "211", [.primary: 6], "210", in: "440113", on: "440113"),
        school("2144000107", "番禺区示例教学点", "218", [.primary: 6], "220", in: "440113", on: "440113"),
    ]

    private static let divisionNames = [
        "440106": "广东省广州市天河区", "440113": "广东省广州市番禺区", "430104": "湖南省长沙市岳麓区",
    ]

    private static func authority(_ code: UnitCode, _ name: String, _ tier: Tier, under parent: UnitCode?) -> Unit {
        Unit(code: code, name: name, tier: tier, competent: parent)
    }

    private static func school(
        _ code: UnitCode, _ name: String, _ kind: String, _ years: [Stage: Int], _ urban: String, in county: UnitCode,
        under competent: UnitCode? = nil, owner: String = "831", on node: UnitCode? = nil
    ) -> Place {
        let unit = Unit(
            code: code, name: name, tier: .school, competent: competent ?? county, territorial: county, kind: kind,
            stages: Set(years.keys), years: years, owner: owner, urban: urban)
        return Place(unit: unit, node: node ?? code)
    }
}
