@testable import Features
import GRDB
@testable import Node
import Protocol
import Rules
import Store
import Testing

@Suite(.serialized)
struct AncestorWatchTests {
    private static func hasAlarm(_ folder: String) throws -> Bool {
        try Fixture.read(folder) { reading in
            try Bool.fetchOne(reading.database, sql: "SELECT EXISTS (SELECT 1 FROM alarm WHERE code = ?)", arguments: [AncestorWatch.alarm]) ?? false
        }
    }

    @Test func `a school hears from the centre that its province's key was revoked, and calls it no more`() async throws {
        try await ServedTree.serve("ancestor", seed: 9700, change: { $0.ancestorPace = .init(usual: 1, resting: 1) }) { tree in
            // The centre's address has come down through the province.
            try await Fixture.eventually { try Fixture.read(tree.school.folder) { try $0.nodeAddress(of: .centre) } != nil }
            #expect(try !Self.hasAlarm(tree.school.folder))
            #expect(await tree.centre.verb("revoke", Fixture.province.code.text, "--reason", "机器失窃") == 0)
            // The province is refused by the centre: what the school knows it has from the centre itself.
            try await Fixture.eventually { try Self.hasAlarm(tree.school.folder) }
            #expect(try Fixture.read(tree.school.folder) { try $0.directory.revocation(of: Fixture.province.code)?.reason } == "机器失窃")
            let state = try await tree.school.ask(.get, "/api/v1/status", token: tree.schoolToken).json["parent"]?["state"]?.text
            #expect(state == "stopped:上级的密钥已吊销")
            // Another key of the province's: the link may go on.
            #expect(await tree.centre.verb("host", Fixture.province.code.text) == 0)
            try await Fixture.eventually { try !Self.hasAlarm(tree.school.folder) }
        }
    }
}
