/// The tree of units as one node knows it. A value or a reader over the store; never does I/O on its own account.
public protocol Topology {
    func unit(_ code: UnitCode) -> Unit?
}

extension Topology {
    /// The unit and all above it, nearest first; ends at the centre or at the first unknown unit.
    public func path(of code: UnitCode) -> [UnitCode] {
        var path: [UnitCode] = []
        var next: UnitCode? = code
        while let current = next, path.count < 8, !path.contains(current) {
            path.append(current)
            next = unit(current)?.competent
        }
        return path
    }

    /// Whether `ancestor` stands above `code`, or is it.
    public func contains(_ ancestor: UnitCode, _ code: UnitCode) -> Bool {
        path(of: code).contains(ancestor)
    }

    /// The lowest authority above (or equal to) both homes; nil when a path is not known up to a common unit.
    public func lowestCommonAuthority(_ first: UnitCode, _ second: UnitCode) -> UnitCode? {
        let above = Set(path(of: second))
        return path(of: first).first { above.contains($0) && unit($0)?.tier != .school }
    }

    public func tier(of code: UnitCode) -> Tier? { unit(code)?.tier }

    /// The province on the path, nil for the centre.
    public func province(of code: UnitCode) -> UnitCode? {
        path(of: code).first { tier(of: $0) == .province }
    }
}

/// A topology held in memory, for the simulator, tests and the command line's files.
public struct UnitTree: Topology, Sendable {
    public private(set) var units: [UnitCode: Unit]

    public init(_ units: [Unit] = []) {
        self.units = Dictionary(units.map { ($0.code, $0) }, uniquingKeysWith: { $1 })
    }

    public func unit(_ code: UnitCode) -> Unit? { units[code] }

    public mutating func put(_ unit: Unit) { units[unit.code] = unit }
}
