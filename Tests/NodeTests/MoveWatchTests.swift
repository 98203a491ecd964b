@testable import Node
import Protocol
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
}
