@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

struct FigureShelfTests {
    private func node(seed: UInt64) throws -> AccountTestNode { try AccountTestNode(seed: seed) }

    private func take(_ node: AccountTestNode) throws { try node.archive.write { try FigureShelf.take(in: $0) } }

    @Test func `the last note of an hour stays, with the longest queue that was seen`() throws {
        let node = try node(seed: 901)
        try node.archive.write { try $0.errand("duplicates", [1]) }
        try node.archive.write { try $0.errand("duplicates", [2]) }
        try take(node)
        try node.archive.write { try $0.database.execute(sql: "DELETE FROM errand") }
        node.clock.advance(60)
        try take(node)
        let hours = try node.archive.read { try FigureShelf.samples(.hour, $0) }
        #expect(hours.count == 1 && hours.first?.queue == 2 && hours.first?.start == 1_789_005_600)
        let days = try node.archive.read { try FigureShelf.samples(.day, $0) }
        // Midnight in China.
        #expect(days.map(\.start) == [1_789_005_600 - 10 * 3600])
        #expect(hours.first?.envelopes == Int(try node.archive.read { try Journal.position(in: $0.database) }))
    }

    @Test func `however long a node runs, a week of hours and a year of days are kept`() throws {
        let node = try node(seed: 902)
        for _ in 0..<400 {
            try take(node)
            node.clock.advance(86_400)
        }
        let (hours, days) = try node.archive.read { (try FigureShelf.samples(.hour, $0), try FigureShelf.samples(.day, $0)) }
        #expect(hours.count == 7 && days.count == 366)
        #expect(days.map(\.start) == days.map(\.start).sorted())
    }

    @Test func `figures of a clock that was ahead are dropped`() throws {
        let node = try node(seed: 903)
        node.clock.advance(10 * 86_400)
        try take(node)
        node.clock.advance(-10 * 86_400)
        try take(node)
        #expect(try node.archive.read { try FigureShelf.samples(.day, $0) }.count == 1)
    }

    @Test func `only the node's own unit is told`() throws {
        let node = try node(seed: 904)
        try take(node)
        let call = Call(archive: node.archive, actor: .localOperator(of: AccountTestNode.hosted))
        let operation = try #require(FigureOperations.all.first)
        #expect(throws: Refusal.self) { try operation.handle(call) }
        guard case .json(let value) = try operation.handle(Call(archive: node.archive, actor: .localOperator(of: .centre))) else {
            Issue.record("no answer")
            return
        }
        #expect((value as? FigureOperations.Report)?.hours.count == 1)
    }
}
