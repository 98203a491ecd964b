import Rules

/// A node asks an authority further above than its parent what those above it have said to many: the parent may be the one of whom that
/// speaks, and keep it to itself. Needs no session; the answer is signed by whoever wrote it.
public struct AboveRequest: Sendable, Hashable {
    /// Whose node asks.
    public var unit: UnitCode
    /// What it has of those streams.
    public var heads: [StreamHead]

    public init(unit: UnitCode, heads: [StreamHead]) {
        self.unit = unit
        self.heads = heads
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireAboveRequest(serializedBytes: bytes), !wire.unit.isEmpty, let heads = StreamHead.read(wire.heads)
        else { return nil }
        unit = UnitCode(wire.unit)
        self.heads = heads
    }

    public var bytes: [UInt8] {
        var wire = WireAboveRequest()
        wire.unit = unit.text
        wire.heads = heads.map(\.wire)
        return Wire.bytes(wire)
    }
}

/// Envelopes that follow what was shown, each stream in sequence; none: nothing does.
public struct AboveReply: Sendable, Hashable {
    public var envelopes: [[UInt8]]

    public init(envelopes: [[UInt8]]) { self.envelopes = envelopes }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireAboveReply(serializedBytes: bytes) else { return nil }
        envelopes = wire.envelopes.map { Array($0) }
    }

    public var bytes: [UInt8] {
        var wire = WireAboveReply()
        wire.envelopes = envelopes.map { .init($0) }
        return Wire.bytes(wire)
    }
}
