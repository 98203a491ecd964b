@testable import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// A province's machine is stolen: locked out, its later entries taken back, and the province comes back with a new key.
struct RevocationJourneyTests {
    private func alarms(_ folder: String) throws -> [String] {
        try Fixture.read(folder) { try String.fetchAll($0.database, sql: "SELECT code FROM alarm ORDER BY code") }
    }

    private func join(_ folder: String, _ code: String, at node: ServedNode, seed: UInt64) async throws {
        _ = try await Joining(
            parent: node.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: seed)).join()
    }

    private func isOn(_ folder: String) throws -> Bool {
        try Fixture.read(folder) { try PolicyShelf($0).isOn("registration.current", for: "440000") }
    }

    @Test func `the stolen node is told and writes no more, its later entries lose their effect, and a new machine goes on`() async throws {
        let (centre, code) = try Fixture.invitingCentre("revoked-centre", seed: 1600)
        let (stolen, fresh) = (try Fixture.folder("revoked-stolen"), try Fixture.folder("revoked-fresh"))
        defer { for path in [centre, stolen, fresh] { Fixture.remove(path) } }
        let address = Fixture.steadyAddress()
        try await ServedNode.serve(centre, seed: 1601, peerListen: address) { node in
            try await join(stolen, code, at: node, seed: 1602)
            try await ServedNode.serve(stolen, seed: 1603) { thief in
                try await Fixture.eventually { await thief.verb("policy", "set", "registration.current", "off") == 0 }
                try await Fixture.eventually { try !isOn(centre) }
                try await SystemSurroundings.sleep(1.1)
                let since = ChinaTime.text(SystemSurroundings.real.now())
                #expect(await thief.verb("policy", "set", "registration.current", "on") == 0)
                try await Fixture.eventually { try isOn(centre) }
                #expect(await node.verb("revoke", "440000", "--reason", "机器失窃", "--since", since) == 0)
                #expect(try !isOn(centre))
                try await Fixture.eventually { try alarms(stolen).contains("revoked") }
                // A comparison that had ended before the refusal may be told after it: the next call is refused again.
                try await Fixture.eventually { await thief.verb("policy", "set", "registration.current", "off") != 0 }
                #expect(await node.verb("revoke", "440000", "--reason", "机器失窃", "--since", since) == 0)
                #expect(await node.verb("verify") == 0)
            }
            #expect(try alarms(centre).contains("key.sealed"))
            #expect(await node.verb("salvage", "list", "--of", "440000") == 0)
        }
        let archive = try Fixture.archive(centre, seed: 1605)
        let again = try archive.write { try Invitations.issue(for: "440000", by: .centre, in: $0).code.text }
        try archive.close()
        try await ServedNode.serve(centre, seed: 1606, peerListen: address) { node in
            try await join(fresh, again, at: node, seed: 1607)
            #expect(try Fixture.read(fresh) { try $0.recoveringUnits() } == ["440000"])
            try await ServedNode.serve(fresh, seed: 1608) { province in
                try await Fixture.eventually { try !isOn(fresh) }
                try await Fixture.eventually { await province.verb("policy", "set", "registration.current", "on") == 0 }
                try await Fixture.eventually { try isOn(centre) }
                #expect(try !alarms(fresh).contains("revoked"))
                #expect(try Fixture.read(fresh) { try $0.recoveringUnits() }.isEmpty)
                for served in [node, province] { #expect(await served.verb("verify") == 0) }
            }
        }
    }
}
