import Rules

/// 16 random bytes minted when a process starts: tells a peer whether it still speaks to the process it knew.
public struct BootNonce: Sendable, Hashable {
    public let bytes: [UInt8]

    /// Nil unless 16 bytes.
    public init?(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        guard array.count == 16 else { return nil }
        self.bytes = array
    }
}

/// 16 random bytes that name one session; known to its two ends only.
public struct SessionToken: Sendable, Hashable {
    public let bytes: [UInt8]

    /// Nil unless 16 bytes.
    public init?(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        guard array.count == 16 else { return nil }
        self.bytes = array
    }
}

/// Opens a session. The child signs the parent's boot nonce, so a hello heard on the wire opens nothing at another process.
public struct Hello: Sendable, Hashable {
    public var unit: UnitCode
    public var nonce: BootNonce
    /// Protocol versions the child speaks.
    public var protocols: ClosedRange<UInt32>
    /// The child's program version, for display.
    public var version: String
    /// Over the child's heads; nil when it goes on from positions it holds in memory for this very parent process.
    public var headsDigest: Digest?
    /// The parent's boot nonce as known; nil asks for it.
    public var challenge: BootNonce?
    public private(set) var keyID: [UInt8]
    public private(set) var signature: [UInt8]

    /// - Throws: only where the signing library does.
    public init(
        unit: UnitCode, nonce: BootNonce, protocols: ClosedRange<UInt32>, version: String, headsDigest: Digest?,
        challenge: BootNonce?, key: StatementKey
    ) throws {
        self.unit = unit
        self.nonce = nonce
        self.protocols = protocols
        self.version = version
        self.headsDigest = headsDigest
        self.challenge = challenge
        keyID = key.publicKey.id
        signature = []
        if challenge != nil { signature = try key.sign(signedText) }
    }

    public func isSigned(by key: StatementPublicKey) -> Bool { key.verifies(signature, of: signedText) }

    private var signedText: [UInt8] {
        Array("xueji hello 1\n".utf8) + (challenge?.bytes ?? []) + nonce.bytes + Array(unit.text.utf8)
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireHello(serializedBytes: bytes), let nonce = BootNonce(wire.nonce), !wire.unit.isEmpty,
              wire.protocolLow <= wire.protocolHigh, wire.challenge.isEmpty || wire.challenge.count == 16,
              wire.digest.isEmpty || wire.digest.count == 32 else { return nil }
        unit = UnitCode(wire.unit)
        self.nonce = nonce
        protocols = wire.protocolLow...wire.protocolHigh
        version = wire.version
        headsDigest = Digest(wire.digest)
        challenge = BootNonce(wire.challenge)
        keyID = Array(wire.keyID)
        signature = Array(wire.signature)
    }

    public var bytes: [UInt8] {
        var wire = WireHello()
        wire.unit = unit.text
        wire.nonce = .init(nonce.bytes)
        wire.protocolLow = protocols.lowerBound
        wire.protocolHigh = protocols.upperBound
        wire.version = version
        wire.digest = .init(headsDigest?.bytes ?? [])
        wire.challenge = .init(challenge?.bytes ?? [])
        wire.keyID = .init(keyID)
        wire.signature = .init(signature)
        return Wire.bytes(wire)
    }
}

public struct HelloReply: Sendable, Hashable {
    public var unit: UnitCode
    public var nonce: BootNonce
    public var protocolVersion: UInt32
    public var version: String
    /// Nil: sign again, with `nonce` as the challenge.
    public var session: SessionToken?
    /// Both sides hold equal heads, or go on where they were.
    public var isSame: Bool
    /// The parent's journal position before it looked at its heads.
    public var position: Int64
    /// The parent's clock, seconds since 1970, for display.
    public var at: Int64

    public init(
        unit: UnitCode, nonce: BootNonce, protocolVersion: UInt32, version: String, session: SessionToken?, isSame: Bool,
        position: Int64, at: Int64
    ) {
        self.unit = unit
        self.nonce = nonce
        self.protocolVersion = protocolVersion
        self.version = version
        self.session = session
        self.isSame = isSame
        self.position = position
        self.at = at
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireHelloReply(serializedBytes: bytes), let nonce = BootNonce(wire.nonce), !wire.unit.isEmpty,
              wire.session.isEmpty || wire.session.count == 16 else { return nil }
        unit = UnitCode(wire.unit)
        self.nonce = nonce
        protocolVersion = wire.protocol
        version = wire.version
        session = SessionToken(wire.session)
        isSame = wire.same
        position = Int64(clamping: wire.position)
        at = wire.at
    }

    public var bytes: [UInt8] {
        var wire = WireHelloReply()
        wire.unit = unit.text
        wire.nonce = .init(nonce.bytes)
        wire.protocol = protocolVersion
        wire.version = version
        wire.session = .init(session?.bytes ?? [])
        wire.same = isSame
        wire.position = UInt64(clamping: position)
        wire.at = at
        return Wire.bytes(wire)
    }
}
