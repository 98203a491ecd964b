import Protocol
import Replication
import Rules
import Testing

/// The server of these tests speaks no TLS.
private struct Plain: RequestSender {
    let caller: HTTPCaller

    func send(_ request: OutgoingRequest) async throws(LinkFailure) -> IncomingResponse {
        var request = request
        request.url = "http" + request.url.dropFirst("https".count)
        return try await caller.send(request)
    }
}

@Suite("A link that runs", .timeLimit(.minutes(15)))
struct LinkRunnerTests {
    private static let clock = LinkClock(
        now: { Double(ContinuousClock.now.duration(to: start) / .seconds(-1)) }, epoch: { 1_700_000_000 },
        sleep: { try await Task.sleep(for: .seconds($0)) }, chance: { 0.5 })
    private static let start = ContinuousClock.now
    private static let plan = LinkPlan(backOff: BackOffPlan(quick: [0.01], base: 0.02, longest: 0.05), pullWait: 1)

    private func runner(_ world: LinkWorld, _ url: String) throws -> LinkRunner {
        let store = world[Tree.firstSchool]
        let key = try #require(world.secrets[Tree.firstSchool])
        let nonce = world.nonce()
        return LinkRunner(
            address: try PeerAddress(url), sender: Plain(caller: try HTTPCaller()), outbox: store, inbox: store,
            identity: { LinkIdentity(unit: Tree.firstSchool, key: key, version: "1", nonce: nonce, ownUnits: [Tree.firstSchool]) },
            clock: Self.clock, plan: Self.plan, report: { _ in })
    }

    private func server(_ endpoint: ParentEndpoint) -> LocalServer {
        LocalServer { request in
            switch endpoint.outcome(path: request.path, body: request.body) {
            case .answer(let answer), .wait(_, _, let answer):
                .answer(answer.status, ["Content-Type": answer.contentType], answer.body)
            }
        }
    }

    private func wait(_ isDone: () throws -> Bool) async throws {
        while try !isDone() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func `It carries acts both ways over real sockets and stops when told`() async throws {
        let world = LinkWorld(seed: 1, nodes: [Tree.shangcheng, Tree.firstSchool])
        let (school, county) = (world[Tree.firstSchool], world[Tree.shangcheng])
        let server = server(world.endpoint(Tree.shangcheng))
        defer { server.close() }
        let runner = try runner(world, server.url)
        #expect(runner.state().condition == .idle)
        let task = Task { await runner.run() }
        let last = try school.write("登记")
        runner.wake()
        try await wait { try county.heads(.up).contains(last) }
        let news = try county.write("审核", to: .unit(Tree.firstSchool))
        try await wait { try school.heads(.up).contains(news) }
        try await wait { runner.state().backlog == Backlog(envelopes: 0, entries: 0, bytes: 0) }
        let state = runner.state()
        #expect(state.condition == .connected)
        #expect(state.lastContact == 1_700_000_000)
        #expect(state.parentUnit == Tree.shangcheng)
        task.cancel()
        await task.value
    }

    @Test func `Behind a log-in page it waits with the reason and goes on by itself afterwards`() async throws {
        let world = LinkWorld(seed: 2, nodes: [Tree.shangcheng, Tree.firstSchool])
        let (school, county) = (world[Tree.firstSchool], world[Tree.shangcheng])
        let endpoint = world.endpoint(Tree.shangcheng)
        let isPortal = Locked(true)
        let server = LocalServer { request in
            if isPortal.withLock({ $0 }) { return .answer(200, ["Content-Type": "text/html"], Array("<html>".utf8)) }
            switch endpoint.outcome(path: request.path, body: request.body) {
            case .answer(let answer), .wait(_, _, let answer):
                return .answer(answer.status, ["Content-Type": answer.contentType], answer.body)
            }
        }
        defer { server.close() }
        let runner = try runner(world, server.url)
        let task = Task { await runner.run() }
        let last = try school.write("登记")
        try await wait { if case .backingOff(_, let failure) = runner.state().condition { failure.code == .captivePortal } else { false } }
        #expect(runner.state().lastContact == nil, "a log-in page is no word from the parent")
        isPortal.withLock { $0 = false }
        try await wait { try county.heads(.up).contains(last) }
        task.cancel()
        await task.value
    }
}
