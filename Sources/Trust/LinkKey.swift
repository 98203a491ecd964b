import enum Crypto.P256
import FoundationEssentials
import Protocol
import SwiftASN1
import X509

/// A P-256 key for TLS: of a node, or of an authority that issues to those below. It carries; it states nothing.
public struct LinkKey: Sendable {
    let key: P256.Signing.PrivateKey

    init(_ key: P256.Signing.PrivateKey) { self.key = key }

    /// A new key from the surroundings' chance.
    public init(_ surroundings: Surroundings) {
        while true {
            // All but 2⁻³² of the 32-byte strings are keys.
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: surroundings.randomBytes(32)) {
                self.key = key
                return
            }
        }
    }

    /// Nil unless 32 bytes that are a key.
    public init?(raw: [UInt8]) {
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: raw) else { return nil }
        self.key = key
    }

    /// 32 bytes.
    public var raw: [UInt8] { Array(key.rawRepresentation) }

    /// As PEM.
    public var text: String { key.pemRepresentation + "\n" }

    public var fingerprint: KeyFingerprint { KeyFingerprint(key.publicKey) }

    /// Asks for a certificate: PKCS #10, DER. It names nothing: the issuer knows whom it certifies.
    public func signingRequest() throws(TrustFlaw) -> [UInt8] {
        do {
            let request = try CertificateSigningRequest(
                version: .v1, subject: DistinguishedName { CommonName("xueji") }, privateKey: .init(key),
                attributes: CertificateSigningRequest.Attributes())
            var serializer = DER.Serializer()
            try serializer.serialize(request)
            return serializer.serializedBytes
        } catch {
            throw .malformed("signing request: \(error)")
        }
    }
}

/// SHA-256 of a public key (X9.63), 32 bytes: the same for every certificate of one key.
public struct KeyFingerprint: Sendable, Hashable {
    public let bytes: [UInt8]

    init(_ key: P256.Signing.PublicKey) { bytes = Hashing.sha256(Array(key.x963Representation)).bytes }

    /// Nil for a key that is not P-256.
    init?(_ key: Certificate.PublicKey) {
        guard let key = P256.Signing.PublicKey(key) else { return nil }
        self.init(key)
    }

    /// Of a node's own certificate, DER; nil when it is none.
    public init?(certificate der: [UInt8]) {
        guard let certificate = try? Certificate.read(der) else { return nil }
        self.init(certificate.publicKey)
    }
}

/// Why certificates cannot be made or read. English, for the log.
public enum TrustFlaw: Error, Sendable, Hashable {
    case malformed(String)
    /// The request's own signature does not hold, or its key is not P-256.
    case badRequest
    /// The issuer may not vouch for that name, or for another authority.
    case outsidePath
    /// An address that others than the own network may have.
    case foreignAddress
    /// The issuer's own certificate has ended.
    case issuerEnded
}
