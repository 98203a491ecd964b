import Protocol
import Rules
import Testing

@Suite("Joining")
struct JoinMessagesTests {
    private func secret(_ byte: UInt8) throws -> JoinSecret { try #require(JoinSecret(Array(repeating: byte, count: 20))) }

    private func request() throws -> JoinRequest {
        let key = try #require(StatementKey(seed: Array(repeating: 3, count: 32)))
        return try JoinRequest(
            code: [1, 2, 3, 4, 5], secret: secret(1), key: key, nonce: Array(repeating: 4, count: 16), nodeRequest: [7],
            authorityRequest: [8])
    }

    @Test func `A request proves key and secret and shows neither`() throws {
        let request = try request()
        let (right, wrong) = (try secret(1), try secret(2))
        #expect(JoinRequest(bytes: request.bytes) == request)
        #expect(request.isSigned && request.isSealed(by: right) && !request.isSealed(by: wrong))
        var changed = request
        changed.nodeRequest = [9]
        #expect(!changed.isSigned && !changed.isSealed(by: right))
    }

    @Test func `A reply is believed from one who knows the secret, for this request alone`() throws {
        let (request, key) = (try request(), try #require(StatementKey(seed: Array(repeating: 3, count: 32))))
        let reply = JoinReply(
            unit: "330102", tier: .county, name: "上城", rootKey: key.publicKey, parent: "330100",
            certificates: IssuedChains(node: [[1], [2]], authority: [[3]]), rootCertificate: [4], parentName: "root.xueji.internal")
        let sealed = reply.sealed(by: try secret(1), for: request)
        #expect(JoinReply(sealed: sealed, secret: try secret(1), nonce: request.nonce) == reply)
        #expect(JoinReply(sealed: sealed, secret: try secret(2), nonce: request.nonce) == nil)
        #expect(JoinReply(sealed: sealed, secret: try secret(1), nonce: Array(repeating: 5, count: 16)) == nil)
        var tampered = sealed
        tampered[10] ^= 1
        #expect(JoinReply(sealed: tampered, secret: try secret(1), nonce: request.nonce) == nil)
    }
}
