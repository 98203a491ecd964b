@testable import Node
import Synchronization
import Testing

struct BulkTurnTests {
    /// How many are at work, and whether there were ever two.
    private final class Room: Sendable {
        private let count = Mutex((inside: 0, most: 0))

        func enter() { count.withLock { $0 = (inside: $0.inside + 1, most: max($0.most, $0.inside + 1)) } }
        func leave() { count.withLock { $0.inside -= 1 } }
        var most: Int { count.withLock { $0.most } }
    }

    @Test func `never are two at work at once, and each gives what it made`() async throws {
        let (turn, workers, room) = (BulkTurn(), Workers(threads: 4), Room())
        let results = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<40 { group.addTask { try await Self.work(number, turn, workers, room) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.sorted() == Array(0..<40) && room.most == 1)
    }

    private static func work(_ number: Int, _ turn: BulkTurn, _ workers: Workers, _ room: Room) async throws -> Int {
        try await workers.run {
            try turn.take {
                room.enter()
                defer { room.leave() }
                return number
            }
        }
    }

    @Test func `who fails gives the turn back`() throws {
        struct Failure: Error {}
        let turn = BulkTurn()
        #expect(throws: Failure.self) { try turn.take { () throws -> Int in throw Failure() } }
        #expect(try turn.take { 7 } == 7)
    }
}
