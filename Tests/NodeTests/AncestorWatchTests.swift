@testable import Features
import GRDB
@testable import Node
import Protocol
import Replication
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

    private static func alarm(_ folder: String) throws -> String? {
        try Fixture.read(folder) { try String.fetchOne($0.database, sql: "SELECT text FROM alarm WHERE code = ?", arguments: [AncestorWatch.alarm]) }
    }

    private static func invite(_ unit: UnitCode, at node: ServedNode) async throws -> String {
        let record = try #require(RunRecord.read(from: node.folder))
        let answer = try await HTTPCaller.local(record.socket).send(
            OutgoingRequest(.post, "http://localhost/api/v1/units/\(unit.text)/invitation"))
        let json: JSONValue = try JSONBody.decode(answer.body)
        return try #require(json["code"]?.text)
    }

    @Test func `a school hears from the centre that its province's key was revoked, calls it no more, and finds its new machine`() async throws {
        try await ServedTree.serve("ancestor", seed: 9700, change: { $0.ancestorPace = .init(usual: 1, resting: 1) }) { tree in
            // The centre's address has come down through the province.
            try await Fixture.eventually { try Fixture.read(tree.school.folder) { try $0.nodeAddress(of: .centre) } != nil }
            #expect(try !Self.hasAlarm(tree.school.folder))
            // The address was given in an earlier second than the revocation.
            try await SystemSurroundings.sleep(1.1)
            #expect(await tree.centre.verb("revoke", Fixture.province.code.text, "--reason", "机器失窃") == 0)
            // The province is refused by the centre: what the school knows it has from the centre itself.
            try await Fixture.eventually { try Self.hasAlarm(tree.school.folder) }
            #expect(try Fixture.read(tree.school.folder) { try $0.directory.revocation(of: Fixture.province.code)?.reason } == "机器失窃")
            let state = try await tree.school.ask(.get, "/api/v1/status", token: tree.schoolToken).json["parent"]?["state"]?.text
            #expect(state == "stopped:上级的密钥已吊销")
            // Another key, and nobody who has said that he holds it: the stolen machine answers at the address as before.
            let code = try await Self.invite(Fixture.province.code, at: tree.centre)
            let folder = try Fixture.folder("ancestor-new")
            defer { Fixture.remove(folder) }
            _ = try await Joining(
                parent: tree.centre.ready.peer, code: code, folder: folder, proxy: nil, surroundings: Fixture.surroundings(seed: 9710)).join()
            try await Fixture.eventually { try Self.alarm(tree.school.folder)?.contains("新机器还没有说明地址") == true }
            // The new machine is elsewhere, and says so: the school goes there by itself.
            try await ServedNode.serve(folder, seed: 9711) { new in
                try await Fixture.eventually { try !Self.hasAlarm(tree.school.folder) }
                try await Fixture.eventually {
                    let link = try await tree.school.ask(.get, "/api/v1/status", token: tree.schoolToken).json["parent"]
                    return link?["state"]?.text == "connected"
                }
                #expect(try Fixture.read(tree.school.folder) { try $0.nodeText(Joining.parentAddress) } == new.ready.peer)
                #expect(try Fixture.read(folder) { $0.directory.unit(ServedTree.schoolUnit.code) } != nil)
            }
        }
    }
}
