import Rules

/// A node's word that it has given up an entry on which its own handler failed.
public struct DroppedEntry: Sendable, Hashable {
    public var stream: StreamID
    public var sequence: UInt64
    /// Place in the envelope, from 0.
    public var slot: Int
    /// Of the entry's bytes.
    public var entryHash: Digest
    public var dossier: DossierID?
    public var by: UnitCode
    /// Chinese, without personal data.
    public var reason: String
    public var at: Int64

    public init(
        stream: StreamID, sequence: UInt64, slot: Int, entryHash: Digest, dossier: DossierID?, by: UnitCode, reason: String, at: Int64
    ) {
        self.stream = stream
        self.sequence = sequence
        self.slot = slot
        self.entryHash = entryHash
        self.dossier = dossier
        self.by = by
        self.reason = reason
        self.at = at
    }
}

/// Where the nodes below reach a unit's node.
public struct NodeAddress: Sendable, Hashable {
    public var unit: UnitCode
    /// `https://host:port`.
    public var address: String
    public var at: Int64

    public init(unit: UnitCode, address: String, at: Int64) {
        self.unit = unit
        self.address = address
        self.at = at
    }
}

/// Goes with the record that gives a unit another competent authority.
public struct UnitMove: Sendable, Hashable {
    public var unit: UnitCode
    public var from: UnitCode
    public var to: UnitCode
    /// Of the unit's record.
    public var version: Int
    /// Where the new authority's node is reached; empty where that is not known.
    public var address: String
    public var at: Int64

    public init(unit: UnitCode, from: UnitCode, to: UnitCode, version: Int, address: String, at: Int64) {
        self.unit = unit
        self.from = from
        self.to = to
        self.version = version
        self.address = address
        self.at = at
    }
}

/// Goes with the record that closes a school (学校合并, Q112): who takes its pupils.
public struct UnitMerger: Sendable, Hashable {
    public var source: UnitCode
    public var target: UnitCode
    /// Of the source's record.
    public var version: Int
    /// Of the target's record then: the hand-overs are judged by it, wherever that school is moved to later.
    public var targetVersion: Int
    public var at: Int64

    public init(source: UnitCode, target: UnitCode, version: Int, targetVersion: Int, at: Int64) {
        self.source = source
        self.target = target
        self.version = version
        self.targetVersion = targetVersion
        self.at = at
    }
}

extension Payload {
    public static func encode(_ drop: DroppedEntry) -> [UInt8] {
        var wire = WireDrop()
        wire.place = drop.stream.wire
        wire.place.sequence = drop.sequence
        wire.slot = UInt32(drop.slot)
        wire.entryHash = .init(drop.entryHash.bytes)
        wire.dossier = .init(drop.dossier?.bytes ?? [])
        wire.by = drop.by.text
        wire.reason = drop.reason
        wire.at = drop.at
        return Wire.bytes(wire)
    }

    public static func drop(_ payload: [UInt8]) -> DroppedEntry? {
        guard let wire = try? WireDrop(serializedBytes: payload), let stream = StreamID(wire.place), wire.place.sequence > 0,
              let hash = Digest(wire.entryHash), !wire.by.isEmpty else { return nil }
        return DroppedEntry(
            stream: stream, sequence: wire.place.sequence, slot: Int(wire.slot), entryHash: hash, dossier: DossierID(wire.dossier),
            by: UnitCode(wire.by), reason: wire.reason, at: wire.at)
    }

    public static func encode(_ address: NodeAddress) -> [UInt8] {
        var wire = WireNodeAddress()
        wire.unit = address.unit.text
        wire.address = address.address
        wire.at = address.at
        return Wire.bytes(wire)
    }

    public static func address(_ payload: [UInt8]) -> NodeAddress? {
        guard let wire = try? WireNodeAddress(serializedBytes: payload), !wire.unit.isEmpty, wire.address.utf8.count <= 300
        else { return nil }
        return NodeAddress(unit: UnitCode(wire.unit), address: wire.address, at: wire.at)
    }

    public static func encode(_ move: UnitMove) -> [UInt8] {
        var wire = WireUnitMove()
        wire.unit = move.unit.text
        wire.from = move.from.text
        wire.to = move.to.text
        wire.version = UInt32(move.version)
        wire.address = move.address
        wire.at = move.at
        return Wire.bytes(wire)
    }

    public static func move(_ payload: [UInt8]) -> UnitMove? {
        guard let wire = try? WireUnitMove(serializedBytes: payload), !wire.unit.isEmpty, !wire.to.isEmpty,
              wire.address.utf8.count <= 300 else { return nil }
        return UnitMove(
            unit: UnitCode(wire.unit), from: UnitCode(wire.from), to: UnitCode(wire.to), version: Int(wire.version),
            address: wire.address, at: wire.at)
    }
}

extension Payload {
    public static func encode(_ merger: UnitMerger) -> [UInt8] {
        var wire = WireUnitMerger()
        wire.source = merger.source.text
        wire.target = merger.target.text
        wire.version = UInt32(merger.version)
        wire.targetVersion = UInt32(merger.targetVersion)
        wire.at = merger.at
        return Wire.bytes(wire)
    }

    public static func merger(_ payload: [UInt8]) -> UnitMerger? {
        guard let wire = try? WireUnitMerger(serializedBytes: payload), !wire.source.isEmpty, !wire.target.isEmpty,
              wire.source != wire.target else { return nil }
        return UnitMerger(
            source: UnitCode(wire.source), target: UnitCode(wire.target), version: Int(wire.version),
            targetVersion: Int(wire.targetVersion), at: wire.at)
    }
}

extension Entry {
    /// The dossier that a fact is about; nil for facts about units, and for kinds that this program does not know.
    public var dossier: DossierID? {
        switch EntryKind(rawValue: kind) {
        case .step, .handOver, .caseStep: Payload.step(payload)?.dossier
        case .supplement: Payload.supplement(payload)?.dossier
        case .verdict: Payload.verdict(payload)?.dossier
        case .number: Payload.number(payload)?.dossier
        case .answer: Payload.answer(payload)?.dossier
        case .evidenceRequest: Payload.evidenceRequest(payload)?.dossier
        case .overrideRequest: Payload.overrideRequest(payload)?.dossier
        case .handOverRepeal: Payload.handOverRepeal(payload)?.dossier
        case .ruling: Payload.ruling(payload)?.first.dossier
        default: nil
        }
    }
}
