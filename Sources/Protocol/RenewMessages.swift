import Rules

/// Certificates as issued: X.509, DER, each with its issuers after it, without the root.
public struct IssuedChains: Sendable, Hashable {
    public var node: [[UInt8]]
    /// Empty for a school: it issues to nobody.
    public var authority: [[UInt8]]
    /// Empty where none was asked for.
    public var console: [[UInt8]]

    public init(node: [[UInt8]], authority: [[UInt8]], console: [[UInt8]] = []) {
        self.node = node
        self.authority = authority
        self.console = console
    }
}

/// What a unit that issues to nobody asks for its console's door.
public struct ConsoleWish: Sendable, Hashable {
    /// PKCS #10, DER.
    public var request: [UInt8]
    /// IP addresses of its machine, 4 or 16 bytes each.
    public var addresses: [[UInt8]]

    public init(request: [UInt8], addresses: [[UInt8]]) {
        self.request = request
        self.addresses = addresses
    }

    /// Addresses that one certificate may carry.
    public static let mostAddresses = 32

    fileprivate func signedText(_ challenge: BootNonce?) -> [UInt8] {
        Array("xueji console 1\n".utf8) + (challenge?.bytes ?? []) + Hashing.sha256(request).bytes
            + addresses.flatMap { [UInt8($0.count)] + $0 }
    }
}

/// A node asks for new certificates with its unit's statement key: before the old ones end, after they ended, or after they
/// were lost. A stolen TLS key renews nothing.
public struct RenewRequest: Sendable, Hashable {
    public var unit: UnitCode
    public private(set) var keyID: [UInt8]
    /// The parent's boot nonce as known; nil asks for it.
    public var challenge: BootNonce?
    /// PKCS #10 requests, DER.
    public var nodeRequest: [UInt8]
    public var authorityRequest: [UInt8]
    public private(set) var signature: [UInt8]
    /// Beside the rest and with a signature of its own: older parents do not know it.
    public let console: ConsoleWish?
    private var consoleSignature: [UInt8] = []

    /// - Throws: only where the signing library does.
    public init(
        unit: UnitCode, challenge: BootNonce?, nodeRequest: [UInt8], authorityRequest: [UInt8], console: ConsoleWish? = nil, key: StatementKey
    ) throws {
        self.unit = unit
        self.challenge = challenge
        self.nodeRequest = nodeRequest
        self.authorityRequest = authorityRequest
        keyID = key.publicKey.id
        signature = []
        self.console = console
        guard challenge != nil else { return }
        signature = try key.sign(signedText)
        if let console { consoleSignature = try key.sign(console.signedText(challenge)) }
    }

    /// The wish, where the unit's key has signed it as well.
    public func console(signedBy key: StatementPublicKey) -> ConsoleWish? {
        console.flatMap { key.verifies(consoleSignature, of: $0.signedText(challenge)) ? $0 : nil }
    }

    public func isSigned(by key: StatementPublicKey) -> Bool { keyID == key.id && key.verifies(signature, of: signedText) }

    private var signedText: [UInt8] {
        Array("xueji renew 1\n".utf8) + (challenge?.bytes ?? []) + Hashing.sha256(nodeRequest).bytes
            + Hashing.sha256(authorityRequest).bytes + Array(unit.text.utf8)
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireRenewRequest(serializedBytes: bytes), !wire.unit.isEmpty, wire.keyID.count == 8,
              wire.challenge.isEmpty || wire.challenge.count == 16 else { return nil }
        unit = UnitCode(wire.unit)
        keyID = Array(wire.keyID)
        challenge = BootNonce(wire.challenge)
        nodeRequest = Array(wire.nodeRequest)
        authorityRequest = Array(wire.authorityRequest)
        signature = Array(wire.signature)
        let addresses = wire.consoleAddresses.map { Array($0) }
        guard addresses.count <= ConsoleWish.mostAddresses, addresses.allSatisfy({ [4, 16].contains($0.count) }) else { return nil }
        console = wire.consoleRequest.isEmpty ? nil : ConsoleWish(request: Array(wire.consoleRequest), addresses: addresses)
        consoleSignature = Array(wire.consoleSignature)
    }

    public var bytes: [UInt8] {
        var wire = WireRenewRequest()
        wire.unit = unit.text
        wire.keyID = .init(keyID)
        wire.challenge = .init(challenge?.bytes ?? [])
        wire.nodeRequest = .init(nodeRequest)
        wire.authorityRequest = .init(authorityRequest)
        wire.signature = .init(signature)
        wire.consoleRequest = .init(console?.request ?? [])
        wire.consoleAddresses = (console?.addresses ?? []).map { .init($0) }
        wire.consoleSignature = .init(consoleSignature)
        return Wire.bytes(wire)
    }
}

public struct RenewReply: Sendable, Hashable {
    /// The parent's boot nonce.
    public var nonce: BootNonce
    /// Nil: sign again, with `nonce` as the challenge.
    public var certificates: IssuedChains?

    public init(nonce: BootNonce, certificates: IssuedChains?) {
        self.nonce = nonce
        self.certificates = certificates
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireRenewReply(serializedBytes: bytes), let nonce = BootNonce(wire.nonce) else { return nil }
        self.nonce = nonce
        certificates = wire.nodeChain.isEmpty ? nil
            : IssuedChains(
                node: wire.nodeChain.map { Array($0) }, authority: wire.authorityChain.map { Array($0) },
                console: wire.consoleChain.map { Array($0) })
    }

    public var bytes: [UInt8] {
        var wire = WireRenewReply()
        wire.nonce = .init(nonce.bytes)
        wire.nodeChain = (certificates?.node ?? []).map { .init($0) }
        wire.authorityChain = (certificates?.authority ?? []).map { .init($0) }
        wire.consoleChain = (certificates?.console ?? []).map { .init($0) }
        return Wire.bytes(wire)
    }
}
