import Protocol
import Rules
import Store

/// What a node can say about a code from a paper, without asking anybody (Q105).
struct AttestationCheck {
    enum Result: String, Sendable, CaseIterable {
        case valid
        /// Rightly signed, but its last day is over.
        case expired
        /// The school's key was revoked.
        case revoked
        /// The signature is not that of the key.
        case forged
        /// Nothing leads from the centre's key, or another that this node knows, to the one that signed.
        case unknownKey
        /// No code at all, or not as a whole.
        case malformed

        /// Chinese.
        var label: String {
            switch self {
            case .valid: "有效"
            case .expired: "已过有效期"
            case .revoked: "签发单位的密钥已吊销，不予采信"
            case .forged: "签名不符，内容被改动或系伪造"
            case .unknownKey: "不能确认签发单位的密钥"
            case .malformed: "不是完整的核验码"
            }
        }
    }

    let result: Result
    /// What is certified; nil where it could not be read.
    let signed: SignedAttestation?
    /// Whether a revocation of the school's key would be known here: at the school and those above it.
    let knowsRevocations: Bool

    init(_ text: String, today: CalendarDate, _ reading: Reading) throws {
        guard let signed = SignedAttestation(text: text) else {
            (result, self.signed, knowsRevocations) = (.malformed, nil, false)
            return
        }
        self.signed = signed
        let own = try reading.ownUnit()
        knowsRevocations = own.map { reading.directory.contains($0, signed.attestation.unit) } ?? false
        let chain = signed.chain.compactMap { try? Envelope(bytes: $0) }
        switch try reading.directory.standing(of: signed.attestation.unit, keyID: signed.keyID, chain: chain[...]) {
        case .unknown: result = .unknownKey
        case .revoked: result = .revoked
        case .good(let key):
            result = !signed.isSigned(by: key) ? .forged : signed.attestation.lastDay < today ? .expired : .valid
        }
    }
}
