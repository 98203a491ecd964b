import Protocol
import Replication
import Rules
import Testing

@Suite("The parent's side of links")
struct ParentEndpointTests {
    private let world = LinkWorld(seed: 1, nodes: [Tree.hangzhou, Tree.shangcheng])
    private var endpoint: ParentEndpoint { world.endpoint(Tree.hangzhou) }

    private func key(_ unit: UnitCode) throws -> StatementKey { try #require(world.secrets[unit]) }

    private func hello(
        _ unit: UnitCode = Tree.shangcheng, key: StatementKey? = nil, nonce: BootNonce? = nil, challenge: BootNonce? = nil,
        protocols: ClosedRange<UInt32> = 1...1, digest: Digest? = nil
    ) throws -> Hello {
        try Hello(
            unit: unit, nonce: nonce ?? world.nonce(), protocols: protocols, version: "test", headsDigest: digest,
            challenge: challenge ?? endpoint.nonce, key: key ?? self.key(unit))
    }

    private func answer(_ call: PeerCall) -> (status: Int, problem: PeerProblem?, reply: PeerReply?) {
        switch endpoint.outcome(path: call.path, body: call.body) {
        case .answer(let answer), .wait(_, _, let answer):
            (answer.status, answer.status == 200 ? nil : PeerProblem(bytes: answer.body),
             answer.status == 200 ? call.reply(answer.body) : nil)
        }
    }

    private func session(_ hello: Hello) throws -> SessionToken {
        guard case .hello(let reply)? = answer(.hello(hello)).reply else { throw StoreIsFull() }
        return try #require(reply.session)
    }

    @Test func `A hello without our nonce gets the nonce and no session`() throws {
        guard case .hello(let reply)? = answer(.hello(try hello(challenge: world.nonce()))).reply else {
            Issue.record("should be answered")
            return
        }
        #expect(reply.nonce == endpoint.nonce)
        #expect(reply.session == nil)
        #expect(endpoint.children.isEmpty)
    }

    @Test func `A signature by another key opens nothing`() throws {
        let forged = answer(.hello(try hello(key: try key(Tree.xihu))))
        #expect(forged.status == 401)
        #expect(forged.problem?.code == "badSignature")
        var changed = try hello()
        changed.nonce = world.nonce()
        #expect(answer(.hello(changed)).status == 401)
        #expect(endpoint.children.isEmpty)
    }

    @Test func `Unknown units, units elsewhere, moved units and old programs are told apart`() throws {
        let stranger = try Hello(
            unit: "999999", nonce: world.nonce(), protocols: 1...1, version: "", headsDigest: nil,
            challenge: endpoint.nonce, key: try key(Tree.xihu))
        #expect(answer(.hello(stranger)).problem?.code == "unknownUnit")
        #expect(answer(.hello(try hello(Tree.zhejiang))).status == 403)
        let moved = answer(.hello(try hello(Tree.firstSchool)))
        #expect(moved.status == 421)
        #expect(moved.problem?.unit == Tree.shangcheng)
        #expect(answer(.hello(try hello(protocols: 7...9))).status == 426)
        world[Tree.hangzhou].forget(Tree.shangcheng)
        #expect(answer(.hello(try hello())).status == 401)
    }

    @Test func `A new hello ends the child's older session, and a clone is told so`() throws {
        let nonce = world.nonce()
        let first = try session(try hello(nonce: nonce))
        let renewed = try session(try hello(nonce: nonce))
        #expect(answer(.push(PushRequest(session: first, envelopes: []))).status == 410, "the same process renewed it")
        let other = try session(try hello())
        #expect(answer(.push(PushRequest(session: renewed, envelopes: []))).status == 409, "another process took over")
        #expect(answer(.push(PushRequest(session: other, envelopes: []))).status == 200)
        #expect(endpoint.children.map(\.cloneSightings) == [1])
        let guess = try #require(SessionToken(world.dice.bytes(16)))
        #expect(answer(.push(PushRequest(session: guess, envelopes: []))).status == 410)
    }

    @Test func `The fence stays closed for a child until it has shown every bucket`() throws {
        let token = try session(try hello())
        #expect(endpoint.children.first?.hasShownHeads == false)
        _ = answer(.heads(HeadsRequest(session: token, buckets: Array(0...254))))
        #expect(endpoint.children.first?.hasShownHeads == false)
        _ = answer(.heads(HeadsRequest(session: token, buckets: [255])))
        #expect(endpoint.children.first?.hasShownHeads == true)
        _ = try session(try hello())
        #expect(endpoint.children.first?.hasShownHeads == false, "another process of the child shows its own disk")
    }

    @Test func `A child whose disk is still being refilled shows what it has, and counts only when it is whole`() throws {
        let token = try session(try hello())
        _ = answer(.heads(HeadsRequest(session: token, buckets: Array(0...255), isPartial: true)))
        #expect(!endpoint.hasWhole(Tree.shangcheng))
        _ = answer(.heads(HeadsRequest(session: token, buckets: Array(0...255))))
        #expect(endpoint.hasWhole(Tree.shangcheng))
        _ = answer(.heads(HeadsRequest(session: token, buckets: Array(0...255), isPartial: true)))
        #expect(!endpoint.hasWhole(Tree.shangcheng), "it went back in time since")
    }

    @Test func `A going-on without heads is taken only from a process that had shown them`() throws {
        let nonce = world.nonce()
        guard case .hello(let first)? = answer(.hello(try hello(nonce: nonce))).reply else { return }
        #expect(!first.isSame)
        let digest = HeadsSummary(try world[Tree.hangzhou].heads(.down(Tree.shangcheng))).whole
        guard case .hello(let shown)? = answer(.hello(try hello(nonce: nonce, digest: digest))).reply else { return }
        #expect(shown.isSame)
        guard case .hello(let later)? = answer(.hello(try hello(nonce: nonce))).reply else { return }
        #expect(later.isSame)
    }

    @Test func `A child fetches nothing that is not for it`() throws {
        let token = try session(try hello())
        world[Tree.hangzhou].startIncarnation(try #require(Incarnation(world.dice.bytes(8))), of: Tree.xihu)
        let foreign = try world[Tree.hangzhou].write("西湖", as: Tree.xihu)
        let own = try world[Tree.hangzhou].write("市", to: .everyone)
        let ranges = [foreign, own].map { StreamRange(stream: $0.stream, sequences: 1...1) }
        guard case .fetch(let reply)? = answer(.fetch(FetchRequest(session: token, ranges: ranges))).reply else {
            Issue.record("should be answered")
            return
        }
        #expect(reply.envelopes.count == 1)
        #expect(try reply.envelopes.first.map { try Envelope(bytes: $0).stream } == own.stream)
    }

    @Test func `A stream that is not the child's to get is answered with our link beside the one it shows, never a longer one`() throws {
        let token = try session(try hello())
        let written = try world[Tree.hangzhou].write("一", to: .unit(Tree.xihu))
        let longer = try world[Tree.hangzhou].write("二", to: .unit(Tree.xihu))
        func told(_ shown: StreamHead) throws -> [StreamHead] {
            let request = HeadsRequest(session: token, buckets: Array(0...255), heads: [shown])
            guard case .heads(let reply)? = answer(.heads(request)).reply else { return [] }
            return reply.heads.filter { $0.stream == written.stream }
        }
        #expect(try told(written) == [written])
        #expect(try told(longer) == [longer])
        var other = written
        other.hash = longer.hash
        #expect(try told(other) == [written], "the child finds that its copy is another")
        var beyond = longer
        beyond.sequence = 9
        #expect(try told(beyond) == [longer])
    }

    @Test func `A number counts as copied once the child says that it is on its disk`() throws {
        let token = try session(try hello())
        let issued = try world[Tree.hangzhou].write("号", to: .everyone)
        guard case .pull(let reply)? = answer(.pull(PullRequest(session: token, after: 0, waitSeconds: 0, stored: [], reachAfter: 0))).reply
        else { return }
        #expect(reply.envelopes.count == 1)
        #expect(endpoint.copies(of: issued.stream, sequence: 1) == 0, "sent is not stored")
        _ = answer(.pull(PullRequest(session: token, after: reply.position, waitSeconds: 0, stored: [issued], reachAfter: 0)))
        #expect(endpoint.copies(of: issued.stream, sequence: 1) == 1)
        #expect(endpoint.copies(of: issued.stream, sequence: 2) == 0)
    }

    @Test func `Refusals name the envelope, and heads are those on the disk`() throws {
        let token = try session(try hello())
        let head = try world[Tree.shangcheng].write("一")
        try world[Tree.shangcheng].write("二")
        let both = try world[Tree.shangcheng].envelopes(after: 0, .up, limitBytes: .max).envelopes
        guard case .push(let reply)? = answer(.push(PushRequest(session: token, envelopes: [[1, 2, 3], both[1], both[0]]))).reply
        else { return }
        #expect(reply.refused.map(\.index) == [0, 1])
        #expect(reply.refused.map(\.refusal) == [.malformed, .gap])
        #expect(reply.refused[1].head?.stream == head.stream)
        #expect(reply.heads == [head])
    }

    private func join() throws -> JoinRequest {
        try JoinRequest(
            code: [1, 2, 3, 4, 5], secret: try #require(JoinSecret(Array(repeating: 1, count: 20))), key: try key(Tree.xihu),
            nonce: Array(repeating: 2, count: 16), nodeRequest: [], authorityRequest: [])
    }

    @Test func `A certificate speaks for its own unit: neither hello nor session of another is served`() throws {
        let hello = try hello()
        func status(_ call: PeerCall, _ proof: CallerProof) -> Int {
            if case .answer(let answer) = endpoint.outcome(path: call.path, body: call.body, from: proof) { answer.status } else { 0 }
        }
        #expect(status(.hello(hello), .certificate(of: hello.unit)) == 200)
        #expect(status(.hello(hello), .certificate(of: "330999")) == 403)
        #expect(status(.hello(hello), .none) == 403)
        let token = try session(hello)
        #expect(status(.push(PushRequest(session: token, envelopes: [])), .certificate(of: "330999")) == 403)
        #expect(status(.push(PushRequest(session: token, envelopes: [])), .certificate(of: hello.unit)) == 200)
    }

    @Test func `Rubbish, unknown paths, too much and a store that fails have their status`() throws {
        func status(_ path: String, _ body: [UInt8]) -> Int {
            if case .answer(let answer) = endpoint.outcome(path: path, body: body) { answer.status } else { 0 }
        }
        #expect(status("/peer/v1/hello", [1, 2, 3]) == 400)
        #expect(status("/peer/v1/other", []) == 404)
        #expect(status("/peer/v1/push", Array(repeating: 0, count: PeerCall.requestLimit + 1)) == 413)
        #expect(status("/peer/v1/join", try join().bytes) == 403)
        let token = try session(try hello())
        world[Tree.hangzhou].setFull(true)
        let broken = answer(.push(PushRequest(session: token, envelopes: [[1]])))
        #expect(broken.status == 503)
        #expect(broken.problem?.retryAfterSeconds == 30)
    }
}
