import Features
import HTTPTypes
import Hummingbird
import Logging
import Protocol

/// Answers HTTP: the API, the console, health and metrics, on the console's port and on the local socket.
struct APIResponder: HTTPResponder {
    typealias Context = RequestOrigin

    /// Root on the machine by the socket, or the rest of the world.
    enum Door: Sendable { case console, localSocket }

    let door: Door
    let dispatcher: Dispatcher
    let routes: RouteTable<Operation>
    let workers: Workers
    let limits: RequestLimits
    let roster: ConnectionRoster
    let meter: RequestMeter
    let pages: FixedPages
    let console: ConsoleResponder
    let newsStream: NewsStream
    /// The node's `incoming` folder.
    let incoming: String
    /// Nil: plain, on loopback or the socket.
    var encryption: Encryption?

    /// With whose certificate the line is encrypted.
    enum Encryption: Sendable { case treeCertificate, ownCertificate }

    func respond(to request: Request, context: RequestOrigin) async throws -> Response {
        let trace = RequestTrace(given: request.headers[RequestTrace.header], surroundings: dispatcher.archive.surroundings)
        var response = try await RequestTrace.$current.withValue(trace) { try await traced(request, context) }
        response.headers[RequestTrace.header] = trace.id
        // With the tree's certificate a browser that lacks the root could not be let through any more, so nothing is said there.
        if encryption == .ownCertificate { response.headers[.strictTransportSecurity] = "max-age=7776000" }
        return response
    }

    private func traced(_ request: Request, _ context: RequestOrigin) async throws -> Response {
        let begin = SystemSurroundings.monotonicSeconds()
        roster.prove(context.connection, of: "")
        if door == .console, let busy = limits.enter(context.address, now: begin) {
            meter.count("none", status: busy.status, seconds: 0)
            RequestTrace.ended("none", status: busy.status, seconds: 0, isCalm: true, dispatcher.log)
            return Self.response(Answer(refusal: busy.refusal, status: busy.status, retryAfter: busy.wait))
        }
        defer { if door == .console { limits.leave(context.address) } }
        if request.uri.path == "/events", request.method == .get { return await newsStream.response(request) }
        let (name, answer) = await answer(request)
        let seconds = SystemSurroundings.monotonicSeconds() - begin
        meter.count(name, status: answer.status, seconds: seconds)
        RequestTrace.ended(name, status: answer.status, seconds: seconds, dispatcher.log)
        return Self.response(answer)
    }

    private func answer(_ request: Request) async -> (name: String, answer: Answer) {
        let path = request.uri.path
        if path.hasPrefix("/api/v1/"), path != "/api/v1/openapi.json" {
            return await operate(request, String(path.dropFirst("/api/v1".count)))
        }
        do {
            if request.method == .get, let page = try await workers.run({ try pages.page(path) }) { return ("page", page) }
        } catch { return ("page", Answer(error: error)) }
        if let shown = await console.answer(request, isEncrypted: isEncrypted(request)) { return shown }
        return ("none", Self.notFound)
    }

    /// By this node, or by a server on this machine that ends TLS before it.
    private func isEncrypted(_ request: Request) -> Bool {
        encryption != nil || request.headers[Self.forwarded] == "https"
    }

    private func operate(_ request: Request, _ path: String) async -> (name: String, answer: Answer) {
        switch routes.match(request.method.rawValue, path) {
        case .nothing: return ("none", Self.notFound)
        case .otherMethods(let methods):
            let allowed = methods.map(\.rawValue).sorted().joined(separator: "、")
            return ("none", Answer(
                refusal: Refusal("request.method", "这个地址不支持 \(request.method.rawValue)。", remedy: "可用的方法：\(allowed)。", kind: .usage),
                status: 405))
        case .found(let operation, let inPath):
            do {
                return (operation.id, try await call(operation, inPath, request))
            } catch let busy as RequestLimits.Busy {
                return (operation.id, Answer(refusal: busy.refusal, status: busy.status, retryAfter: busy.wait))
            } catch let error as PayloadTooLarge {
                return (operation.id, Answer(refusal: error.refusal, status: 413))
            } catch {
                return (operation.id, Answer(error: error))
            }
        }
    }

    private func call(_ operation: Operation, _ inPath: [String: String], _ request: Request) async throws -> Answer {
        let identity = identity(request)
        let dispatcher = dispatcher
        let actor = try await workers.run { try dispatcher.authorize(operation, identity) }
        var parameters: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { parameters[String(name)] = String(value) }
        parameters.merge(inPath) { $1 }
        switch operation.body {
        case .none:
            return try await workers.run { [parameters] in dispatcher.perform(operation, as: actor, parameters: parameters) }
        case .json:
            let body = try await collect(request)
            return try await workers.run { [parameters] in
                dispatcher.perform(operation, as: actor, parameters: parameters, body: body)
            }
        case .file(let limit):
            if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
                throw UploadedFile.tooLarge(limit)
            }
            let name = dispatcher.archive.surroundings.act().bytes.map { String($0, radix: 16) }.joined()
            let file = try await UploadedFile.receive(
                request.body, limit: limit, folder: incoming, name: name, on: workers)
            let given = request.headers[Self.fileName].map(PercentText.decode) ?? "upload"
            let answer = try await workers.run { [parameters] in
                dispatcher.perform(operation, as: actor, parameters: parameters, file: (path: file.path, name: given))
            }
            // An accepted import keeps its file until the job has run.
            if !Self.keepingFiles.contains(operation.id) || answer.status != 200 { file.remove() }
            return answer
        }
    }

    private func identity(_ request: Request) -> Dispatcher.Identity {
        if door == .localSocket {
            return .localOperator(unit: request.headers[Self.unit], account: request.headers[Self.account])
        }
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") else { return .anonymous }
        return .token(String(header.dropFirst(7)))
    }

    private func collect(_ request: Request) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        defer { limits.release(bytes.count) }
        for try await part in request.body {
            guard limits.hold(part.readableBytes) else { throw RequestLimits.Busy(isOfOne: false, wait: 2) }
            guard bytes.count + part.readableBytes <= RequestLimits.jsonBytes else {
                throw PayloadTooLarge(limit: RequestLimits.jsonBytes)
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    private static let keepingFiles: Set<String> = ["imports.add"]

    private static let notFound = Answer(
        refusal: Refusal("request.path", "没有这个地址。", remedy: "请查看接口文档（/api/v1/openapi.json）。", kind: .missing))

    private static func response(_ answer: Answer) -> Response {
        var headers: HTTPFields = [
            .contentType: answer.mediaType.hasPrefix("text/") || answer.mediaType.hasSuffix("json")
                ? answer.mediaType + "; charset=utf-8" : answer.mediaType,
            .xContentTypeOptions: "nosniff",
            .cacheControl: answer.isLasting ? "public, max-age=31536000, immutable" : "no-store",
            .contentSecurityPolicy: contentPolicy,
            Self.referrerPolicy: "no-referrer", Self.frameOptions: "DENY",
        ]
        for cookie in answer.cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        if let location = answer.location { headers[.location] = location }
        if let seconds = answer.retryAfter { headers[.retryAfter] = String(seconds) }
        switch answer.body {
        case .bytes(let bytes):
            return Response(
                status: .init(code: answer.status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .file(let path, let name):
            headers[.contentDisposition] = "attachment; filename*=UTF-8''\(PercentText.encode(name))"
            return Response(status: .init(code: answer.status), headers: headers, body: FileStream.body(path))
        }
    }

    private static let contentPolicy = """
        default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; \
        frame-ancestors 'none'; base-uri 'none'
        """
    private static let forwarded = HTTPField.Name("X-Forwarded-Proto") ?? .from
    static let unit = HTTPField.Name("Xueji-Unit") ?? .from
    static let account = HTTPField.Name("Xueji-As") ?? .from
    static let fileName = HTTPField.Name("Xueji-File-Name") ?? .from
    private static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .from
    private static let frameOptions = HTTPField.Name("X-Frame-Options") ?? .from
}
