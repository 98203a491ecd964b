import FoundationEssentials
import Protocol
import Rules
import SwiftASN1
import X509

/// Issues certificates: the centre with the root, every authority to those below it, and only to them.
public struct CertificateIssuer: Sendable {
    public static let nodeDays: Int64 = 400
    public static let authorityDays: Int64 = 5 * 365
    public static let rootDays: Int64 = 20 * 365
    /// Tiers of authorities that may stand below the centre.
    static let deepest = 7
    /// A certificate begins this many seconds before it is made, for clocks that are behind.
    static let skew: Int64 = 2 * 86_400

    /// Seconds since 1970 of the issuer's own end; nothing it issues lasts longer.
    public let end: Int64
    public let name: TreeName
    private let key: LinkKey
    private let certificate: Certificate
    /// The issuer's certificate and its issuers, DER; empty for the root, which everybody has.
    private let chain: [[UInt8]]

    /// An authority below the centre.
    public init(authority: Credential) {
        key = authority.key
        certificate = authority.certificate
        chain = authority.chain
        name = authority.name
        end = authority.validity.upperBound
    }

    /// The centre.
    /// - Parameter certificate: the root, DER.
    public init(root certificate: [UInt8], key: LinkKey) throws(TrustFlaw) {
        self.certificate = try Certificate.read(certificate)
        guard KeyFingerprint(self.certificate.publicKey) == key.fingerprint else { throw .malformed("root of another key") }
        self.key = key
        chain = []
        name = .centre
        end = self.certificate.notAfter
    }

    /// The root of a new tree, DER.
    public static func makeRoot(key: LinkKey, _ surroundings: Surroundings) throws(TrustFlaw) -> [UInt8] {
        let own = Certificate.PublicKey(key.key.publicKey)
        let subject = try DistinguishedName.authority("root")
        return try sign(
            Draft(
                publicKey: own, subject: subject, issuer: subject, name: .centre, end: surroundings.now() + rootDays * 86_400,
                depth: deepest),
            issuerKey: key, issuerPublicKey: own, surroundings)
    }

    /// A node's certificate, for both ends of a link, with its issuers.
    /// - Parameter request: PKCS #10, DER.
    public func issueNode(_ request: [UInt8], for name: TreeName, unit: UnitCode, _ surroundings: Surroundings) throws(TrustFlaw) -> [[UInt8]] {
        try issue(request, name, DistinguishedName.node(unit.text), days: Self.nodeDays, depth: nil, surroundings)
    }

    /// A certificate for a unit's console, for browsers alone: under the unit's name in the tree and its machine's addresses.
    /// - Parameter addresses: 4 or 16 bytes each; only such as mean nothing outside the own network.
    public func issueConsole(
        _ request: [UInt8], for name: TreeName, unit: UnitCode, addresses: [[UInt8]], _ surroundings: Surroundings
    ) throws(TrustFlaw) -> [[UInt8]] {
        guard addresses.allSatisfy(OwnNetwork.has), addresses.count <= ConsoleWish.mostAddresses else { throw .foreignAddress }
        return try issue(
            request, name, DistinguishedName.console(unit.text), days: Self.nodeDays, depth: nil, addresses: addresses, surroundings)
    }

    /// An authority's certificate, good for issuing to what stands below it, with its issuers.
    public func issueAuthority(_ request: [UInt8], for name: TreeName, unit: UnitCode, _ surroundings: Surroundings) throws(TrustFlaw) -> [[UInt8]] {
        guard let depth, depth > 0, name != self.name else { throw .outsidePath }
        return try issue(request, name, DistinguishedName.authority(unit.text), days: Self.authorityDays, depth: depth - 1, surroundings)
    }

    /// How many tiers of authorities may stand below this one.
    private var depth: Int? {
        guard case .isCertificateAuthority(let depth) = try? certificate.extensions.basicConstraints else { return nil }
        return depth ?? Self.deepest
    }

    private func issue(
        _ request: [UInt8], _ name: TreeName, _ subject: DistinguishedName, days: Int64, depth: Int?, addresses: [[UInt8]]? = nil,
        _ surroundings: Surroundings
    ) throws(TrustFlaw) -> [[UInt8]] {
        guard self.name.covers(name) else { throw .outsidePath }
        let now = surroundings.now()
        guard now < end else { throw .issuerEnded }
        let draft = Draft(
            publicKey: try Self.publicKey(request), subject: subject, issuer: certificate.subject, name: name,
            end: min(now + days * 86_400, end), depth: depth, addresses: addresses)
        return [try Self.sign(draft, issuerKey: key, issuerPublicKey: certificate.publicKey, surroundings)] + chain
    }

    /// Only P-256, and only from one who holds the private half.
    private static func publicKey(_ request: [UInt8]) throws(TrustFlaw) -> Certificate.PublicKey {
        guard request.count <= 4096, let read = try? CertificateSigningRequest(derEncoded: request),
              read.publicKey.isValidSignature(read.signature, for: read), read.signatureAlgorithm == .ecdsaWithSHA256,
              KeyFingerprint(read.publicKey) != nil else { throw .badRequest }
        return read.publicKey
    }

    private struct Draft {
        let publicKey: Certificate.PublicKey
        let subject, issuer: DistinguishedName
        let name: TreeName
        let end: Int64
        /// Nil: a node's or a console's.
        let depth: Int?
        /// Nil: of a link, whose certificates carry one name and nothing else.
        var addresses: [[UInt8]]?
    }

    private static func sign(
        _ draft: Draft, issuerKey: LinkKey, issuerPublicKey: Certificate.PublicKey, _ surroundings: Surroundings
    ) throws(TrustFlaw) -> [UInt8] {
        do {
            return try Certificate(
                version: .v3, serialNumber: .init(bytes: [0x10 | surroundings.randomBytes(1)[0] >> 4] + surroundings.randomBytes(15)),
                publicKey: draft.publicKey,
                notValidBefore: Date(timeIntervalSince1970: Double(surroundings.now() - skew)),
                notValidAfter: Date(timeIntervalSince1970: Double(draft.end)), issuer: draft.issuer, subject: draft.subject,
                signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions(draft, issuerPublicKey),
                issuerPrivateKey: .init(issuerKey.key)).der
        } catch let flaw as TrustFlaw {
            throw flaw
        } catch {
            throw .malformed("signing: \(error)")
        }
    }

    private static func extensions(_ draft: Draft, _ issuerKey: Certificate.PublicKey) throws -> Certificate.Extensions {
        let authorityKey = AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: issuerKey).keyIdentifier)
        guard let depth = draft.depth else {
            return try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage(draft.addresses == nil ? [.serverAuth, .clientAuth] : [.serverAuth])
                SubjectAlternativeNames(
                    [.dnsName(draft.name.text)] + (draft.addresses ?? []).map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) })
                SubjectKeyIdentifier(hash: draft.publicKey)
                authorityKey
            }
        }
        return try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: depth))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            Critical(NameConstraints(permittedDNSDomains: [draft.name.text]))
            SubjectAlternativeNames([.dnsName(draft.name.text)])
            SubjectKeyIdentifier(hash: draft.publicKey)
            authorityKey
        }
    }
}

extension DistinguishedName {
    fileprivate static func authority(_ code: String) throws(TrustFlaw) -> DistinguishedName { try common("xueji authority " + code) }
    fileprivate static func node(_ code: String) throws(TrustFlaw) -> DistinguishedName { try common("xueji node " + code) }
    fileprivate static func console(_ code: String) throws(TrustFlaw) -> DistinguishedName { try common("xueji console " + code) }

    private static func common(_ name: String) throws(TrustFlaw) -> DistinguishedName {
        do { return try DistinguishedName { CommonName(name) } } catch { throw .malformed("name: \(error)") }
    }
}
