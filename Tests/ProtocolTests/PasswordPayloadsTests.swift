import Protocol
import Rules
import Testing

struct PasswordPayloadsTests {
    private static let reset = PasswordReset(
        unit: "2144000001", account: "admin", password: [UInt8](repeating: 7, count: 52), by: "440106", keyID: [1, 2, 3, 4, 5, 6, 7, 8],
        topology: 3, number: 2, at: 1_789_005_600)

    @Test func `a reset and its receipt come back as they went`() {
        let receipt = PasswordReceipt(unit: "2144000001", reset: Hashing.sha256([1]), outcome: .superseded, at: 5)
        for word in [PasswordWord.reset(Self.reset), .receipt(receipt)] {
            #expect(Payload.password(Payload.encode(word)) == word)
        }
    }

    @Test func `a reset without account, issuer or a number in range is none`() {
        #expect(Payload.password([]) == nil)
        for change in [
            { $0.account = "" }, { $0.by = "" }, { $0.number = 0 }, { $0.number = PasswordReset.lastNumber + 1 },
            { $0.account = String(repeating: "a", count: 65) }, { $0.password = [UInt8](repeating: 0, count: 257) },
        ] as [(inout PasswordReset) -> Void] {
            var reset = Self.reset
            change(&reset)
            #expect(Payload.password(Payload.encode(.reset(reset))) == nil)
        }
    }
}
