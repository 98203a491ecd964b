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

    @Test func `A wish for the console has a signature of its own over challenge, request and addresses`() throws {
        let key = try #require(StatementKey(seed: Array(repeating: 3, count: 32)))
        let other = try #require(StatementKey(seed: Array(repeating: 4, count: 32)))
        let nonce = try #require(BootNonce(Array(repeating: 1, count: 16)))
        let wish = ConsoleWish(request: [7, 8], addresses: [[10, 0, 0, 1]])
        let request = try RenewRequest(
            unit: "440106", challenge: nonce, nodeRequest: [1], authorityRequest: [2], console: wish, key: key)
        let read = try #require(RenewRequest(bytes: request.bytes))
        #expect(read.console(signedBy: key.publicKey) == wish && read.isSigned(by: key.publicKey))
        #expect(read.console(signedBy: other.publicKey) == nil)
        // Whoever stands on the way may not put an address of his own in.
        var bytes = request.bytes
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [4, 10, 0, 0, 1]) })
        bytes[place + 4] = 2
        let altered = try #require(RenewRequest(bytes: bytes))
        #expect(altered.isSigned(by: key.publicKey) && altered.console(signedBy: key.publicKey) == nil)
        let odd = try RenewRequest(
            unit: "440106", challenge: nonce, nodeRequest: [1], authorityRequest: [2],
            console: ConsoleWish(request: [7], addresses: [[10]]), key: key)
        #expect(RenewRequest(bytes: odd.bytes) == nil)
    }
}
