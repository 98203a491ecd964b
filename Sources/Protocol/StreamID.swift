import Rules

/// Where a stream goes besides up to the root.
public enum Audience: Sendable, Hashable {
    /// Nobody below: up to the root only.
    case up
    /// Down the path to one unit.
    case unit(UnitCode)
    /// Down to a unit and everything under it.
    case subtree(UnitCode)
    case everyone

    public var text: String {
        switch self {
        case .up: "up"
        case .unit(let code): "unit:" + code.text
        case .subtree(let code): "subtree:" + code.text
        case .everyone: "all"
        }
    }

    public init?(_ text: String) {
        if text == "up" { self = .up }
        else if text == "all" { self = .everyone }
        else if text.hasPrefix("unit:") { self = .unit(UnitCode(String(text.dropFirst(5)))) }
        else if text.hasPrefix("subtree:") { self = .subtree(UnitCode(String(text.dropFirst(8)))) }
        else { return nil }
    }

    /// Whether the stream must reach the node of `target`, so that it or something under it gets what is meant for it.
    public func reaches(_ target: UnitCode, in topology: some Topology) -> Bool {
        switch self {
        case .up: false
        case .everyone: true
        case .unit(let code): topology.contains(target, code)
        case .subtree(let code): topology.contains(target, code) || topology.contains(code, target)
        }
    }

    /// The one unit, or the top of the subtree, that it is for.
    public var addressee: UnitCode? {
        switch self {
        case .unit(let code), .subtree(let code): code
        case .up, .everyone: nil
        }
    }
}

/// Stream = (writer unit, incarnation, audience). No path in it, so moving a school changes nothing.
public struct StreamID: Sendable, Hashable {
    public var unit: UnitCode
    public var incarnation: Incarnation
    public var audience: Audience

    public init(unit: UnitCode, incarnation: Incarnation, audience: Audience) {
        self.unit = unit
        self.incarnation = incarnation
        self.audience = audience
    }
}

/// 8 random bytes, minted at first start, after every restore or move of a unit and after a repaired fork.
public struct Incarnation: Sendable, Hashable {
    public let bytes: [UInt8]

    /// Nil unless 8 bytes.
    public init?(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        guard array.count == 8 else { return nil }
        self.bytes = array
    }

    public var hex: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

/// How long a copy of a stream is. Acknowledgements are heads that the peer has committed.
public struct StreamHead: Sendable, Hashable {
    public var stream: StreamID
    public var sequence: UInt64
    /// Hash of the envelope with that sequence.
    public var hash: Digest

    public init(stream: StreamID, sequence: UInt64, hash: Digest) {
        self.stream = stream
        self.sequence = sequence
        self.hash = hash
    }
}
