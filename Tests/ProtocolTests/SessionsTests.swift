import Protocol
import Rules
import Testing

@Suite("Session messages")
struct SessionsTests {
    private let token = SessionToken(Array(repeating: 1, count: 16))
    private let nonce = BootNonce(Array(repeating: 2, count: 16))
    private let key = StatementKey(seed: Array(repeating: 3, count: 32))

    private func head(_ sequence: UInt64) throws -> StreamHead {
        let incarnation = try #require(Incarnation(Array(repeating: 4, count: 8)))
        let hash = try #require(Digest(Array(repeating: 5, count: 32)))
        let stream = StreamID(unit: "330102", incarnation: incarnation, audience: .unit("3133000001"))
        return StreamHead(stream: stream, sequence: sequence, hash: hash)
    }

    @Test func `Every message comes back from its bytes as it was`() throws {
        let token = try #require(token)
        let nonce = try #require(nonce)
        let key = try #require(key)
        let head = try head(9)
        let hello = try Hello(
            unit: "330102", nonce: nonce, protocols: 1...3, version: "1.0", headsDigest: head.hash, challenge: nonce, key: key)
        #expect(Hello(bytes: hello.bytes) == hello)
        let answer = HelloReply(
            unit: "330100", nonce: nonce, protocolVersion: 1, version: "1", session: token, isSame: true, position: 8, at: 9)
        #expect(HelloReply(bytes: answer.bytes) == answer)
        let heads = HeadsRequest(session: token, digests: Array(repeating: 6, count: 2048), buckets: [0, 255], heads: [head])
        #expect(HeadsRequest(bytes: heads.bytes) == heads)
        let headsReply = HeadsReply(differing: [1], covered: [2, 3], heads: [head], position: 4, at: 5)
        #expect(HeadsReply(bytes: headsReply.bytes) == headsReply)
        let push = PushRequest(session: token, envelopes: [[1], []])
        #expect(PushRequest(bytes: push.bytes) == push)
        let refused = [
            RefusedEnvelope(index: 3, head: head, refusal: .gap), RefusedEnvelope(index: 4, head: nil, refusal: .malformed),
        ]
        let pushReply = PushReply(heads: [head], refused: refused, at: 7)
        #expect(PushReply(bytes: pushReply.bytes) == pushReply)
        let fetch = FetchRequest(session: token, ranges: [StreamRange(stream: head.stream, sequences: 2...UInt64.max)])
        #expect(FetchRequest(bytes: fetch.bytes) == fetch)
        #expect(FetchReply(bytes: FetchReply(envelopes: [[7]]).bytes) == FetchReply(envelopes: [[7]]))
        let pull = PullRequest(session: token, after: 1, waitSeconds: 25, stored: [head], reachAfter: 3)
        #expect(PullRequest(bytes: pull.bytes) == pull)
        let reach = [false, true].map { Reach(stream: head.stream, unit: "000000", sequence: 5, at: 6, isApplied: $0) }
        let pullReply = PullReply(envelopes: [[1, 2]], position: 3, hasMore: true, reach: reach, reachChange: 4)
        #expect(PullReply(bytes: pullReply.bytes) == pullReply)
        let problem = PeerProblem(code: "moved", text: "已划转", remedy: "改地址", unit: "330106", retryAfterSeconds: 30)
        #expect(PeerProblem(bytes: problem.bytes) == problem)
    }

    @Test func `Ranges that run backwards or start at nothing, and heads of wrong size, are refused`() throws {
        let head = try head(1)
        let token = try #require(token)
        var wire = WireFetchRequest()
        wire.session = .init(token.bytes)
        var range = WireRange()
        range.stream.unit = head.stream.unit.text
        range.stream.incarnation = .init(head.stream.incarnation.bytes)
        range.stream.audience = head.stream.audience.text
        for (from, to) in [(UInt64(0), UInt64(3)), (5, 4)] {
            range.from = from
            range.to = to
            wire.ranges = [range]
            #expect(FetchRequest(bytes: try wire.serializedBytes()) == nil)
        }
        #expect(HeadsRequest(bytes: HeadsRequest(session: token, digests: [1]).bytes) == nil)
        #expect(PushRequest(bytes: []) == nil)
    }
}
