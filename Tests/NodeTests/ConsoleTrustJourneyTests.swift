@testable import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing
import Trust

/// Browsers reach consoles over TLS: a real client that trusts one root and asks by address.
struct ConsoleTrustJourneyTests {
    private static func root(_ folder: String) throws -> [UInt8] {
        try #require(try Fixture.read(folder) { try $0.nodeValue(RootOperations.rootName) })
    }

    /// Asks by 127.0.0.1, trusting one root.
    private static func ask(_ node: ServedNode, _ path: String, trusting root: [UInt8]) async throws -> IncomingResponse {
        let caller = try HTTPCaller(HTTPSettings(
            tls: .tree(root: Credential.text(certificates: [root]), own: nil), noProxy: "*", connectSeconds: 240))
        // On a crowded machine a test that runs beside a thousand others waits long for its turn.
        return try await caller.send(OutgoingRequest(.get, address(node) + path, timeoutSeconds: 240))
    }

    private static func address(_ node: ServedNode) -> String { node.ready.console.replacing("0.0.0.0", with: "127.0.0.1") }

    private static let everywhere: @Sendable (inout NodeServer.Plan) -> Void = { plan in
        if let listen = ListenAddress("0.0.0.0:0") { plan.listen = listen }
    }

    @Test func `off loopback the console is encrypted, by a certificate that the tree's root proves for its address`() async throws {
        let centre = try Fixture.stoppedCentre("console-tls", seed: 1800)
        defer { Fixture.remove(centre) }
        let root = try Self.root(centre)
        try await ServedNode.serve(centre, seed: 1802, change: Self.everywhere) { node in
            #expect(node.ready.console.hasPrefix("https://"))
            #expect(try await Self.ask(node, "/healthz", trusting: root).status == 200)
            let stranger = try CertificateIssuer.makeRoot(key: LinkKey(Fixture.surroundings(seed: 1)), Fixture.surroundings(seed: 2))
            await #expect(throws: LinkFailure.self) { try await Self.ask(node, "/healthz", trusting: stranger) }

            let page = try await Self.ask(node, "/sign-in", trusting: root)
            #expect(page.header("set-cookie")?.contains("; Secure") == true)
            // With the tree's certificate nobody is locked out for lack of the root.
            #expect(page.header("strict-transport-security") == nil)

            let plain = RawConnection(node.ready.console)
            plain.say("GET /students HTTP/1.1\r\nHost: 127.0.0.1:8443\r\n\r\n")
            var heard = ""
            try await Fixture.eventually {
                heard += plain.heard()
                return plain.isOver
            }
            #expect(heard.hasPrefix("HTTP/1.1 426 ") && heard.contains(#"href="https://127.0.0.1:8443/certificate""#))
        }
    }

    @Test func `before the sign-in a page tells how to install the root, and gives it`() async throws {
        let centre = try Fixture.stoppedCentre("console-root", seed: 1810)
        defer { Fixture.remove(centre) }
        let root = try Self.root(centre)
        try await ServedNode.serve(centre, seed: 1812) { node in
            let page = try await node.ask(.get, "/certificate")
            let fingerprint = Hashing.sha256(root).description.uppercased()
            #expect(page.status == 200 && page.text.replacing(":", with: "").contains(fingerprint))
            let file = try await node.ask(.get, "/certificate/xueji-root.crt")
            #expect(file.text == Credential.text(certificates: [root]))
            #expect(file.headers.contains { $0.name == "content-type" && $0.value.hasPrefix("application/x-x509-ca-cert") })
            let out = centre + "-root.crt"
            #expect(await node.verb("certificate", "--out", out) == 0)
            #expect(try String(decoding: Data(contentsOf: URL(fileURLWithPath: out)), as: UTF8.self) == file.text)
            Fixture.remove(out)
            #expect(try await node.ask(.get, "/api/v1/trust/root").status == 200)
        }
    }

    @Test func `a school has its console's certificate from its parent, and a parent's own is made by itself`() async throws {
        let (folder, archive) = try Fixture.centre("console-below", seed: 1820)
        let school = try Fixture.folder("console-school")
        defer { for path in [folder, school] { Fixture.remove(path) } }
        let unit = Unit(
            code: "3144000009", name: "示例学校", tier: .school, competent: .centre, territorial: .centre, kind: "211", stages: [.primary],
            years: [.primary: 6], owner: "831", urban: "111")
        let code = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone)
            return try Invitations.issue(for: unit.code, by: .centre, in: transaction).code.text
        }
        try archive.close()
        let root = try Self.root(folder)
        try await ServedNode.serve(folder, seed: 1821) { top in
            _ = try await Joining(
                parent: top.ready.peer, code: code, folder: school, proxy: nil, surroundings: Fixture.surroundings(seed: 1822)).join()
            try await ServedNode.serve(school, seed: 1823, change: Self.everywhere) { below in
                try await Fixture.eventually { (try? await Self.ask(below, "/healthz", trusting: root).status) == 200 }
            }
        }
        // It is kept, and serves when the parent is away.
        try await ServedNode.serve(school, seed: 1824, change: Self.everywhere) { below in
            let kept = try await Self.ask(below, "/healthz", trusting: root)
            #expect(kept.status == 200)
        }
    }

    @Test func `an own certificate is used as given, read again when it is replaced, and asked to be kept to`() async throws {
        let centre = try Fixture.stoppedCentre("console-own", seed: 1830)
        let file = centre + "-own.pem"
        defer { for path in [centre, file] { Fixture.remove(path) } }
        let (first, second) = (try Self.authority(seed: 1831), try Self.authority(seed: 1832))
        try Data(first.text.utf8).write(to: URL(fileURLWithPath: file))
        let own: @Sendable (inout NodeServer.Plan) -> Void = { $0.consoleFiles = ConsoleFiles(certificate: file, key: file) }
        try await ServedNode.serve(centre, seed: 1833, change: own) { node in
            #expect(node.ready.console.hasPrefix("https://127.0.0.1:"))
            let answer = try await Self.ask(node, "/healthz", trusting: first.root)
            #expect(answer.status == 200 && answer.header("strict-transport-security") == "max-age=7776000")
            try Data((second.text + "\n").utf8).write(to: URL(fileURLWithPath: file))
            #expect(try await Self.ask(node, "/healthz", trusting: second.root).status == 200)
            // Half of a pair: what was good goes on.
            try Data("-----BEGIN".utf8).write(to: URL(fileURLWithPath: file))
            #expect(try await Self.ask(node, "/healthz", trusting: second.root).status == 200)
        }
        let refusal = await #expect(throws: Refusal.self) { try await ServedNode.serve(centre, seed: 1834, change: own) { _ in } }
        #expect(refusal?.code == "serve.certificate")
    }

    /// Somebody else's authority with a certificate for 127.0.0.1.
    private static func authority(seed: UInt64) throws -> (root: [UInt8], text: String) {
        let chance = Fixture.surroundings(seed: seed)
        let (rootKey, key) = (LinkKey(chance), LinkKey(chance))
        let root = try CertificateIssuer.makeRoot(key: rootKey, chance)
        let chain = try CertificateIssuer(root: root, key: rootKey).issueConsole(
            key.signingRequest(), for: .centre, unit: .centre, addresses: [[127, 0, 0, 1]], chance)
        return (root, try ConsoleCertificate(key: key, chain: chain).text)
    }
}
