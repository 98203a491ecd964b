import Features
import FoundationEssentials
import Replication
import Rules

/// Calls a running node's API through its local socket, in the name of one unit that the node hosts.
struct NodeClient: Sendable {
    let sender: any RequestSender
    let unit: UnitCode
    /// Seconds for one call; the demo's largest acts take a few in a debug build on a slow machine.
    static let patience = 120

    /// What a node answered instead of a result.
    struct Refused: Error, Sendable {
        let refusal: Refusal
        let status: Int
    }

    func get(_ path: String, _ query: [(String, String)] = []) async throws -> JSONValue {
        try await call(.get, path, query, .none)
    }

    func post(_ path: String, _ body: some Encodable) async throws -> JSONValue {
        try await call(.post, path, [], .bytes(try JSONBody.encode(body)))
    }

    func post(_ path: String) async throws -> JSONValue { try await call(.post, path, [], .none) }

    /// Sends a file as the raw body.
    func post(_ path: String, file: String, named name: String) async throws -> JSONValue {
        try await call(.post, path, [], .file(file), extra: [("Xueji-File-Name", name)])
    }

    private func call(
        _ method: OutgoingRequest.Method, _ path: String, _ query: [(String, String)], _ body: OutgoingRequest.Body,
        extra: [(name: String, value: String)] = []
    ) async throws -> JSONValue {
        let tail = query.isEmpty ? "" : "?" + query.map { "\($0)=\($1)" }.joined(separator: "&")
        var headers = [(name: "Xueji-Unit", value: unit.text)] + extra
        if case .bytes = body { headers.append((name: "Content-Type", value: "application/json")) }
        let response = try await sender.send(OutgoingRequest(
            method, "http://localhost/api/v1" + path + tail, headers: headers, body: body, timeoutSeconds: Self.patience,
            answerLimit: 64 << 20))
        if response.status == 200, let value = try? JSONDecoder().decode(JSONValue.self, from: Data(response.body)) {
            return value
        }
        if let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(response.body)) {
            throw Refused(refusal: refusal, status: response.status)
        }
        throw DemoFailure("demo.answer", "节点的回答无法识别（HTTP \(response.status)）。", remedy: "请查看该节点的日志。", .unreachable)
    }

    /// All pupils that pass a filter, page by page.
    func students(_ filter: [(String, String)]) async throws -> [JSONValue] {
        var students: [JSONValue] = []
        var after: String?
        repeat {
            let page = try await get("/students", filter + [("limit", "1000")] + (after.map { [("after", $0)] } ?? []))
            students += page["students"]?.items ?? []
            after = page["next"]?.text
        } while after != nil
        return students
    }
}
