import Protocol
@testable import Replication
import Rules
import Testing

struct TrailDeskTests {
    private static let (school, county): (UnitCode, UnitCode) = ("2144000001", "440106")

    private func question(_ id: UInt8, of unit: UnitCode = school) -> TrailQuestion {
        TrailQuestion(id: [UInt8](repeating: id, count: 8), unit: unit, by: Self.county, limit: 10)
    }

    private func answer(_ id: UInt8, _ told: TrailTold) throws -> TrailAnswer {
        TrailAnswer(session: try #require(SessionToken([UInt8](repeating: 1, count: 16))), id: [UInt8](repeating: id, count: 8), told: told)
    }

    private static let lines = TrailTold.lines([TrailLine(at: 1, account: "admin", operation: "students.show", subject: "0f", outcome: "done")])

    @Test func `a question goes to the child that was asked until it has answered, and is not put twice`() throws {
        let desk = TrailDesk()
        #expect(desk.ask(question(1), at: Self.school, now: 100).isNew)
        #expect(!desk.ask(question(2), at: Self.school, now: 101).isNew)
        #expect(desk.questions(for: Self.school) == [question(1)] && desk.questions(for: "2144000002").isEmpty)
        desk.take(try answer(1, Self.lines), from: Self.school, now: 105)
        #expect(desk.questions(for: Self.school).isEmpty)
        let fresh = desk.ask(question(3), at: Self.school, now: 110)
        #expect(!fresh.isNew && fresh.standing.told == Self.lines && fresh.standing.answeredAt == 105)
        // An old answer is shown while it is asked for anew.
        let again = desk.ask(question(4), at: Self.school, now: 105 + TrailDesk.freshness)
        #expect(again.isNew && again.standing.told == Self.lines)
    }

    @Test func `an answer from another child, or to no question, is dropped`() throws {
        let desk = TrailDesk()
        _ = desk.ask(question(1), at: Self.school, now: 100)
        desk.take(try answer(1, Self.lines), from: "2144000002", now: 101)
        desk.take(try answer(9, Self.lines), from: Self.school, now: 101)
        #expect(desk.ask(question(2), at: Self.school, now: 102).standing.told == nil)
    }

    @Test func `what is old is forgotten, and there is an end to what is kept`() throws {
        let desk = TrailDesk()
        _ = desk.ask(question(1), at: Self.school, now: 100)
        desk.take(try answer(1, Self.lines), from: Self.school, now: 101)
        #expect(desk.ask(question(2), at: Self.school, now: 101 + TrailDesk.memory).standing.told == nil)
        for number in 0...TrailDesk.most {
            _ = desk.ask(question(UInt8(number), of: UnitCode("21440001\(number)")), at: "440107", now: 1000 + Int64(number))
        }
        #expect(desk.questions(for: "440107").count == TrailDesk.most)
    }
}
