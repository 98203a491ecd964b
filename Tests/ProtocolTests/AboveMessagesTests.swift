import Protocol
import Rules
import Testing

struct AboveMessagesTests {
    @Test func `question and answer come back as they were`() throws {
        let incarnation = try #require(Incarnation([UInt8](repeating: 1, count: 8)))
        let stream = StreamID(unit: "440000", incarnation: incarnation, audience: .subtree("440100"))
        let request = AboveRequest(unit: "2144000001", heads: [StreamHead(stream: stream, sequence: 7, hash: Hashing.sha256([1]))])
        #expect(AboveRequest(bytes: request.bytes) == request)
        #expect(AboveRequest(bytes: AboveRequest(unit: "", heads: []).bytes) == nil)
        let reply = AboveReply(envelopes: [[1, 2, 3], []])
        #expect(AboveReply(bytes: reply.bytes) == reply)
    }
}
