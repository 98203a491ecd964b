@testable import Features
import FoundationEssentials
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Synchronization
import Testing
import Trust

/// Certificates in time, on real nodes over TLS. What libcurl judges it judges by the machine's clock, so the nodes' own clock
/// begins in the past and comes to the present.
struct TrustJourneyTests {
    /// The nodes' clock: the machine's, so many days ago.
    private final class Clock: Sendable {
        private let behind: Mutex<Int64>

        init(daysAgo days: Int64) { behind = Mutex(days * 86_400) }

        var now: @Sendable () -> Int64 { { [self] in SystemSurroundings.real.now() - behind.withLock { $0 } } }
        func turn(daysAgo days: Int64) { behind.withLock { $0 = days * 86_400 } }
    }

    private static let day: Int64 = 86_400

    private func credential(_ folder: String, _ kind: TrustFolder.Kind = .node) -> Credential? { TrustFolder(node: folder).read(kind) }

    /// A centre with a province that has joined and is not served.
    private func tree(_ name: String, seed: UInt64, _ clock: Clock) async throws -> (centre: String, province: String, address: String) {
        let centre = try Fixture.folder(name + "-centre")
        let province = try Fixture.folder(name + "-province")
        _ = try Founding.foundCentre(name: "教育部", folder: centre, surroundings: Fixture.surroundings(seed: seed, now: clock.now))
        let archive = try Archive(folder: centre, book: Wiring.book(), surroundings: Fixture.surroundings(seed: seed + 1, now: clock.now))
        let code = try archive.write { transaction in
            for unit in [Fixture.province, Fixture.county] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            return try Invitations.issue(for: Fixture.province.code, by: .centre, in: transaction).code.text
        }
        try archive.close()
        let address = Fixture.steadyAddress()
        try await ServedNode.serve(centre, seed: seed + 2, peerListen: address, clock: clock.now) { node in
            _ = try await Joining(
                parent: node.ready.peer, code: code, folder: province, proxy: nil,
                surroundings: Fixture.surroundings(seed: seed + 3, now: clock.now)).join()
        }
        return (centre, province, address)
    }

    private func isConnected(_ node: ServedNode) async throws -> Bool {
        try await node.ask(.get, "/metrics").text.contains("xueji_parent_connected 1")
    }

    private func isOn(_ folder: String) throws -> Bool {
        try Fixture.read(folder) { try PolicyShelf($0).isOn("registration.current", for: "440000") }
    }

    @Test func `both ends renew in a session that goes on: the child at sixty per cent, its right to issue with it, the parent by itself`() async throws {
        let clock = Clock(daysAgo: 250)
        let (centre, province, address) = try await tree("renewal", seed: 1500, clock)
        defer { for path in [centre, province] { Fixture.remove(path) } }
        let before = (try #require(credential(province)), try #require(credential(province, .authority)))
        #expect(before.0.renewal < SystemSurroundings.real.now())
        try await ServedNode.serve(centre, seed: 1510, peerListen: address, clock: clock.now) { node in
            try await ServedNode.serve(province, seed: 1511, clock: clock.now) { below in
                try await Fixture.eventually { try await isConnected(below) }
                let parents = try #require(credential(centre))
                let hellos = try await self.hellos(node)
                clock.turn(daysAgo: 0)
                try await Fixture.eventually { await below.verb("policy", "set", "registration.current", "off") == 0 }
                try await Fixture.eventually { try !isOn(centre) }
                try await Fixture.eventually { credential(province)?.key.fingerprint != before.0.key.fingerprint }
                #expect(credential(province, .authority)?.chain != before.1.chain)
                // New connections get the parent's new certificate; the session is the one of before.
                #expect(await below.verb("policy", "set", "registration.current", "on") == 0)
                try await Fixture.eventually { try isOn(centre) }
                try await Fixture.eventually { credential(centre)?.key.fingerprint != parents.key.fingerprint }
                #expect(try await self.hellos(node) == hellos)
                #expect(try #require(credential(province)).daysLeft(at: SystemSurroundings.real.now()) >= 399)
            }
        }
    }

    /// Sessions opened at a node, as its figures tell.
    private func hellos(_ node: ServedNode) async throws -> String {
        try await node.ask(.get, "/metrics").text.split(separator: "\n").filter { $0.contains("peer.hello") && $0.contains("200") && $0.contains("count") }
            .joined(separator: "\n")
    }

    @Test func `after seventy days of silence a node goes on as if nothing had been`() async throws {
        let clock = Clock(daysAgo: 70)
        let (centre, province, address) = try await tree("silence", seed: 1520, clock)
        defer { for path in [centre, province] { Fixture.remove(path) } }
        let before = try #require(credential(province))
        clock.turn(daysAgo: 0)
        try await ServedNode.serve(province, seed: 1530, clock: clock.now) { below in
            try await ServedNode.serve(centre, seed: 1531, peerListen: address, clock: clock.now) { _ in
                try await Fixture.eventually { try await isConnected(below) }
            }
        }
        #expect(credential(province)?.key.fingerprint == before.key.fingerprint)
    }

    @Test func `a node whose certificate has ended proves its statement key, gets a new one, and is in again`() async throws {
        let clock = Clock(daysAgo: 500)
        let (centre, province, address) = try await tree("ended", seed: 1540, clock)
        defer { for path in [centre, province] { Fixture.remove(path) } }
        let before = try #require(credential(province))
        #expect(before.validity.upperBound < SystemSurroundings.real.now())
        clock.turn(daysAgo: 0)
        try await ServedNode.serve(centre, seed: 1550, peerListen: address, clock: clock.now) { node in
            try await ServedNode.serve(province, seed: 1551, clock: clock.now) { below in
                try await Fixture.eventually { try await isConnected(below) }
                try await Fixture.eventually { await below.verb("policy", "set", "registration.current", "off") == 0 }
                try await Fixture.eventually { try !isOn(centre) }
            }
        }
        #expect(credential(province)?.key.fingerprint != before.key.fingerprint)
    }
}
