@testable import Features
import FoundationEssentials
@testable import Node
import Protocol
import Rules
import Store
import Testing

/// A superior resets a password at a school with a node of its own, with the line up and with the line down.
struct PasswordResetJourneyTests {
    private static func order(_ node: ServedNode, _ token: String, _ account: String = "admin") async throws -> String {
        let answer = try await node.ask(
            .post, "/api/v1/accounts/\(account)/reset?of=\(ServedTree.schoolUnit.code)", token: token)
        #expect(answer.status == 200, "\(answer.text)")
        let item = answer.json["accounts"]?.items.first
        #expect(item?["state"]?.text == "sent")
        return try #require(item?["password"]?.text)
    }

    private static func newest(_ node: ServedNode, _ token: String) async throws -> JSONValue? {
        try await node.ask(.get, "/api/v1/accounts/resets", token: token).json["resets"]?.items.first
    }

    @Test func `the order arrives, later where the line is down, takes effect once, and the issuer sees it`() async throws {
        try await ServedTree.serve("password-reset", seed: 1700) { tree in
            let (school, province) = (tree.school, tree.province)
            // The school must know its own key's enrolment before anybody writes to it.
            try await Fixture.eventually {
                try Fixture.read(province.folder) { try $0.directory.activeKey(of: ServedTree.schoolUnit.code) != nil }
            }
            let given = try await Self.order(province, tree.provinceToken)
            try await Fixture.eventually { try await Self.newest(province, tree.provinceToken)?["state"]?.text == "done" }
            let ended = try await school.ask(.get, "/api/v1/sessions", token: tree.schoolToken)
            #expect(ended.status == 401 && ended.text.contains("密码已由上级单位 440000 重置"))
            #expect(try await school.signIn("Spring-2026-x").status == 401)
            let signedIn = try await school.signIn(given)
            #expect(signedIn.status == 200 && signedIn.json["mustChange"] == .boolean(true))
            let token = try #require(signedIn.json["token"]?.text)
            #expect(try await school.ask(.get, "/api/v1/students", token: token).status == 403)
            let changed = try await school.ask(
                .put, "/api/v1/password", token: token, json: #"{"old":"\#(given)","new":"Summer-2026-x"}"#)
            #expect(changed.status == 200)

            // The line is down: the old password goes on, and the issuer sees that nothing has arrived.
            #expect(await school.verb("pause") == 0)
            let later = try await Self.order(province, tree.provinceToken)
            #expect(try await Self.newest(province, tree.provinceToken)?["state"]?.text == "sent")
            #expect(try await school.signIn("Summer-2026-x").status == 200)
            #expect(try await school.signIn(later).status == 401)
            #expect(await school.verb("resume") == 0)
            try await Fixture.eventually { try await Self.newest(province, tree.provinceToken)?["state"]?.text == "done" }
            #expect(try await school.signIn("Summer-2026-x").status == 401)
            #expect(try await school.signIn(later).json["mustChange"] == .boolean(true))

            // In the trail on both sides, without the password.
            for (node, account) in [(province, "admin"), (school, "superior 440000")] {
                let lines = try Fixture.read(node.folder) { try AuditTrail.newest(50, of: node.folder == school.folder ? ServedTree.schoolUnit.code.text : "440000", $0) }
                let line = try #require(lines.first { $0.operation == "accounts.reset" })
                #expect(line.account == account && line.outcome == "done" && line.subject.contains("admin"))
            }
            for node in [tree.centre, province, school] { #expect(await node.verb("verify") == 0) }
            #expect(await province.verb("account", "resets") == 0)
        }
    }
}
