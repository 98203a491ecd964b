import enum Crypto.P256
import FoundationEssentials
import SwiftASN1
import X509

/// A key with its certificate and that one's issuers, without the root.
public struct Credential: Sendable {
    public let key: LinkKey
    /// DER; the own certificate first.
    public let chain: [[UInt8]]
    /// Seconds since 1970, of the whole chain: it is good in between.
    public let validity: ClosedRange<Int64>
    public let name: TreeName
    let certificate: Certificate

    /// - Throws: when the first certificate is not this key's or is no certificate of a tree.
    public init(key: LinkKey, chain: [[UInt8]]) throws(TrustFlaw) {
        guard let first = chain.first else { throw .malformed("empty chain") }
        let certificates = try chain.map { bytes throws(TrustFlaw) in try Certificate.read(bytes) }
        certificate = try Certificate.read(first)
        guard KeyFingerprint(certificate.publicKey) == key.fingerprint else { throw .malformed("certificate of another key") }
        guard let name = certificate.treeName, let validity = certificates.commonValidity else { throw .malformed("name or dates") }
        self.key = key
        self.chain = chain
        self.name = name
        self.validity = validity
    }

    /// When it should be renewed: after 60 % of its days.
    public var renewal: Int64 {
        validity.lowerBound + (validity.upperBound - validity.lowerBound) / 10 * 6
    }

    /// Whole days left, negative after the end.
    public func daysLeft(at now: Int64) -> Int {
        let seconds = validity.upperBound - now
        return Int(seconds >= 0 ? seconds / 86_400 : -((-seconds + 86_399) / 86_400))
    }

    // MARK: As text

    /// The chain as PEM, the own certificate first.
    public var certificatesText: String { Self.text(certificates: chain) }

    /// Certificates, DER, as PEM.
    public static func text(certificates: [[UInt8]]) -> String {
        certificates.map { PEMDocument(type: "CERTIFICATE", derBytes: $0).pemString + "\n" }.joined()
    }

    public var keyText: String { key.text }

    /// Key and chain in one text, so that a file never holds a key with another's certificate.
    public var text: String { keyText + certificatesText }

    /// Reads `text` again.
    public init(text: String) throws(TrustFlaw) {
        let (key, chain) = try Self.read(text)
        try self.init(key: key, chain: chain)
    }

    static func read(_ text: String) throws(TrustFlaw) -> (key: LinkKey, chain: [[UInt8]]) {
        let documents: [PEMDocument]
        do { documents = try PEMDocument.parseMultiple(pemString: text) } catch { throw .malformed("PEM: \(error)") }
        guard let first = documents.first(where: { $0.discriminator != "CERTIFICATE" }),
              let key = try? P256.Signing.PrivateKey(pemRepresentation: first.pemString)
        else { throw .malformed("no key in the text") }
        return (LinkKey(key), documents.filter { $0.discriminator == "CERTIFICATE" }.map(\.derBytes))
    }
}

extension Certificate {
    static func read(_ der: [UInt8]) throws(TrustFlaw) -> Certificate {
        do { return try Certificate(derEncoded: der) } catch { throw .malformed("certificate: \(error)") }
    }

    var der: [UInt8] {
        get throws(TrustFlaw) {
            do {
                var serializer = DER.Serializer()
                try serializer.serialize(self)
                return serializer.serializedBytes
            } catch {
                throw .malformed("certificate: \(error)")
            }
        }
    }

    /// The one name of this tree that it carries; nil with none, several, or any other kind of name.
    var treeName: TreeName? {
        guard let names = try? extensions.subjectAlternativeNames, names.count == 1, case .dnsName(let text) = names.first
        else { return nil }
        return TreeName(text)
    }

    var notBefore: Int64 { Int64(notValidBefore.timeIntervalSince1970) }
    var notAfter: Int64 { Int64(notValidAfter.timeIntervalSince1970) }
}

extension [Certificate] {
    /// When all of them are good; nil when never.
    var commonValidity: ClosedRange<Int64>? {
        guard let begin = map(\.notBefore).max(), let end = map(\.notAfter).min(), begin <= end else { return nil }
        return begin...end
    }
}
