import Features
import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

struct RefusalBoardTests {
    private struct Line: Hashable { let kind, who: String; let count: Int }

    /// What the ledger says after the board has written what it was told.
    private func lines(_ name: String, seed: UInt64, _ tell: (RefusalBoard) -> Void) async throws -> Set<Line> {
        let (folder, archive) = try Fixture.centre(name, seed: seed)
        defer { Fixture.remove(folder) }
        let end = Bell()
        let ending = Ending(bells: [end], processOf: nil)
        let board = RefusalBoard(archive: archive, workers: Workers(threads: 1), bell: end, ending: ending, log: Fixture.quiet())
        tell(board)
        let task = Task { try await board.run() }
        try await Fixture.eventually { try archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM refusal") ?? 0 } > 0 }
        task.cancel()
        let found = try archive.read { reading in
            try Row.fetchAll(reading.database, sql: "SELECT kind, who, count FROM refusal").map { Line(kind: $0["kind"], who: $0["who"], count: $0["count"]) }
        }
        let alarms = try archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM alarm WHERE code = 'peer.refused'") ?? 0 }
        #expect(alarms == found.count)
        try archive.close()
        return Set(found)
    }

    @Test func `kinds are counted for each sender; what honest nodes cause is not told`() async throws {
        let found = try await lines("board-kinds", seed: 1800) { board in
            for _ in 0..<3 { board.note(.badSignature, from: "440000") }
            board.note(.badSignature, from: "450000")
            board.note(PeerProblem(code: "certificate.untrusted", text: "不是本系统的", remedy: ""), from: "10.0.0.1")
            board.note(PeerProblem(code: "moved", text: "已划转", remedy: ""), from: "440000")
            board.note(.gap, from: "440000")
        }
        #expect(found == [
            Line(kind: "envelope.badSignature", who: "440000", count: 3), Line(kind: "envelope.badSignature", who: "450000", count: 1),
            Line(kind: "certificate.untrusted", who: "10.0.0.1", count: 1),
        ])
    }

    @Test func `what passes by itself is told when it comes again and again`() async throws {
        let found = try await lines("board-passing", seed: 1810) { board in
            for _ in 0..<RefusalBoard.often + 1 { board.note(.gap, from: "440000") }
        }
        #expect(found == [Line(kind: "envelope.gap", who: "440000", count: 2)])
    }

    @Test func `a crowd of senders counts under one name`() async throws {
        let found = try await lines("board-crowd", seed: 1820) { board in
            for number in 0..<1000 { board.note("tls.handshake", "握手没有完成", from: "10.1.\(number / 250).\(number % 250)") }
        }
        #expect(found.count <= 101)
        #expect(found.first { $0.who == "…" }?.count == 900)
    }
}
