@testable import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing
import Trust

/// What stands between a node and its parent opens TLS: it is told from a clock and from another node, by the issuer's name.
struct InterceptionJourneyTests {
    private func failure(_ gateway: Gateway, root: String, name: String = "root.xueji.internal") async throws -> LinkFailure? {
        let address = try PeerAddress("https://127.0.0.1:\(gateway.port)")
        let caller = try HTTPCaller(HTTPSettings(tls: .tree(root: root, own: nil), noProxy: "*"))
        let secret = OutgoingRequest(.post, address.url("/peer/v1/push"), headers: [("X-Pupil", "secret")], body: .bytes([1, 2, 3]))
        do throws(LinkFailure) {
            _ = try await caller.send(address.request(secret, toPeerNamed: name))
            return nil
        } catch {
            return error
        }
    }

    private func treeRoot() throws -> String {
        let (folder, archive) = try Fixture.centre("interception-root", seed: 1400)
        defer { Fixture.remove(folder) }
        defer { try? archive.close() }
        let root = try archive.read { try $0.nodeValue(NodeTrust.rootName) }
        return Credential.text(certificates: [try #require(root)])
    }

    @Test func `a stranger's issuer is named, and is sent nothing`() async throws {
        let gateway = try await Gateway()
        let found = try #require(try await failure(gateway, root: try treeRoot()))
        #expect(found.code == .intercepted)
        #expect(found.message.contains("“\(Gateway.issuer)”"))
        #expect(gateway.received == 0)
        try await gateway.close()
    }

    @Test func `an ended certificate speaks of clocks, a good one of another name speaks of the address`() async throws {
        let ended = try await Gateway(Gateway.ended)
        let clock = try #require(try await failure(ended, root: Gateway.root))
        #expect(clock.code == .certificate && clock.message.contains("已过期"))
        let other = try await Gateway()
        let name = try #require(try await failure(other, root: Gateway.root, name: "u440000.root.xueji.internal"))
        #expect(name.code == .certificate && name.message.contains("不是给这个上级的"))
        #expect(ended.received == 0 && other.received == 0)
        try await ended.close()
        try await other.close()
    }

    @Test func `a node behind such a box says in status, figures and alarm who issues there`() async throws {
        let (centre, code) = try Fixture.invitingCentre("interception-centre", seed: 1410)
        let province = try Fixture.folder("interception-province")
        defer { for path in [centre, province] { Fixture.remove(path) } }
        try await ServedNode.serve(centre, seed: 1411) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 1412)).join()
        }
        let gateway = try await Gateway()
        let archive = try Fixture.archive(province, seed: 1413)
        try archive.write { try $0.setNodeText(Joining.parentAddress, "https://127.0.0.1:\(gateway.port)") }
        try archive.close()
        try await ServedNode.serve(province, seed: 1414) { node in
            try await Fixture.eventually { try await node.ask(.get, "/metrics").text.contains(#"xueji_parent_failing{cause="intercepted"} 1"#) }
        }
        #expect(gateway.received == 0)
        try await gateway.close()
    }

    @Test func `the alarm carries the issuer's name`() throws {
        let failure = LinkFailure.intercepted(issuer: Gateway.issuer, cause: "curl 60")
        let found = WatchFindings(.init(time: 1_800_000_000, failure: failure, failingSince: 1_799_999_000)).all
        let alarm = try #require(found.first { $0.code == "link.intercepted" })
        #expect(alarm.text.contains(Gateway.issuer))
    }
}
