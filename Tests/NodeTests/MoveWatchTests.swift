import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

@Suite struct MoveWatchTests {
    private func move(_ version: Int, from: UnitCode, to: UnitCode) -> UnitMove {
        UnitMove(unit: "2144000001", from: from, to: to, version: version, address: "http://127.0.0.1:9", at: 0)
    }

    @Test func `a record of a move is followed once, so that the word of a parent who has sent the node on stands until a newer record comes`() throws {
        let (folder, archive) = try Fixture.centre("movewatch", seed: 73)
        defer { Fixture.remove(folder) }
        let (away, back) = (move(2, from: "440106", to: "440105"), move(3, from: "440105", to: "440106"))
        #expect(try MoveWatch.isPending(away, archive))
        try archive.write { try $0.setNodeText(MoveWatch.followedMove, "2") }
        #expect(try !MoveWatch.isPending(away, archive))
        #expect(try MoveWatch.isPending(back, archive))
    }

    @Test func `a node that its new parent does not know goes back to the one of before, and to and fro as each of them refuses`() throws {
        let (folder, archive) = try Fixture.centre("movewatch-back", seed: 74)
        defer { Fixture.remove(folder) }
        func parent() throws -> String? { try archive.read { try $0.nodeText("parentUnit") } }
        #expect(try archive.write { try MoveWatch.returnToFormer($0) } == nil, "there was none")
        let (first, second) = (try PeerAddress("https://127.0.0.1:9001"), try PeerAddress("https://127.0.0.1:9002"))
        try archive.write { try MoveWatch.take("440106", at: first, $0) }
        #expect(try archive.write { try MoveWatch.returnToFormer($0) } == nil, "the first one was joined")
        try archive.write { try MoveWatch.take("440105", at: second, $0) }
        #expect(try archive.write { try MoveWatch.returnToFormer($0) } == first)
        #expect(try parent() == "440106")
        #expect(try archive.write { try MoveWatch.returnToFormer($0) } == second)
        #expect(try parent() == "440105")
        let alarms = try archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM alarm WHERE code = 'parent.refuses'") }
        #expect(alarms == 2)
    }
}
