import Testing

@testable import Rules

/// Two provinces with counties, a city's high schools, and a county directly under the centre.
enum TransferTree {
    static let units = UnitTree([
        Unit(code: .centre, name: "教育部", tier: .centre, competent: nil),
        Unit(code: "440000", name: "广东省", tier: .province, competent: .centre),
        Unit(code: "440100", name: "广州市", tier: .city, competent: "440000"),
        Unit(code: "440106", name: "天河区", tier: .county, competent: "440100"),
        Unit(code: "440105", name: "海珠区", tier: .county, competent: "440100"),
        Unit(code: "430000", name: "湖南省", tier: .province, competent: .centre),
        Unit(code: "430104", name: "岳麓区", tier: .county, competent: "430000"),
        Unit(code: "419001", name: "直管县", tier: .county, competent: .centre),
        school("2144000001", "440106"), school("2144000002", "440106"), school("2144000003", "440105"),
        school("3144000004", "440100"), school("3144000005", "440100"), school("3144000006", "440000"),
        school("2143000001", "430104"), school("2141000001", "419001"),
    ])

    static let (first, second, haizhu): (UnitCode, UnitCode, UnitCode) = ("2144000001", "2144000002", "2144000003")
    static let (cityFirst, citySecond, provincial): (UnitCode, UnitCode, UnitCode) = ("3144000004", "3144000005", "3144000006")
    static let (yuelu, direct): (UnitCode, UnitCode) = ("2143000001", "2141000001")

    private static func school(_ code: UnitCode, _ above: UnitCode) -> Unit {
        Unit(
            code: code, name: "学校\(code)", tier: .school, competent: above, territorial: above, kind: "211", stages: [.primary],
            years: [.primary: 6])
    }

    /// From the releasing school to the receiving one, in one line.
    static func line(_ releasing: UnitCode, _ receiving: UnitCode, in tree: UnitTree = units) -> String? {
        TransferRoute(from: releasing, to: receiving, in: tree).map { route in
            route.stops.map { "\($0.station.rawValue)@\($0.unit)\($0.isByPolicy ? "?" : "")" }.joined(separator: " ")
        }
    }
}
