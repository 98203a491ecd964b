import Features
import Logging
import Replication
import Store

/// One call of an operation, by its id.
struct VerbCall: Sendable {
    let operation: String
    var parameters: [String: String] = [:]
    var body: JSONValue?
    /// Path of a file to send, and its name for the node.
    var file: (path: String, name: String)?

    init(
        _ operation: String, _ parameters: [String: String?] = [:], body: JSONValue? = nil,
        file: (path: String, name: String)? = nil
    ) {
        self.operation = operation
        self.parameters = parameters.compactMapValues { $0 }
        self.body = body
        self.file = file
    }
}

/// Asks a node: over its local socket when it runs, in this process when it stands still and the operation only reads.
struct NodeCaller: Sendable {
    let place: PlaceOptions
    private let operations: [String: Operation]
    /// Nil when no process serves the folder.
    private let sender: (any RequestSender)?

    init(_ place: PlaceOptions) {
        self.place = place
        sender = RunRecord.read(from: place.data).flatMap { try? HTTPCaller.local($0.socket) }
        operations = Dictionary(Routes.all().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: `VerbFailure`.
    /// - Parameter whileRunning: nothing is read in place of a node that has stopped.
    func call(_ call: VerbCall, whileRunning: Bool = false) async throws -> JSONValue {
        let bytes = try await raw(call, whileRunning: whileRunning)
        return bytes.isEmpty ? .object([:]) : try JSONBody.decode(bytes)
    }

    /// The answer's bytes as they are: for files.
    func raw(_ call: VerbCall, whileRunning: Bool = false) async throws -> [UInt8] {
        guard let operation = operations[call.operation] else { preconditionFailure("no operation \(call.operation)") }
        if let sender {
            do {
                return try await overSocket(sender, operation, call)
            } catch let failure as LinkFailure where [.network, .refused].contains(failure.code) {
                // A record left by a process that was killed: the node stands still.
            }
        }
        guard operation.isReading, !whileRunning else { throw VerbFailure.notRunning }
        return try inProcess(operation, call)
    }

    private func overSocket(_ sender: any RequestSender, _ operation: Operation, _ call: VerbCall) async throws -> [UInt8] {
        var path = operation.path
        var query: [String] = []
        for (name, value) in call.parameters.sorted(by: { $0.key < $1.key }) {
            if operation.parameters.contains(where: { $0.name == name && $0.isInPath }) {
                path = path.replacing("{\(name)}", with: PercentText.encode(value))
            } else {
                query.append("\(name)=\(PercentText.encode(value))")
            }
        }
        var headers: [(name: String, value: String)] = []
        if let unit = place.unit { headers.append(("Xueji-Unit", unit)) }
        if let account = place.account { headers.append(("Xueji-As", account)) }
        var body = OutgoingRequest.Body.none
        if let json = call.body {
            body = .bytes(try JSONBody.encode(json))
            headers.append(("Content-Type", "application/json"))
        } else if let file = call.file {
            body = .file(file.path)
            headers.append(("Xueji-File-Name", PercentText.encode(file.name)))
        }
        let url = "http://localhost/api/v1" + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        guard let method = OutgoingRequest.Method(rawValue: operation.method.rawValue) else {
            preconditionFailure("the same four methods")
        }
        let answer = try await sender.send(
            OutgoingRequest(method, url, headers: headers, body: body, timeoutSeconds: 600, answerLimit: 512 << 20))
        return try accept(answer.status, answer.body)
    }

    private func inProcess(_ operation: Operation, _ call: VerbCall) throws -> [UInt8] {
        guard NodeFolder.hasStore(place.data) else {
            throw VerbFailure(
                Refusal("node.empty", "文件夹 \(place.data) 里没有节点。", remedy: "请用 --data 或 XUEJI_DATA 指定节点的文件夹。"), .unreachable)
        }
        let archive = try Archive(
            folder: place.data, book: Wiring.book(), surroundings: SystemSurroundings.real, exclusive: false)
        defer { try? archive.close() }
        let dispatcher = Dispatcher(archive: archive, log: Logger(label: "xueji"), isServing: false)
        let answer: Answer
        do {
            let actor = try dispatcher.authorize(operation, .localOperator(unit: place.unit, account: place.account))
            answer = dispatcher.perform(
                operation, as: actor, parameters: call.parameters, body: try call.body.map { try JSONBody.encode($0) } ?? [],
                file: call.file)
        } catch { answer = Answer(error: error) }
        switch answer.body {
        case .bytes(let bytes): return try accept(answer.status, bytes)
        case .file(let path, _): return try FileBytes.read(path)
        }
    }

    /// The body of a good answer; a problem becomes the failure that it describes.
    private func accept(_ status: Int, _ body: [UInt8]) throws -> [UInt8] {
        if status == 200 { return body }
        let problem: JSONValue = (try? JSONBody.decode(body)) ?? .null
        let code = problem["code"]?.text ?? "http.\(status)"
        var refusal = Refusal(
            code, question: problem["question"]?.text ?? "", problem["message"]?.text ?? "节点应答异常（HTTP \(status)）。",
            remedy: problem["remedy"]?.text ?? "请查看节点的日志。")
        refusal.cases = (problem["cases"]?.items ?? []).map { one in
            .init(dossier: one["dossier"]?.text ?? "", state: one["state"]?.text ?? "", holder: one["holder"]?.text ?? "")
        }
        throw VerbFailure(refusal, Self.exit(status, code))
    }

    private static func exit(_ status: Int, _ code: String) -> ExitStatus {
        switch status {
        case 400, 405, 413: .usage
        case 401, 403: .notPermitted
        case 507: .storage
        case 503: code.hasPrefix("store.") && code != "store.notInitialised" ? .storage : .unreachable
        case 429, 502, 504: .unreachable
        default: .refused
        }
    }
}
