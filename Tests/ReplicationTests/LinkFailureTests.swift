import Protocol
import Replication
import Testing

@Suite("What an answer means to a link")
struct LinkFailureTests {
    private func failure(_ status: Int, type: String? = PeerCall.contentType, _ headers: [(String, String)] = [], body: [UInt8] = []) -> LinkFailure? {
        var all = headers.map { (name: $0.0, value: $0.1) }
        if let type { all.append(("content-type", type)) }
        return LinkFailure(answer: IncomingResponse(status: status, headers: all, body: body))
    }

    @Test func `A log-in page with status 200 is a failure that names itself, and passes`() throws {
        let portal = try #require(failure(200, type: "text/html; charset=utf-8"))
        #expect(portal.code == .captivePortal)
        #expect(portal.kind == .passing)
        #expect(portal.message.contains("上网认证"))
        #expect(failure(200, type: nil)?.code == .notANode)
        #expect(failure(302, type: "text/html")?.code == .captivePortal)
        #expect(failure(511, type: "text/html")?.code == .captivePortal)
    }

    @Test func `A proxy's refusal does not stop a link for good, a node's does`() {
        #expect(failure(403, type: "text/html")?.kind == .passing)
        #expect(failure(403)?.kind == .standing)
    }

    @Test func `A proxy that wants a sign-in, or does not reach the parent, is named`() throws {
        let signIn = try #require(failure(407, type: "text/html"))
        #expect(signIn.code == .proxyRefused)
        #expect(signIn.message.contains("要求登录"))
        #expect(failure(502, type: "text/html")?.code == .proxyRefused)
        #expect(failure(504, type: nil)?.code == .proxyRefused)
        #expect(failure(502)?.code == .peerFailed, "a node's own 502 is the node's")
    }

    @Test(arguments: [
        (200, nil), (401, .unauthorised), (403, .forbidden), (408, .busy), (409, .sessionReplaced), (410, .sessionGone),
        (421, .moved), (426, .upgrade), (429, .busy), (500, .peerFailed), (502, .peerFailed), (503, .busy), (404, .rejected),
    ] as [(Int, LinkFailure.Code?)])
    func `Each status of a node has its class`(status: Int, code: LinkFailure.Code?) {
        #expect(failure(status)?.code == code)
    }

    @Test func `The parent's own words, its wait and the new parent are taken over`() throws {
        let problem = PeerProblem(code: "moved", text: "已划转", remedy: "改地址", unit: "330106", retryAfterSeconds: 9)
        let moved = try #require(failure(421, body: problem.bytes))
        #expect(moved.message == "已划转")
        #expect(moved.movedTo == "330106")
        #expect(moved.retryAfter == 9)
        #expect(failure(429, [("retry-after", "77")])?.retryAfter == 77)
    }
}
