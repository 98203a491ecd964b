import struct Crypto.HMAC
import struct Crypto.SHA256
import struct Crypto.SymmetricKey
import FoundationEssentials
import Rules

/// What an invitation's code lets both ends compute and nobody else: the secret itself never travels.
public struct JoinSecret: Sendable, Hashable {
    /// 20 random bytes.
    public let bytes: [UInt8]

    /// Nil unless 20 bytes.
    public init?(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        guard array.count == 20 else { return nil }
        self.bytes = array
    }

    /// HMAC-SHA256, 32 bytes.
    func seal(_ text: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: bytes)))
    }

    /// Compares in constant time.
    func isSeal(_ mac: [UInt8], of text: [UInt8]) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: text, using: SymmetricKey(data: bytes))
    }
}

/// A new node shows that it knows a one-time code and holds the statement key it made, and asks for its certificates.
public struct JoinRequest: Sendable, Hashable {
    /// 5 bytes: which code.
    public var code: [UInt8]
    public var publicKey: StatementPublicKey
    /// 16 random bytes: ties the answer to this request.
    public var nonce: [UInt8]
    /// PKCS #10 request, DER, for the node's TLS key.
    public var nodeRequest: [UInt8]
    /// The same for the key with which an authority's node issues to those below.
    public var authorityRequest: [UInt8]
    public private(set) var signature: [UInt8]
    public private(set) var mac: [UInt8]

    /// - Throws: only where the signing library does.
    public init(
        code: [UInt8], secret: JoinSecret, key: StatementKey, nonce: [UInt8], nodeRequest: [UInt8], authorityRequest: [UInt8]
    ) throws {
        self.code = code
        publicKey = key.publicKey
        self.nonce = nonce
        self.nodeRequest = nodeRequest
        self.authorityRequest = authorityRequest
        signature = []
        mac = []
        signature = try key.sign(signedText)
        mac = secret.seal(signedText)
    }

    /// Whether the sender holds the private half of the key it shows.
    public var isSigned: Bool { publicKey.verifies(signature, of: signedText) }

    /// Whether the sender knows the code's secret.
    public func isSealed(by secret: JoinSecret) -> Bool { secret.isSeal(mac, of: signedText) }

    private var signedText: [UInt8] {
        Array("xueji join 2\n".utf8) + code + nonce + publicKey.bytes + Hashing.sha256(nodeRequest).bytes
            + Hashing.sha256(authorityRequest).bytes
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireJoinRequest(serializedBytes: bytes), let key = StatementPublicKey(wire.publicKey),
              wire.code.count == 5, wire.nonce.count == 16, wire.mac.count == 32 else { return nil }
        code = Array(wire.code)
        publicKey = key
        nonce = Array(wire.nonce)
        nodeRequest = Array(wire.nodeRequest)
        authorityRequest = Array(wire.authorityRequest)
        signature = Array(wire.signature)
        mac = Array(wire.mac)
    }

    public var bytes: [UInt8] {
        var wire = WireJoinRequest()
        wire.code = .init(code)
        wire.publicKey = .init(publicKey.bytes)
        wire.nonce = .init(nonce)
        wire.nodeRequest = .init(nodeRequest)
        wire.authorityRequest = .init(authorityRequest)
        wire.signature = .init(signature)
        wire.mac = .init(mac)
        return Wire.bytes(wire)
    }
}

/// Which unit the new node speaks for, its certificates, and the keys that all trust starts from.
public struct JoinReply: Sendable, Hashable {
    public var unit: UnitCode
    public var tier: Tier
    public var name: String
    public var rootKey: StatementPublicKey
    public var parent: UnitCode
    public var certificates: IssuedChains
    /// The tree's root certificate, DER.
    public var rootCertificate: [UInt8]
    /// The name in the answering node's certificate.
    public var parentName: String
    /// Whether the unit had a key before this one: what it wrote has to come back before it goes on with it.
    public var isReturning: Bool

    public init(
        unit: UnitCode, tier: Tier, name: String, rootKey: StatementPublicKey, parent: UnitCode, certificates: IssuedChains,
        rootCertificate: [UInt8], parentName: String, isReturning: Bool = false
    ) {
        self.unit = unit
        self.tier = tier
        self.name = name
        self.rootKey = rootKey
        self.parent = parent
        self.certificates = certificates
        self.rootCertificate = rootCertificate
        self.parentName = parentName
        self.isReturning = isReturning
    }

    public init?(bytes: [UInt8]) {
        guard let wire = try? WireJoinReply(serializedBytes: bytes), let tier = Tier(rawValue: wire.tier),
              let rootKey = StatementPublicKey(wire.rootKey), !wire.unit.isEmpty, !wire.parent.isEmpty else { return nil }
        unit = UnitCode(wire.unit)
        self.tier = tier
        name = wire.name
        self.rootKey = rootKey
        parent = UnitCode(wire.parent)
        certificates = IssuedChains(node: wire.nodeChain.map { Array($0) }, authority: wire.authorityChain.map { Array($0) })
        rootCertificate = Array(wire.rootCertificate)
        parentName = wire.parentName
        isReturning = wire.returning
    }

    public var bytes: [UInt8] {
        var wire = WireJoinReply()
        wire.unit = unit.text
        wire.tier = tier.rawValue
        wire.name = name
        wire.rootKey = .init(rootKey.bytes)
        wire.parent = parent.text
        wire.nodeChain = certificates.node.map { .init($0) }
        wire.authorityChain = certificates.authority.map { .init($0) }
        wire.rootCertificate = .init(rootCertificate)
        wire.parentName = parentName
        wire.returning = isReturning
        return Wire.bytes(wire)
    }

    /// As it travels: only who knows the secret can have made it, and only for this request.
    public func sealed(by secret: JoinSecret, for request: JoinRequest) -> [UInt8] {
        var wire = WireSealedJoinReply()
        wire.reply = .init(bytes)
        wire.mac = .init(secret.seal(Self.sealedText(bytes, nonce: request.nonce)))
        return Wire.bytes(wire)
    }

    /// Nil when it is not the answer of one who knows the secret to the request with that nonce.
    public init?(sealed bytes: [UInt8], secret: JoinSecret, nonce: [UInt8]) {
        guard let wire = try? WireSealedJoinReply(serializedBytes: bytes),
              secret.isSeal(Array(wire.mac), of: Self.sealedText(Array(wire.reply), nonce: nonce)) else { return nil }
        self.init(bytes: Array(wire.reply))
    }

    private static func sealedText(_ reply: [UInt8], nonce: [UInt8]) -> [UInt8] {
        Array("xueji join reply 2\n".utf8) + nonce + reply
    }
}
