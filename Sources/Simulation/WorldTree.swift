import Protocol
import Rules

/// The units of every run: a centre, two provinces, authorities of unequal depth, schools with nodes and hosted ones.
enum WorldTree {
    static let units: [Unit] = [
        Unit(code: "000000", name: "中央", tier: .centre, competent: nil),
        Unit(code: "330000", name: "浙江", tier: .province, competent: "000000"),
        Unit(code: "330100", name: "杭州", tier: .city, competent: "330000"),
        Unit(code: "330102", name: "上城", tier: .county, competent: "330100"),
        Unit(code: "330106", name: "西湖", tier: .county, competent: "330100"),
        Unit(code: "330782", name: "义乌", tier: .county, competent: "330000"),
        Unit(code: "650000", name: "新疆", tier: .province, competent: "000000"),
        Unit(code: "650102", name: "天山", tier: .county, competent: "650000"),
        school("3133000001", "330102"), school("3133000002", "330102"), school("3133000003", "330106"),
        school("3133000004", "330782"), school("3133000005", "330100"),
        school("3165000001", "650000"), school("3165000002", "650102"),
    ]

    private static func school(_ code: UnitCode, _ competent: UnitCode) -> Unit {
        Unit(code: code, name: "学校 \(code)", tier: .school, competent: competent)
    }

    static let tree = UnitTree(units)
    static func contains(_ ancestor: UnitCode, _ unit: UnitCode) -> Bool { tree.contains(ancestor, unit) }
    static func tier(of unit: UnitCode) -> Tier? { tree.tier(of: unit) }

    /// Authorities always have nodes here; a school may be hosted by its authority.
    static func hosts(_ dice: inout Dice) -> [UnitCode: UnitCode] {
        var hosts: [UnitCode: UnitCode] = [:]
        for unit in units {
            let isHosted = unit.tier == .school && dice.happens(perMille: 350)
            hosts[unit.code] = isHosted ? unit.competent ?? unit.code : unit.code
        }
        return hosts
    }
}
