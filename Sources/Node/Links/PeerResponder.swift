import HTTPTypes
import Hummingbird
import Logging
import Protocol
import Replication

/// The door for nodes below: raw bodies in, raw bodies out; a pull without news waits here.
struct PeerResponder: HTTPResponder {
    typealias Context = RequestOrigin

    let endpoint: ParentEndpoint
    let workers: Workers
    let children: ChildBells
    let ending: Ending
    let limits: RequestLimits
    /// For calls that show no certificate, so that they cannot hold up the children's.
    let strangers: RequestLimits
    let meter: RequestMeter
    let gate: PeerGate
    let door: PeerDoor
    let roster: ConnectionRoster
    let refusals: RefusalBoard
    let surroundings: Surroundings
    let log: Logger

    func respond(to request: Request, context: RequestOrigin) async throws -> Response {
        let trace = RequestTrace(given: request.headers[RequestTrace.header], surroundings: surroundings)
        var response = try await RequestTrace.$current.withValue(trace) { try await traced(request, context) }
        response.headers[RequestTrace.header] = trace.id
        return response
    }

    private func traced(_ request: Request, _ context: RequestOrigin) async throws -> Response {
        let begin = SystemSurroundings.monotonicSeconds()
        let path = request.uri.path
        guard request.method == .post else { return Self.response(ParentEndpoint.answer(.unknownPath)) }
        let answer = try await answer(path, request, context, begin)
        let name = "peer." + (path.split(separator: "/").last.map(String.init) ?? "")
        let known = answer.status == 404 ? "none" : name
        let seconds = SystemSurroundings.monotonicSeconds() - begin
        meter.count(known, status: answer.status, seconds: seconds)
        // What is worth telling of refusals `refusals` tells.
        RequestTrace.ended(known, status: answer.status, seconds: seconds, isCalm: answer.status < 500 || answer.status == 503, log)
        return Self.response(answer)
    }

    /// Who calls is judged before the body is awaited: by the certificate, at every request, whatever the connection has seen before.
    private func answer(
        _ path: String, _ request: Request, _ context: RequestOrigin, _ begin: Double
    ) async throws -> ParentEndpoint.Answer {
        let limits = PeerGate.isOpen(path) ? strangers : limits
        if let busy = limits.enter(context.address, now: begin) { return Self.answer(busy) }
        var turn = Turn(limits: limits, address: context.address)
        defer { turn.end() }
        var who = context.address
        var body: [UInt8] = []
        defer { limits.release(body.count) }
        let answer: ParentEndpoint.Answer
        do {
            let chain = door.chain(context.connection)
            let proof = try await gate.proof(chain, path: path)
            if case .certificate(let unit) = proof {
                who = unit.text
                roster.prove(context.connection, of: unit.text)
            }
            // Whoever sends a body slowly does not work meanwhile.
            turn.rest()
            if let refused = try await collect(request, limits, context, into: &body) { return refused }
            guard turn.goOn() else { return Self.answer(RequestLimits.Busy(isOfOne: false, wait: 2)) }
            answer = try await self.answer(path, body, chain, proof, &turn)
        } catch let refusal as PeerRefusal {
            answer = ParentEndpoint.Answer(refusal)
        }
        noteReplay(path, body, answer, from: who)
        if answer.status >= 400, let problem = PeerProblem(bytes: answer.body) { refusals.note(problem, from: who) }
        return answer
    }

    /// Signed over a nonce that is not this process's: after a restart of ours, or heard on another line. It opens nothing.
    private func noteReplay(_ path: String, _ body: [UInt8], _ answer: ParentEndpoint.Answer, from who: String) {
        guard answer.status == 200 else { return }
        switch path {
        case "/peer/v1/hello":
            guard Hello(bytes: body)?.challenge != nil, let reply = HelloReply(bytes: answer.body), reply.session == nil else { return }
            refusals.notePassing("hello.nonce", "问候用的是旧的随机数", from: who)
        case "/peer/v1/renew":
            guard RenewRequest(bytes: body)?.challenge != nil, let reply = RenewReply(bytes: answer.body), reply.certificates == nil
            else { return }
            refusals.notePassing("renew.nonce", "更新证书的申请用的是旧的随机数", from: who)
        default: return
        }
    }

    /// What is taken is held at `limits`, by whoever asks.
    /// - Returns: the answer where there is no room for the body.
    private func collect(
        _ request: Request, _ limits: RequestLimits, _ context: RequestOrigin, into body: inout [UInt8]
    ) async throws -> ParentEndpoint.Answer? {
        for try await part in request.body {
            guard body.count + part.readableBytes <= PeerCall.requestLimit else {
                refusals.note("tooLarge", "请求超出大小限制", from: context.address)
                return ParentEndpoint.answer(.tooLarge)
            }
            guard limits.hold(part.readableBytes) else { return Self.answer(RequestLimits.Busy(isOfOne: false, wait: 2)) }
            body.append(contentsOf: part.readableBytesView)
        }
        return nil
    }

    /// A request's place among those in work: given back while it waits.
    private struct Turn {
        let limits: RequestLimits
        let address: String
        private var isInWork = true

        init(limits: RequestLimits, address: String) {
            self.limits = limits
            self.address = address
        }

        mutating func rest() { end() }

        /// False when there is no room for it now.
        mutating func goOn() -> Bool {
            isInWork = limits.enterAgain(address) == nil
            return isInWork
        }

        mutating func end() {
            if isInWork { limits.leave(address) }
            isInWork = false
        }
    }

    private static func answer(_ busy: RequestLimits.Busy) -> ParentEndpoint.Answer {
        ParentEndpoint.answer(busy.isOfOne ? .tooOften(seconds: busy.wait) : .overloaded(seconds: busy.wait))
    }

    private func answer(
        _ path: String, _ body: [UInt8], _ chain: [[UInt8]]?, _ proof: CallerProof, _ turn: inout Turn
    ) async throws -> ParentEndpoint.Answer {
        var body = body
        var deadline: Double?
        while true {
            let rings = children.rings
            let present = body
            switch try await workers.run({ [endpoint] in endpoint.outcome(path: path, body: present, from: proof) }) {
            case .answer(let answer): return answer
            case .wait(let seconds, let next, let answer):
                let now = SystemSurroundings.monotonicSeconds()
                let end = deadline ?? now + Double(seconds)
                deadline = end
                guard now < end, !ending.isEnding else { return answer }
                guard let child = endpoint.child(ofPull: next) else { return answer }
                turn.rest()
                let ended = await children.wait(child, since: rings, seconds: end - now)
                guard turn.goOn(), ended == .rung else { return answer }
                // What rang may be the caller's own revocation.
                if case .certificate = proof { _ = try await gate.proof(chain, path: path) }
                body = next
            }
        }
    }

    private static func response(_ answer: ParentEndpoint.Answer) -> Response {
        var headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: "no-store"]
        if let seconds = answer.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
