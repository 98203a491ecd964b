import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing
import Trust

struct CertifiedSenderTests {
    @Test func `this machine, and hosts that the environment exempts, are called without a proxy`() throws {
        #expect(CertifiedSender.noProxy(try PeerAddress("https://127.0.0.1:1")) == "*")
        #expect(CertifiedSender.noProxy(try PeerAddress("https://parent.example:1")) == nil)
    }

    @Test func `without a certificate nothing is sent; a renewal that fails raises its alarm and waits before the next try`() async throws {
        let (centre, code) = try Fixture.invitingCentre("sender-centre", seed: 1850)
        let province = try Fixture.folder("sender-province")
        defer { for path in [centre, province] { Fixture.remove(path) } }
        try await ServedNode.serve(centre, seed: 1851) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: province, proxy: nil, surroundings: Fixture.surroundings(seed: 1852)).join()
        }
        // Nobody is at the parent's address any more, and the certificate is lost.
        try FileManager.default.removeItem(atPath: province + "/tls")
        let archive = try Fixture.archive(province, seed: 1853)
        defer { try? archive.close() }
        let parent = try archive.read { try $0.nodeText(Joining.parentAddress) }
        let address = try PeerAddress(try #require(parent))
        let sender = try CertifiedSender(
            trust: try NodeTrust(archive, unit: "440000"), archive: archive, address: address, proxy: nil, log: Fixture.quiet())
        let hello = OutgoingRequest(.post, address.url("/peer/v1/hello"), body: .bytes([1]))
        let first = await #expect(throws: LinkFailure.self) { try await sender.send(hello) }
        #expect(first?.code == .refused)
        let second = await #expect(throws: LinkFailure.self) { try await sender.send(hello) }
        #expect(second?.code == .certificate && second?.cause == "renewal tried moments ago")
        let alarm = try archive.read {
            try String.fetchOne($0.database, sql: "SELECT text FROM alarm WHERE code = ?", arguments: [CertifiedSender.alarm])
        }
        #expect(alarm?.contains("不在") == true)
    }
}
