import Rules

/// First stage: store any envelope that is well signed, chained and in its writer's authority, whatever it means.
public enum Acceptance: Sendable, Hashable {
    case stored
    /// We have this very envelope already.
    case known
    case refused(Refusal)

    public enum Refusal: String, Sendable, Hashable {
        case malformed, tooLarge, unknownAlgorithm, badSignature, bodyDiffers
        /// The statement key, or a record by which it is judged to whom its writer may speak, is not here (yet): passing.
        case unknownKey
        /// An earlier link is missing: the sender starts from our head.
        case gap
        /// Another envelope stands at this place: kept in salvage, alarm.
        case fork
        /// It follows the last good head of a key that was superseded or revoked: kept in salvage, alarm.
        case sealedKey
        /// The neighbour may not bring this stream to us.
        case notForUs
        /// The writer may not write to this audience, by the records of both.
        case notAllowed
    }
}

/// Where an envelope comes from.
public enum Neighbour: Sendable, Hashable {
    case parent
    case child(UnitCode)

    public var source: String {
        switch self {
        case .parent: "parent"
        case .child(let unit): unit.text
        }
    }
}

/// How far a stream is stored, or applied, at a unit above: told downwards, so that each record shows where it has got.
public struct Reach: Sendable, Hashable {
    public var stream: StreamID
    public var unit: UnitCode
    public var sequence: UInt64
    /// Seconds since 1970 when that unit stored it, or applied it.
    public var at: Int64
    /// Whether it is applied there, and not only stored.
    public var isApplied: Bool

    public init(stream: StreamID, unit: UnitCode, sequence: UInt64, at: Int64, isApplied: Bool = false) {
        self.stream = stream
        self.unit = unit
        self.sequence = sequence
        self.at = at
        self.isApplied = isApplied
    }
}

/// Some links of one stream.
public struct StreamRange: Sendable, Hashable {
    public var stream: StreamID
    public var sequences: ClosedRange<UInt64>

    public init(stream: StreamID, sequences: ClosedRange<UInt64>) {
        self.stream = stream
        self.sequences = sequences
    }
}
