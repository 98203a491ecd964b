import Rules

/// What the line has proven about who calls.
public enum CallerProof: Sendable, Hashable {
    /// A certificate of this tree, good at this moment, of the unit's node.
    case certificate(of: UnitCode)
    /// A certificate of this tree, good at this moment, of a node that is not directly below.
    case member
    /// No certificate: only joining and renewing are open.
    case none
    /// The line knows no certificates: the simulator's, and a call within one process.
    case notAsked

    /// Whether the caller may speak for a unit.
    func mayBe(_ unit: UnitCode) -> Bool {
        switch self {
        case .certificate(let of): of == unit
        case .none, .member: false
        case .notAsked: true
        }
    }
}
