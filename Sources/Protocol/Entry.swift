import Rules

/// What an entry says. Raw values are on the wire: append-only.
public enum EntryKind: UInt32, Sendable, CaseIterable {
    case step = 1, supplement = 2, verdict = 3, number = 4, answer = 5
    /// A step of its own kind, so that programs which do not know hand-overs keep it for later.
    case handOver = 6
    /// An authority says that a hand-over does not count.
    case handOverRepeal = 7
    case unit = 10, key = 11, lease = 12, policy = 13, schoolClass = 14, division = 15, campus = 16, seal = 18, incarnation = 20
    case salvage = 24, drop = 25, address = 26, move = 27, merger = 28
    case attachment = 30, attachmentWithdrawal = 31
    case passwordReset = 40
    /// A word on a pair of dossiers, and the steps of cases: of kinds of their own, as hand-overs are.
    case ruling = 41, caseStep = 42
    /// An authority asks a school for evidence.
    case evidenceRequest = 43
    /// A school asks that whoever has let its time pass be overridden.
    case overrideRequest = 44
    /// A school asks for a pupil elsewhere; the centre passes it on; an authority answers; where it has got to, or that it has ended.
    case inquiry = 60, inquiryForward = 61, inquiryAnswer = 62, inquiryNotice = 63
    /// 转学: steps of an application, its withdrawal, what the case in the dossier has come to, and the request for an override. Said
    /// once by who acts, and again by the lowest common authority for the other school.
    case transferStep = 54, transferWithdrawal = 55, transferNotice = 56, transferRequest = 57
    /// A file of such an application; its bytes go the blobs' lane.
    case transferFile = 58
}

/// 16 random bytes that identify the business act: survives a re-append and a copy for a second audience.
public struct ActID: Sendable, Hashable {
    public let bytes: [UInt8]

    /// Nil unless 16 bytes.
    public init?(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        guard array.count == 16 else { return nil }
        self.bytes = array
    }
}

/// One signed statement, opaque to nodes that do not know its kind.
public struct Entry: Sendable, Hashable {
    public let act: ActID
    /// Raw, because a newer node may write kinds that this one only relays.
    public let kind: UInt32
    public let payload: [UInt8]
    /// The serialized entry; its hash is what the envelope's root covers.
    public let bytes: [UInt8]

    public init(act: ActID, kind: EntryKind, payload: [UInt8]) {
        self.act = act
        self.kind = kind.rawValue
        self.payload = payload
        var wire = WireEntry()
        wire.act = .init(act.bytes)
        wire.kind = kind.rawValue
        wire.payload = .init(payload)
        bytes = Wire.bytes(wire)
    }

    /// Nil when the bytes are not an entry.
    public init?(bytes: [UInt8]) {
        guard let wire = try? WireEntry(serializedBytes: bytes), let act = ActID(wire.act) else { return nil }
        self.act = act
        kind = wire.kind
        payload = Array(wire.payload)
        self.bytes = bytes
    }
}
