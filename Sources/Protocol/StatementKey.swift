import enum Crypto.Curve25519
import struct Crypto.SHA256
import FoundationEssentials
import Rules

/// A unit's statement key (Ed25519): signs envelopes and hellos. The node's TLS key only carries.
public struct StatementKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// - Parameter seed: 32 random bytes; nil for other lengths.
    public init?(seed: [UInt8]) {
        guard seed.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
        self.key = key
    }

    public var seed: [UInt8] { Array(key.rawRepresentation) }
    public var publicKey: StatementPublicKey { StatementPublicKey(key.publicKey) }

    /// 64 bytes. Throws only where the library does.
    public func sign(_ message: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: message)) }
}

public struct StatementPublicKey: Sendable, Hashable {
    /// 32 bytes.
    public let bytes: [UInt8]

    fileprivate init(_ key: Curve25519.Signing.PublicKey) { bytes = Array(key.rawRepresentation) }

    /// Nil unless a valid Ed25519 point encoding.
    public init?(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: array)) != nil else { return nil }
        self.bytes = array
    }

    /// First 8 bytes of the key's SHA-256: names the key in headers.
    public var id: [UInt8] { Array(Hashing.sha256(bytes).bytes.prefix(8)) }

    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

public enum Hashing {
    public static func sha256(_ bytes: some DataProtocol) -> Digest {
        guard let digest = Digest(SHA256.hash(data: bytes)) else { preconditionFailure("SHA-256 is 32 bytes") }
        return digest
    }

    /// Digest of the key fields that a verdict speaks about (Q56).
    public static func keyDigest(of record: StudentRecord) -> Digest {
        sha256(Array(KeyFields(record).canonicalText.utf8))
    }
}
