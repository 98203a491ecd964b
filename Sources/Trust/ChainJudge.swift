import FoundationEssentials
import Protocol
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// A chain that leads to the tree's root, by signatures, constraints and use. Its dates are asked at every request.
public struct ProvenChain: Sendable, Hashable {
    public let name: TreeName
    public let fingerprint: KeyFingerprint
    /// Seconds since 1970.
    public let validity: ClosedRange<Int64>
}

/// Judges what a peer shows: does it lead to the root, along a path whose constraints hold?
public struct ChainJudge: Sendable {
    public enum Verdict: Sendable, Hashable {
        case proven(ProvenChain)
        /// English, for the log.
        case untrusted(String)
    }

    /// A chain longer than the tree is deep is not looked at.
    static let longest = 10
    private let root: Certificate

    /// - Parameter root: the tree's root certificate, DER.
    public init(root: [UInt8]) throws(TrustFlaw) { self.root = try Certificate.read(root) }

    /// - Parameter chain: DER, the peer's own certificate first.
    public func judge(_ chain: [[UInt8]]) async -> Verdict {
        guard !chain.isEmpty, chain.count <= Self.longest, chain.allSatisfy({ $0.count <= 8192 }) else { return .untrusted("chain size") }
        var certificates: [Certificate] = []
        for der in chain {
            guard let certificate = try? Certificate.read(der) else { return .untrusted("unreadable certificate") }
            certificates.append(certificate)
        }
        let leaf = certificates[0]
        guard let name = leaf.treeName, let fingerprint = KeyFingerprint(leaf.publicKey) else { return .untrusted("no name of this tree") }
        guard let validity = certificates.commonValidity else { return .untrusted("dates that never meet") }
        guard case .some(.notCertificateAuthority) = try? leaf.extensions.basicConstraints,
              let uses = try? leaf.extensions.extendedKeyUsage, uses.contains(.clientAuth) else {
            return .untrusted("not a node's certificate")
        }
        // Dates have their own refusal, with their own remedy: here the chain is judged at a time when all of it is good.
        let time = Date(timeIntervalSince1970: Double(max(validity.lowerBound, root.notBefore)))
        var verifier = Verifier(rootCertificates: CertificateStore([root])) { RFC5280Policy(fixedExpiryValidationTime: time) }
        switch await verifier.validate(leaf: leaf, intermediates: CertificateStore(certificates.dropFirst())) {
        case .validCertificate:
            return .proven(ProvenChain(name: name, fingerprint: fingerprint, validity: validity))
        case .couldNotValidate(let failures):
            return .untrusted(failures.first.map { "\($0.policyFailureReason)" } ?? "no path to the root")
        }
    }
}
