/// The tree of units as one node knows it. A value or a reader over the store; never does I/O on its own account.
public protocol Topology {
    func unit(_ code: UnitCode) -> Unit?
    /// The unit as it was by a version of its record; nil while that version is not known here.
    func unit(_ code: UnitCode, version: Int) -> Unit?
}

extension Topology {
    /// For trees that keep no history: the unit as it is.
    public func unit(_ code: UnitCode, version: Int) -> Unit? { unit(code) }
}

/// The tree as it was for one unit by one of its records: what a step of that version is judged by.
public struct TopologyOfRecord<Base: Topology>: Topology {
    let base: Base
    let record: Unit

    public init(_ base: Base, _ record: Unit) {
        self.base = base
        self.record = record
    }

    public func unit(_ code: UnitCode) -> Unit? { code == record.code ? record : base.unit(code) }
}

/// The tree as it was for several units by the records that a step names.
public struct TopologyOfRecords<Base: Topology>: Topology {
    let base: Base
    let records: [UnitCode: Unit]

    public init(_ base: Base, _ records: [Unit]) {
        self.base = base
        self.records = Dictionary(records.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public func unit(_ code: UnitCode) -> Unit? { records[code] ?? base.unit(code) }
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

    /// The lowest authority above all of them: of one school alone its competent one; nil when a path is not known so far.
    public func lowestCommonAuthority(of homes: [UnitCode]) -> UnitCode? {
        guard let first = homes.first else { return nil }
        return homes.dropFirst().reduce(lowestCommonAuthority(first, first)) { known, home in
            known.flatMap { lowestCommonAuthority($0, home) }
        }
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
    /// Records that newer ones have replaced.
    private var earlier: [UnitCode: [Unit]] = [:]

    public init(_ units: [Unit] = []) {
        self.units = Dictionary(units.map { ($0.code, $0) }, uniquingKeysWith: { $1 })
    }

    public func unit(_ code: UnitCode) -> Unit? { units[code] }

    public func unit(_ code: UnitCode, version: Int) -> Unit? {
        guard let present = units[code] else { return nil }
        return ((earlier[code] ?? []) + [present]).asOf(version)
    }

    /// Takes a record in, also one that newer ones have already replaced.
    public mutating func put(_ unit: Unit) {
        guard let present = units[unit.code], present.version != unit.version else { return units[unit.code] = unit }
        let replaced = present.version < unit.version ? present : unit
        if present.version < unit.version { units[unit.code] = unit }
        var others = (earlier[unit.code] ?? []).filter { $0.version != replaced.version }
        others.insert(replaced, at: others.firstIndex { $0.version > replaced.version } ?? others.count)
        earlier[unit.code] = others
    }
}

extension [Unit] {
    /// Of one unit's records, oldest first, the one that stood at a version: versions may have gaps, and the oldest may be
    /// lost. Nil while the newest is older than the version.
    public func asOf(_ version: Int) -> Unit? {
        guard let newest = last, newest.version >= version else { return nil }
        return last { $0.version <= version } ?? first
    }
}
