import Rules

/// An authority's word that a unit's earlier statement keys have spoken up to here and no further: what follows is not theirs
/// to say, whoever brings it.
public struct KeySeal: Sendable, Hashable {
    public var unit: UnitCode
    public var issuer: UnitCode
    /// Keys of this generation and older.
    public var generation: Int
    /// Version of the unit's record that the newest of them was enrolled by; 0: an older program did not say. Keys of older records are
    /// covered whatever their generation.
    public var topology: Int
    /// Whether the unit's node may not link any more either; false: a newer key has superseded the old ones.
    public var isRevocation: Bool
    /// The last good head of each of the unit's streams; a stream that is not named has none.
    public var heads: [StreamHead]
    /// The operator's words; empty for a supersession.
    public var reason: String
    /// Seconds since 1970, for display.
    public var at: Int64

    public init(
        unit: UnitCode, issuer: UnitCode, generation: Int, topology: Int = 0, isRevocation: Bool, heads: [StreamHead], reason: String,
        at: Int64
    ) {
        self.unit = unit
        self.issuer = issuer
        self.generation = generation
        self.topology = topology
        self.isRevocation = isRevocation
        self.heads = heads
        self.reason = reason
        self.at = at
    }

    /// Whether it ends a key of the unit.
    public func covers(generation: Int, topology: Int) -> Bool {
        self.topology == 0 ? generation <= self.generation : (topology, generation) <= (self.topology, self.generation)
    }
}

extension Payload {
    public static func encode(_ seal: KeySeal) -> [UInt8] {
        var wire = WireKeySeal()
        wire.unit = seal.unit.text
        wire.issuer = seal.issuer.text
        wire.generation = UInt32(seal.generation)
        wire.revoked = seal.isRevocation
        wire.heads = seal.heads.map(\.wire)
        wire.reason = seal.reason
        wire.at = seal.at
        wire.topology = UInt32(seal.topology)
        return Wire.bytes(wire)
    }

    public static func seal(_ payload: [UInt8]) -> KeySeal? {
        guard let wire = try? WireKeySeal(serializedBytes: payload), let heads = StreamHead.read(wire.heads), !wire.unit.isEmpty,
              heads.allSatisfy({ $0.stream.unit.text == wire.unit }) else { return nil }
        return KeySeal(
            unit: UnitCode(wire.unit), issuer: UnitCode(wire.issuer), generation: Int(wire.generation), topology: Int(wire.topology),
            isRevocation: wire.revoked, heads: heads, reason: wire.reason, at: wire.at)
    }
}
