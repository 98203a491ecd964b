import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Testing

@Suite(.serialized)
struct ServingTests {
    private func found(_ name: String, seed: UInt64) throws -> (folder: String, password: String) {
        let folder = try Fixture.folder(name)
        let result = try Founding.foundCentre(name: "教育部", folder: folder, surroundings: Fixture.surroundings(seed: seed))
        return (folder, result.admin.password)
    }

    @Test func `nothing but changing the password is possible with the one-time password`() async throws {
        let (folder, password) = try found("serve-login", seed: 200)
        defer { Fixture.remove(folder) }
        try await ServedNode.serve(folder, seed: 201) { node in
            #expect(try await node.ask(.get, "/api/v1/status").status == 401)
            let opened = try await node.signIn(password)
            #expect(opened.status == 200 && opened.json["mustChange"] == .boolean(true))
            let token = try #require(opened.json["token"]?.text)
            let early = try await node.ask(.get, "/api/v1/status", token: token)
            #expect(early.status == 403 && early.json["code"]?.text == "password.mustChange")
            let changed = try await node.ask(
                .put, "/api/v1/password", token: token, json: #"{"old":"\#(password)","new":"Spring-2026-x"}"#)
            #expect(changed.status == 200)
            #expect(try await node.ask(.get, "/api/v1/status", token: token).json["unit"]?.text == "000000")
            #expect(try await node.signIn(password).status == 401)
        }
    }

    @Test func `roles, sessions and bad input are answered with problem details`() async throws {
        let (folder, password) = try found("serve-roles", seed: 210)
        defer { Fixture.remove(folder) }
        try await ServedNode.serve(folder, seed: 211) { node in
            let admin = try await node.begin(password)
            let added = try await node.ask(
                .post, "/api/v1/accounts", token: admin, json: #"{"account":"canteen","roles":["mealRegistrar"]}"#)
            let meal = try await node.begin(
                try #require(added.json["accounts"]?.items.first?["password"]?.text), account: "canteen")
            let pupils = try await node.ask(.get, "/api/v1/students", token: meal)
            #expect(pupils.status == 403 && pupils.json["code"]?.text == "role.needed")
            #expect(pupils.headers.contains { $0.name == "content-type" && $0.value.hasPrefix("application/problem+json") })
            for field in ["type", "title", "status", "detail", "code", "question", "message", "remedy", "title_en"] {
                #expect(pupils.json[field] != nil, "\(field)")
            }
            let wrong = try await node.ask(.post, "/api/v1/accounts", token: admin, json: #"{"account":5,"roles":[]}"#)
            #expect(wrong.status == 400 && wrong.json["message"]?.text?.contains("account") == true)
            #expect(try await node.ask(.get, "/api/v1/nowhere", token: admin).status == 404)
            #expect(try await node.ask(.delete, "/api/v1/students", token: admin).status == 405)
            #expect(try await node.ask(.get, "/api/v1/status", token: "0000").status == 401)

            let second = try #require(try await node.signIn("Spring-2026-x").json["token"]?.text)
            let ended = try await node.ask(.get, "/api/v1/status", token: admin)
            #expect(ended.status == 401 && ended.json["code"]?.text == "session.ended")
            let trail = try await node.ask(.get, "/api/v1/audit", token: second)
            let acts = trail.json["audit"]?.items.compactMap { $0["operation"]?.text } ?? []
            #expect(acts.contains("accounts.add") && acts.contains("sessions.open"))
            #expect(try await node.ask(.delete, "/api/v1/sessions", token: second).status == 200)
            #expect(try await node.ask(.get, "/api/v1/status", token: second).status == 401)
        }
    }

    @Test func `a file above its limit is refused and leaves nothing`() async throws {
        let (folder, password) = try found("serve-file", seed: 220)
        defer { Fixture.remove(folder) }
        let big = folder + ".big"
        try Data(count: (64 << 20) + 1).write(to: URL(fileURLWithPath: big))
        defer { Fixture.remove(big) }
        try await ServedNode.serve(folder, seed: 221) { node in
            let token = try await node.begin(password)
            let refused = try await node.ask(.post, "/api/v1/units/import", token: token, file: big)
            #expect(refused.status == 413 && refused.json["code"]?.text == "file.tooLarge")
            let unsigned = try await node.ask(.post, "/api/v1/units/import", file: big)
            #expect(unsigned.status == 401)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/incoming").isEmpty)
        }
    }

    @Test func `health, metrics, the API's description and the front page need no session`() async throws {
        let (folder, _) = try found("serve-pages", seed: 230)
        defer { Fixture.remove(folder) }
        try await ServedNode.serve(folder, seed: 231) { node in
            #expect(try await node.ask(.get, "/healthz").json["healthy"] == .boolean(true))
            #expect(try await node.ask(.get, "/readyz").json["ready"] == .boolean(true))
            let metrics = try await node.ask(.get, "/metrics").text
            #expect(metrics.contains("xueji_requests_total{operation=\"page\",status=\"200\"} 2"))
            #expect(metrics.contains("xueji_parent_connected 0"))
            let document = try await node.ask(.get, "/api/v1/openapi.json").json
            #expect(document["openapi"]?.text == "3.1.0" && document["paths"]?["/students"]?["get"] != nil)
            let front = try await node.ask(.get, "/")
            #expect(front.text.contains("教育部") && front.text.contains("中央"))
            #expect(front.headers.contains { $0.name == "content-security-policy" })
        }
    }

    @Test func `the command line asks the running node over its socket`() async throws {
        let (folder, _) = try found("serve-verbs", seed: 240)
        defer { Fixture.remove(folder) }
        let units = folder + ".csv"
        let lines = "code,name,tier,competent\n440000,广东省教育厅,province,000000\n440106,天河区教育局,county,440000\n"
        try Data(lines.utf8).write(to: URL(fileURLWithPath: units))
        defer { Fixture.remove(units) }
        try await ServedNode.serve(folder, seed: 241) { node in
            #expect(await node.verb("status") == 0)
            #expect(await node.verb("units", "import", units) == 0)
            #expect(await node.verb("host", "440000") == 0)
            #expect(await node.verb("host", "440000") == 1)
            #expect(await node.verb("invite", "440106") == 4)
            #expect(await node.verb("account", "list", "--unit", "440000") == 0)
            #expect(await node.verb("account", "list", "--unit", "440106") == 4)
            #expect(await node.verb("account", "add", "wang", "--role", "mealHead") == 0)
            #expect(await node.verb("students", "--as", "wang") == 4)
            #expect(await node.verb("account", "add", "li", "--role", "king") == 2)
        }
        #expect(RunRecord.read(from: folder) == nil)
        #expect(await XuejiCommand.runProgram(["account", "add", "li", "--data", folder, "--json"]) == 3)
    }

    @Test func `a joined node streams down its units and tells its parent what it writes`() async throws {
        let (folder, code) = try Fixture.invitingCentre("serve-pair", seed: 250)
        let child = try Fixture.folder("serve-pair-child")
        defer { Fixture.remove(folder); Fixture.remove(child) }
        try await ServedNode.serve(folder, seed: 251) { centre in
            _ = try await Joining(
                parent: centre.ready.peer, code: code, folder: child, proxy: nil, surroundings: Fixture.surroundings(seed: 252)
            ).join()
            try await ServedNode.serve(child, seed: 253) { province in
                #expect(await province.verb("status", "--wait", "20") == 0)
                // Whom it may host, it knows when the directory has come.
                try await Fixture.eventually {
                    try await Self.localAsk(province, "/api/v1/units?under=440000")["units"]?.items.contains { $0["code"]?.text == "440106" } ?? false
                }
                #expect(await province.verb("host", "440106", "--wait", "20") == 0)
                try await Fixture.eventually {
                    let units = try await Self.localAsk(centre, "/api/v1/units?under=440000")
                    return units["units"]?.items.first?["node"]?.text == "440000"
                }
                let status = try await Self.localAsk(centre, "/api/v1/status")
                #expect(status["children"]?.items.first?["state"]?.text == "connected")
            }
        }
    }

    /// As root on the machine, by the socket.
    private static func localAsk(_ node: ServedNode, _ path: String) async throws -> JSONValue {
        let socket = try #require(RunRecord.read(from: node.folder)).socket
        let answer = try await HTTPCaller.local(socket).send(OutgoingRequest(.get, "http://localhost" + path))
        return try JSONBody.decode(answer.body)
    }
}
