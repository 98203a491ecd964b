import X509

/// What an issuer remembers of a node's certificate that it has just made.
public struct IssuedNode: Sendable, Hashable {
    public let fingerprint: KeyFingerprint
    /// Seconds since 1970, of the whole chain.
    public let validity: ClosedRange<Int64>

    /// - Parameter chain: DER, the node's own first.
    public init(chain: [[UInt8]]) throws(TrustFlaw) {
        let certificates = try chain.map { bytes throws(TrustFlaw) in try Certificate.read(bytes) }
        guard let first = certificates.first, let fingerprint = KeyFingerprint(first.publicKey),
              let validity = certificates.commonValidity else { throw .malformed("issued chain") }
        self.fingerprint = fingerprint
        self.validity = validity
    }
}
