import Protocol
import Rules
import Testing

struct AttestationTests {
    private static let key = StatementKey(seed: [UInt8](repeating: 5, count: 32))

    private static func attestation(_ kind: Attestation.Kind = .studentCard) -> Attestation {
        Attestation(
            kind: kind, unit: "2144000001", schoolName: "天河第一小学", name: "张三", number: "G440106201603050020", grade: "小学五年级",
            issuedOn: CalendarDate(daysSince1970: 20_000), lastDay: CalendarDate(daysSince1970: 20_365), serial: [1, 2, 3, 4, 5, 6, 7, 255],
            target: kind == .transfer ? "2143000001" : nil, targetName: kind == .transfer ? "岳麓第一小学" : "")
    }

    private static func signed(_ attestation: Attestation) throws -> SignedAttestation {
        let key = try #require(Self.key)
        return SignedAttestation(
            attestation, keyID: key.publicKey.id, signature: try key.sign(Attestation.signedText(attestation.bytes)), chain: [[1, 2], [3]])
    }

    @Test(arguments: Attestation.Kind.allCases) func `a code comes back as it went, however the scanner breaks its lines`(kind: Attestation.Kind) throws {
        let signed = try Self.signed(Self.attestation(kind))
        #expect(signed.text.hasPrefix("XUEJI1:") && signed.text.allSatisfy { $0.isASCII && !"+/= ".contains($0) })
        let broken = signed.text.enumerated().map { ($0 % 40 == 0 ? "\n " : "") + String($1) }.joined()
        let read = try #require(SignedAttestation(text: broken))
        #expect(read == signed && read.attestation == Self.attestation(kind))
        #expect(read.isSigned(by: try #require(Self.key).publicKey))
        #expect(read.attestation.serialText == "0102-0304-0506-07ff")
    }

    @Test func `another content under the same signature is not signed`() throws {
        let signed = try Self.signed(Self.attestation())
        var other = Self.attestation()
        other.name = "李四"
        let forged = SignedAttestation(other, keyID: signed.keyID, signature: signed.signature, chain: signed.chain)
        #expect(!forged.isSigned(by: try #require(Self.key).publicKey))
    }

    @Test func `what is no code as a whole is none`() throws {
        let text = try Self.signed(Self.attestation()).text
        for bad in ["", "XUEJI1:", String(text.dropFirst()), String(text.dropLast(20)), "XUEJI1:" + String(repeating: "A", count: 30_000)] {
            #expect(SignedAttestation(text: bad) == nil)
        }
        var backwards = Self.attestation()
        backwards.lastDay = CalendarDate(daysSince1970: 19_999)
        #expect(Attestation(bytes: backwards.bytes) == nil)
        var aimless = Self.attestation(.transfer)
        aimless.target = nil
        #expect(Attestation(bytes: aimless.bytes) == nil)
    }
}
