import Features
import FoundationEssentials
import GRDB
import Logging
@testable import Node
import Protocol
import Replication
import Rules
import Synchronization
import Testing

/// A node served in the test's own process, on ports of the system's choosing.
struct ServedNode: Sendable {
    let folder: String
    let ready: NodeServer.Ready
    let caller: HTTPCaller

    /// Nodes that the test at hand serves, for what is told when it fails.
    @TaskLocal static var served: [ServedNode] = []

    /// Serves a folder while `body` runs; then ends the node as SIGTERM does. An address that a node of before has not quite
    /// given back is tried again for some seconds.
    static func serve(
        _ folder: String, seed: UInt64, peerListen: String? = nil, forgetting: Set<EntryKind> = [],
        clock: @escaping @Sendable () -> Int64 = SystemSurroundings.real.now, log: Logger = Fixture.quiet(),
        change: @escaping @Sendable (inout NodeServer.Plan) -> Void = { _ in },
        _ body: @escaping @Sendable (ServedNode) async throws -> Void
    ) async throws {
        for attempt in 1...20 {
            let begun = Mutex(false)
            do {
                return try await serveOnce(folder, seed: seed, peerListen: peerListen, forgetting, clock, log, change) { node in
                    begun.withLock { $0 = true }
                    try await body(node)
                }
            } catch let error where "\(error)".contains("errno: 98") && attempt < 20 && !begun.withLock({ $0 }) {
                try await SystemSurroundings.sleep(0.5)
            }
        }
    }

    private static func serveOnce(
        _ folder: String, seed: UInt64, peerListen: String?, _ forgetting: Set<EntryKind>, _ clock: @escaping @Sendable () -> Int64,
        _ log: Logger, _ change: (inout NodeServer.Plan) -> Void,
        _ body: @Sendable (ServedNode) async throws -> Void
    ) async throws {
        let loopback = try #require(ListenAddress("127.0.0.1:0"))
        let peer = try #require(ListenAddress((peerListen ?? Fixture.steadyAddress()).replacing("https://", with: "")))
        let (stream, told) = AsyncStream<NodeServer.Ready>.makeStream()
        var plan = NodeServer.Plan(
            folder: folder, listen: loopback, peerListen: peer, obeysSignals: false,
            surroundings: Fixture.surroundings(seed: seed, now: clock), log: log)
        plan.forgetting = forgetting
        change(&plan)
        let server = try NodeServer(plan) { told.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { told.finish() }
                try await server.run()
            }
            var ready: NodeServer.Ready?
            for await value in stream {
                ready = value
                break
            }
            if let ready {
                let node = ServedNode(folder: folder, ready: ready, caller: try HTTPCaller())
                try await $served.withValue(served + [node]) { try await body(node) }
            }
            await server.stop()
            try await group.waitForAll()
        }
    }

    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let json: JSONValue
        let text: String
    }

    /// Asks the API over HTTP.
    func ask(
        _ method: OutgoingRequest.Method, _ path: String, token: String? = nil, json: String? = nil, file: String? = nil,
        request id: String? = nil
    ) async throws -> Answer {
        var headers: [(name: String, value: String)] = id.map { [("X-Request-Id", $0)] } ?? []
        if let token { headers.append(("Authorization", "Bearer " + token)) }
        let body: OutgoingRequest.Body = if let json { .bytes(Array(json.utf8)) } else if let file { .file(file) } else { .none }
        let answer = try await caller.send(OutgoingRequest(method, ready.console + path, headers: headers, body: body))
        return Answer(
            status: answer.status, headers: answer.headers, json: (try? JSONBody.decode(answer.body)) ?? .null,
            text: String(decoding: answer.body, as: UTF8.self))
    }

    func signIn(_ password: String, account: String = "admin") async throws -> Answer {
        try await ask(
            .post, "/api/v1/sessions", json: #"{"account":"\#(account)","password":"\#(password)"}"#)
    }

    /// A session with the one-time password changed.
    func begin(_ oneTime: String, account: String = "admin") async throws -> String {
        let token = try #require(try await signIn(oneTime, account: account).json["token"]?.text)
        let changed = try await ask(
            .put, "/api/v1/password", token: token, json: #"{"old":"\#(oneTime)","new":"Spring-2026-x"}"#)
        #expect(changed.status == 200)
        return token
    }

    /// Runs a verb against this node; gives its status.
    func verb(_ words: String...) async -> Int32 {
        await XuejiCommand.runProgram(words + ["--data", folder, "--json"])
    }

    /// What this node says of itself, and what waits in it, on one line each.
    func account() async -> String {
        let status: String
        do {
            let answer = try await NodeCaller(PlaceOptions.parse(["--data", folder])).call(VerbCall("node.status", [:]))
            status = String(decoding: try JSONBody.encode(answer), as: UTF8.self)
        } catch { status = "\(error)" }
        let waiting = try? Fixture.read(folder) { reading in
            try ["errand", "parked", "quarantine", "unapplied", "recovering"].map { table in
                "\(table): " + (try Row.fetchAll(reading.database, sql: "SELECT * FROM \(table) LIMIT 3")).map(\.description).joined(separator: " ")
            }
        }
        return "\(status)\n" + (waiting ?? []).joined(separator: "\n")
    }
}
