import Features
import Protocol
import Testing

struct OneTimeCodeTests {
    let root = Fixture.surroundings(seed: 1).statementKey().publicKey

    @Test func `a code is read back however it is typed`() throws {
        let code = OneTimeCode(secret: Array(1...10), root: root)
        #expect(code.text.count == 39)
        #expect(OneTimeCode(code.text) == code)
        #expect(OneTimeCode(code.text.lowercased().replacing("-", with: " ")) == code)
        #expect(OneTimeCode(code.text.replacing("0", with: "o").replacing("1", with: "l")) == code)
    }

    @Test func `what is not a code is nil`() {
        let code = OneTimeCode(secret: Array(1...10), root: root).text
        #expect(OneTimeCode("") == nil)
        #expect(OneTimeCode(String(code.dropLast())) == nil)
        #expect(OneTimeCode(code + "0") == nil)
        #expect(OneTimeCode("U" + code.dropFirst()) == nil)
    }

    @Test func `the fingerprint is the root's and no other key's`() {
        let code = OneTimeCode(secret: Array(1...10), root: root)
        #expect(code.isFingerprint(of: root))
        #expect(!code.isFingerprint(of: Fixture.surroundings(seed: 2).statementKey().publicKey))
    }
}
