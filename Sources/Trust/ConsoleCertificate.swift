import FoundationEssentials
import SwiftASN1
import X509

/// What a console shows to browsers: a key with a certificate for the unit's name in the tree and its machine's addresses. No link
/// takes it: a link's certificate carries one name alone.
public struct ConsoleCertificate: Sendable {
    public let key: LinkKey
    /// DER; the own certificate first, without the root.
    public let chain: [[UInt8]]
    /// Seconds since 1970, of the whole chain.
    public let validity: ClosedRange<Int64>
    /// 4 or 16 bytes each.
    public let addresses: Set<[UInt8]>

    /// - Throws: when the first certificate is not this key's.
    public init(key: LinkKey, chain: [[UInt8]]) throws(TrustFlaw) {
        let certificates = try chain.map { bytes throws(TrustFlaw) in try Certificate.read(bytes) }
        guard let first = certificates.first, KeyFingerprint(first.publicKey) == key.fingerprint else {
            throw .malformed("certificate of another key")
        }
        guard let validity = certificates.commonValidity, let names = try? first.extensions.subjectAlternativeNames else {
            throw .malformed("names or dates")
        }
        self.key = key
        self.chain = chain
        self.validity = validity
        addresses = Set(names.compactMap { name in
            if case .ipAddress(let bytes) = name { Array(bytes.bytes) } else { nil }
        })
    }

    /// Key and chain in one text.
    public var text: String { key.text + certificatesText }
    public var certificatesText: String { Credential.text(certificates: chain) }
    public var keyText: String { key.text }

    /// Reads `text` again.
    public init(text: String) throws(TrustFlaw) {
        let (key, chain) = try Credential.read(text)
        try self.init(key: key, chain: chain)
    }

    /// Whether it should be made anew: after 60 % of its days, or when the machine has other addresses.
    public func isDue(at now: Int64, for addresses: [[UInt8]]) -> Bool {
        now < validity.lowerBound || now >= validity.lowerBound + (validity.upperBound - validity.lowerBound) / 10 * 6
            || !self.addresses.isSuperset(of: addresses)
    }
}
