import Protocol
import Rules

/// Where units stand and stood, by the records and moves that a node knows.
extension Register {
    /// Whether an authority stands above a unit, or did by an earlier record.
    func hasContained(_ authority: UnitCode, _ code: UnitCode) -> Bool {
        if tree.contains(authority, code) { return true }
        guard let present = tree.unit(code), present.version > 1 else { return false }
        return (1..<present.version).contains { version in
            tree.unit(code, version: version).map { TopologyOfRecord(tree, $0).contains(authority, code) } ?? false
        }
    }

    /// Whether a move has ever given a unit to an authority or to one below it.
    func wasGiven(_ code: UnitCode, to authority: UnitCode) -> Bool { given[code]?.contains { tree.contains(authority, $0) } ?? false }

    func hasConcerned(_ authority: UnitCode, _ stream: StreamID) -> Bool {
        hasContained(authority, stream.unit) || stream.audience.addressee.map { hasContained(authority, $0) } ?? false
    }

    /// Whether a unit that was written for here belongs to an authority elsewhere now.
    func hasLeft(_ unit: UnitCode, _ owner: UnitCode) -> Bool {
        unit != owner && tree.unit(unit) != nil && tree.unit(owner) != nil && !tree.contains(owner, unit)
    }
}
