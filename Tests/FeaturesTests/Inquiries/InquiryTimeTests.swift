@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Askers whose clock is years off, and such as date their questions at will. Thursday, 10 September 2026.
@Suite struct InquiryTimeTests {
    private typealias C = SmallCountry
    private static let centre = Unit(code: .centre, name: "", tier: .centre, competent: nil)

    private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text: text)) }

    /// What a node with another clock than the answering one sends up: asked on a day, to be waited for so many days.
    private func arrive(_ asked: String, days: Int = 14, salt: UInt8, number: String, _ world: InquiryCountry) throws -> String {
        let asked = try day(asked)
        let inquiry = Inquiry(
            unit: C.tianheFirst.code, name: world.far.name, number: number, key: .studentNumber, province: nil, at: asked.firstSecond + 36_000 + Int64(salt),
            lastDay: CalendarDate(daysSince1970: asked.daysSince1970 + days), salt: [UInt8](repeating: salt, count: 16))
        let payload = Payload.encode(inquiry)
        try world.node.archive.write { _ = try $0.append(.inquiry, payload, as: C.tianheFirst.code, to: .up) }
        try world.node.settle()
        return Hashing.sha256(payload).description
    }

    private func state(_ id: String, _ world: InquiryCountry) throws -> String { try world.show(id, as: C.tianheFirst).state }

    private func time(_ asked: String, days: Int, heard: String, _ world: InquiryCountry) throws -> InquiryTime {
        let asked = try day(asked)
        let inquiry = Inquiry(
            unit: C.tianheFirst.code, name: "王五", number: "G1", key: .studentNumber, province: nil, at: asked.firstSecond,
            lastDay: CalendarDate(daysSince1970: asked.daysSince1970 + days), salt: [UInt8](repeating: 1, count: 16))
        let heard = try day(heard)
        return try world.node.archive.read { try InquiryTime(inquiry, heard: heard, $0) }
    }

    @Test func `waiting begins when it was asked where that can be true, else when it came, and is never longer than policy lets it`() throws {
        let world = try InquiryCountry(seed: 61)
        for (asked, days, heard, last, isEarlier) in [
            ("2026-09-10", 14, "2026-09-10", "2026-09-24", false), ("2026-09-08", 14, "2026-09-10", "2026-09-22", true),
            ("2026-09-11", 14, "2026-09-10", "2026-09-25", false), ("2026-09-10", 3, "2026-09-10", "2026-09-13", false),
            // Ten working days at most.
            ("2026-09-10", 400, "2026-09-10", "2026-09-24", false), ("2026-08-27", 400, "2026-09-10", "2026-09-10", true),
            // Would have been over, or lies ahead: the clock was wrong.
            ("2026-08-26", 400, "2026-09-10", "2026-09-24", false), ("1970-01-02", 14, "2026-09-10", "2026-09-24", false),
            ("2026-09-12", 14, "2026-09-10", "2026-09-24", false), ("2090-01-02", 5, "2026-09-10", "2026-09-15", false),
        ] {
            let time = try time(asked, days: days, heard: heard, world)
            let text = time.lastDay.description
            #expect(text == last && time.isOfEarlierDay == isEarlier, "\(asked) \(days) \(heard): \(text)")
        }
    }

    @Test(arguments: ["1970-01-02", "2016-09-10", "2026-06-01", "2036-09-10", "2090-01-02"])
    func `an asker whose clock is off is answered all the same`(asked: String) throws {
        let world = try InquiryCountry(seed: 62)
        #expect(try state(arrive(asked, salt: 1, number: world.far.number, world), world) == "found")
        #expect(try state(arrive(asked, salt: 2, number: "G1", world), world) == "notFound")
    }

    @Test func `questions dated at will are answered no oftener than a day allows`() throws {
        let world = try InquiryCountry(seed: 63)
        try world.country.set("inquiry.daily", "2", as: Self.centre)
        let days = ["1970-01-02", "1980-01-02", "2025-09-10", "2026-06-01", "2026-09-10", "2026-09-11", "2026-09-12", "2036-01-02", "2090-01-02"]
        let states = try days.enumerated().map { try state(arrive($1, days: 400, salt: UInt8($0 + 1), number: world.far.number, world), world) }
        #expect(states == ["found", "found"] + Array(repeating: "limited", count: 7))
        // From a day that is not over yet: as often as that day allows, and it does not count today.
        let late = try (20..<23).map { try state(arrive("2026-09-08", salt: $0, number: world.far.number, world), world) }
        #expect(late == ["found", "found", "limited"])
        world.node.clock.advance(86_400)
        #expect(try state(arrive("1970-01-02", salt: 30, number: world.far.number, world), world) == "found")
    }

    @Test func `who was away for days gets the answers of each of them`() throws {
        let world = try InquiryCountry(seed: 64)
        try world.country.set("inquiry.daily", "1", as: Self.centre)
        let days = ["2026-09-07", "2026-09-08", "2026-09-09", "2026-09-10"]
        for (salt, asked) in days.enumerated() {
            #expect(try state(arrive(asked, salt: UInt8(salt + 1), number: world.far.number, world), world) == "found", "\(asked)")
        }
        #expect(try state(arrive("2026-09-10", salt: 9, number: world.far.number, world), world) == "limited")
    }

    @Test func `what came in time and is over is not answered, even after years`() throws {
        let world = try InquiryCountry(seed: 65)
        let item = try world.ask(world.far.name, number: world.far.number, settling: false)
        world.node.clock.advance(800 * 86_400)
        try world.node.settle()
        #expect(try state(item.inquiry, world) == "waiting")
        _ = try InquiryWatch { _ in .init(isHere: true, at: nil) }.look(world.node.archive)
        #expect(try state(item.inquiry, world) == "expired")
    }

    @Test func `what was asked by a clock that was ahead ends when the clock is right again`() throws {
        let world = try InquiryCountry(seed: 66)
        let years: Int64 = 23_000 * 86_400
        world.node.clock.advance(years)
        let item = try world.ask(world.far.name, number: world.far.number, settling: false)
        #expect(try !InquiryWatch { _ in .init(isHere: true, at: nil) }.look(world.node.archive))
        world.node.clock.advance(-years)
        #expect(try InquiryWatch { _ in .init(isHere: true, at: nil) }.look(world.node.archive))
        #expect(try state(item.inquiry, world) == "expired")
        let open = try world.node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM errand WHERE office = 'inquiry.open'") }
        #expect(open == 0)
    }
}
