/// 转学 by where the two schools stand to each other; decides the order of units (flows-and-menus).
public enum TransferKind: String, Sendable, Hashable, CaseIterable {
    /// Both schools have the same competent authority: a county's, or a city's high schools.
    case withinAuthority
    case withinProvince, acrossProvinces

    /// 县区内 / 省内 / 跨省.
    public var label: String {
        switch self {
        case .withinAuthority: "同一主管部门内"
        case .withinProvince: "省内跨主管部门"
        case .acrossProvinces: "跨省"
        }
    }

    /// Nil when either school is not known.
    public init?(from releasing: UnitCode, to receiving: UnitCode, in topology: some Topology) {
        guard let old = topology.unit(releasing)?.competent, let new = topology.unit(receiving)?.competent else { return nil }
        if old == new { self = .withinAuthority }
        else if let province = topology.province(of: old), province == topology.province(of: new) { self = .withinProvince }
        else { self = .acrossProvinces }
    }
}

/// 当前处理环节: where a transfer can be. Raw values are on the wire: append-only.
public enum TransferStation: String, Sendable, Hashable, CaseIterable {
    case receivingSchool, receivingAuthority, receivingProvince
    /// 教育部转发: the node of the lowest common authority passes the application on by itself.
    case forwarding
    case releasingSchool, releasingAuthority, releasingProvince
    /// 调档: the node of the lowest common authority hands over by itself, or returns the pen.
    case ferry
    /// 分班 at the receiving school; nobody else has anything to do.
    case placing

    /// 转入学校 … 转出省级教育行政部门, 调档, 分班.
    public var label: String {
        switch self {
        case .receivingSchool: "转入学校"
        case .receivingAuthority: "转入学校主管部门"
        case .receivingProvince: "转入省级教育行政部门"
        case .forwarding: "中央转发"
        case .releasingSchool: "转出学校"
        case .releasingAuthority: "转出学校主管部门"
        case .releasingProvince: "转出省级教育行政部门"
        case .ferry: "调档"
        case .placing: "转入学校分班"
        }
    }

    /// Whether the station's steps are in the pupil's dossier; those before are in the application.
    public var isOfDossier: Bool {
        switch self {
        case .releasingAuthority, .releasingProvince, .ferry, .placing: true
        default: false
        }
    }

    /// Whether a node acts there by itself.
    public var isAutomatic: Bool { self == .forwarding || self == .ferry }
}

/// The order of units of one transfer: the one table of the chains, resolved for two schools.
public struct TransferRoute: Sendable, Hashable {
    /// One line of the table.
    public struct Stop: Sendable, Hashable {
        public let station: TransferStation
        public let unit: UnitCode
        /// Only where the policy of either province says so.
        public let isByPolicy: Bool
    }

    public let kind: TransferKind
    public let stops: [Stop]

    /// Kind of transfer × order of stations. Stations with `true` are asked only where the policy of either province says so.
    public static let table: [TransferKind: [(TransferStation, isByPolicy: Bool)]] = [
        .withinAuthority: [
            (.receivingSchool, false), (.releasingSchool, false), (.releasingAuthority, false), (.ferry, false), (.placing, false),
        ],
        .withinProvince: [
            (.receivingSchool, false), (.receivingAuthority, false), (.releasingSchool, false), (.releasingAuthority, false),
            (.ferry, false), (.placing, false),
        ],
        .acrossProvinces: [
            (.receivingSchool, false), (.receivingAuthority, false), (.receivingProvince, true), (.forwarding, false),
            (.releasingSchool, false), (.releasingAuthority, false), (.releasingProvince, true), (.ferry, false), (.placing, false),
        ],
    ]

    /// Nil when a school is unknown, or both are the same. A province that is itself the competent authority has one stop.
    public init?(from releasing: UnitCode, to receiving: UnitCode, in topology: some Topology) {
        guard releasing != receiving, let kind = TransferKind(from: releasing, to: receiving, in: topology),
              let common = topology.lowestCommonAuthority(releasing, receiving) else { return nil }
        self.kind = kind
        var stops: [Stop] = []
        for (station, isByPolicy) in Self.table[kind] ?? [] {
            let unit: UnitCode? = switch station {
            case .receivingSchool, .placing: receiving
            case .receivingAuthority: topology.unit(receiving)?.competent
            case .receivingProvince: topology.province(of: receiving)
            case .forwarding, .ferry: common
            case .releasingSchool: releasing
            case .releasingAuthority: topology.unit(releasing)?.competent
            case .releasingProvince: topology.province(of: releasing)
            }
            guard let unit else {
                if isByPolicy { continue }
                return nil
            }
            if isByPolicy, stops.last?.unit == unit { continue }
            stops.append(Stop(station: station, unit: unit, isByPolicy: isByPolicy))
        }
        self.stops = stops
    }

    public func stop(_ station: TransferStation) -> Stop? { stops.first { $0.station == station } }

    /// Where the pen may go from a station: the next one, beyond those that policy may leave out. What is passed on by itself may
    /// also go back to a province that the other one's policy asks for.
    public func successors(of station: TransferStation) -> [Stop] {
        guard let place = stops.firstIndex(where: { $0.station == station }) else { return [] }
        var found: [Stop] = []
        for stop in stops[(place + 1)...] {
            found.append(stop)
            if !stop.isByPolicy { break }
        }
        if station == .forwarding { found += stops[..<place].filter(\.isByPolicy) }
        return found
    }

    /// The one of them that comes next.
    /// - Parameter provinces: whether the policy of either province asks for the stations that are by policy.
    public func next(after station: TransferStation, provinces: Bool) -> Stop? {
        guard let place = stops.firstIndex(where: { $0.station == station }) else { return nil }
        return stops[(place + 1)...].first { provinces || !$0.isByPolicy }
    }
}
