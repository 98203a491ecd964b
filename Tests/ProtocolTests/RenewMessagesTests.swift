import Protocol
import Rules
import Testing

@Suite("Renewing")
struct RenewMessagesTests {
    @Test func `A request is signed over challenge, unit and both keys`() throws {
        let key = try #require(StatementKey(seed: Array(repeating: 3, count: 32)))
        let nonce = try #require(BootNonce(Array(repeating: 1, count: 16)))
        let request = try RenewRequest(unit: "330102", challenge: nonce, nodeRequest: [1], authorityRequest: [2], key: key)
        #expect(request.isSigned(by: key.publicKey) && RenewRequest(bytes: request.bytes) == request)
        var changed = request
        changed.nodeRequest = [9]
        #expect(!changed.isSigned(by: key.publicKey))
        let asking = try RenewRequest(unit: "330102", challenge: nil, nodeRequest: [1], authorityRequest: [2], key: key)
        #expect(!asking.isSigned(by: key.publicKey))
    }

    @Test func `A reply brings certificates or only the nonce`() throws {
        let nonce = try #require(BootNonce(Array(repeating: 1, count: 16)))
        for chains in [nil, IssuedChains(node: [[1]], authority: [])] {
            let reply = RenewReply(nonce: nonce, certificates: chains)
            #expect(RenewReply(bytes: reply.bytes) == reply)
        }
    }
}
