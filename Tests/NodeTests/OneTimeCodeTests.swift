import Features
import Protocol
import Testing

struct OneTimeCodeTests {
    private func code() throws -> OneTimeCode {
        let secret = try #require(JoinSecret(Array(6...25)))
        return try #require(OneTimeCode(id: Array(1...5), secret: secret))
    }

    @Test func `a code is read back however it is typed`() throws {
        let code = try code()
        #expect(code.text.count == 49)
        #expect(OneTimeCode(code.text) == code)
        #expect(OneTimeCode(code.text.lowercased().replacing("-", with: " ")) == code)
        #expect(OneTimeCode(code.text.replacing("0", with: "o").replacing("1", with: "l")) == code)
    }

    @Test func `what is not a code is nil`() throws {
        let text = try code().text
        #expect(OneTimeCode("") == nil)
        #expect(OneTimeCode(String(text.dropLast())) == nil)
        #expect(OneTimeCode(text + "0") == nil)
        #expect(OneTimeCode("U" + text.dropFirst()) == nil)
    }
}
