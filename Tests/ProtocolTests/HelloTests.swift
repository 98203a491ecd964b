import Protocol
import Rules
import Testing

@Suite("Hellos")
struct HelloTests {
    @Test func `A hello's signature is bound to challenge, nonce and unit`() throws {
        let key = try #require(StatementKey(seed: Array(repeating: 3, count: 32)))
        let nonce = try #require(BootNonce(Array(repeating: 1, count: 16)))
        let other = try #require(BootNonce(Array(repeating: 2, count: 16)))
        let hello = try Hello(
            unit: "330102", nonce: nonce, protocols: 1...1, version: "1", headsDigest: nil, challenge: other, key: key)
        #expect(hello.isSigned(by: key.publicKey))
        var changed = hello
        changed.challenge = nonce
        #expect(!changed.isSigned(by: key.publicKey))
        changed = hello
        changed.nonce = other
        #expect(!changed.isSigned(by: key.publicKey))
        changed = hello
        changed.unit = "330106"
        #expect(!changed.isSigned(by: key.publicKey))
        let stranger = try #require(StatementKey(seed: Array(repeating: 4, count: 32)))
        #expect(!hello.isSigned(by: stranger.publicKey))
    }
}
