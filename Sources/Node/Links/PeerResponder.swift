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
    let meter: RequestMeter
    let gate: PeerGate
    let door: PeerDoor
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
        if let busy = limits.enter(context.address, now: begin) {
            meter.count("none", status: busy.status, seconds: 0)
            return Self.response(Self.answer(busy))
        }
        var isInWork = true
        defer { if isInWork { limits.leave(context.address) } }
        var body: [UInt8] = []
        defer { limits.release(body.count) }
        for try await part in request.body {
            guard body.count + part.readableBytes <= PeerCall.requestLimit else {
                refusals.note("tooLarge", "请求超出大小限制", from: context.address)
                return Self.response(ParentEndpoint.answer(.tooLarge))
            }
            guard limits.hold(part.readableBytes) else {
                return Self.response(Self.answer(RequestLimits.Busy(isOfOne: false, wait: 2)))
            }
            body.append(contentsOf: part.readableBytesView)
        }
        let answer = try await judged(path, body, context) { isWaiting in
            if isWaiting {
                limits.leave(context.address)
                isInWork = false
            } else {
                isInWork = limits.enter(context.address, now: SystemSurroundings.monotonicSeconds()) == nil
            }
            return isInWork
        }
        let name = "peer." + (path.split(separator: "/").last.map(String.init) ?? "")
        let known = answer.status == 404 ? "none" : name
        let seconds = SystemSurroundings.monotonicSeconds() - begin
        meter.count(known, status: answer.status, seconds: seconds)
        // What is worth telling of refusals `refusals` tells.
        RequestTrace.ended(known, status: answer.status, seconds: seconds, isCalm: answer.status < 500 || answer.status == 503, log)
        return Self.response(answer)
    }

    /// The certificate is asked at every request, whatever the connection has seen before.
    private func judged(_ path: String, _ body: [UInt8], _ context: RequestOrigin, turn: (_ isWaiting: Bool) -> Bool) async throws -> ParentEndpoint.Answer {
        var who = context.address
        let answer: ParentEndpoint.Answer
        do {
            let proof = try await gate.proof(door.chain(context.connection), path: path)
            if case .certificate(let unit) = proof { who = unit.text }
            answer = try await self.answer(path, body, proof, turn: turn)
        } catch let refusal as PeerRefusal {
            answer = ParentEndpoint.Answer(refusal)
        }
        if answer.status >= 400, let problem = PeerProblem(bytes: answer.body) { refusals.note(problem, from: who) }
        return answer
    }

    private static func answer(_ busy: RequestLimits.Busy) -> ParentEndpoint.Answer {
        ParentEndpoint.answer(busy.isOfOne ? .tooOften(seconds: busy.wait) : .overloaded(seconds: busy.wait))
    }

    /// - Parameter turn: told when the call begins to wait, and when it would go on; false when there is no room for it then.
    private func answer(
        _ path: String, _ body: [UInt8], _ proof: CallerProof, turn: (_ isWaiting: Bool) -> Bool
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
                _ = turn(true)
                let ended = await children.wait(child, since: rings, seconds: end - now)
                guard turn(false), ended == .rung else { return answer }
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
