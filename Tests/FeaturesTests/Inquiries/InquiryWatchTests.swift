@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

/// Inquiries that nobody has answered yet: who is away, and when waiting ends.
@Suite struct InquiryWatchTests {
    private typealias C = SmallCountry

    private func watch(isHere: Bool, at: Int64? = nil) -> InquiryWatch { InquiryWatch { _ in .init(isHere: isHere, at: at) } }

    /// An inquiry that the centre has passed on and that the province has not answered.
    private func passedOn(_ world: InquiryCountry) throws -> InquiryList.Item {
        let item = try world.ask(world.far.name, number: world.far.number, settling: false)
        let id = Data(try InquiryCountry.id(item).bytes)
        try world.node.archive.write { transaction in
            let payload = try #require(try Data.fetchOne(transaction.database, sql: "SELECT payload FROM inquiry WHERE id = ?", arguments: [id]))
            let forward = InquiryForward(inquiry: Array(payload), to: C.hunan.code, at: transaction.now)
            try transaction.append(.inquiryForward, Payload.encode(forward), as: .centre, to: .unit(C.hunan.code))
        }
        return item
    }

    @Test func `the asker is told once which province is away and since when, and gets the answer when it is back`() throws {
        let world = try InquiryCountry(seed: 51)
        let item = try passedOn(world)
        #expect(try !watch(isHere: true).look(world.node.archive))
        #expect(try world.show(item.inquiry, as: C.tianheFirst).waitingFor?.isAway == false)
        let since: Int64 = 1_789_000_000
        #expect(try watch(isHere: false, at: since).look(world.node.archive))
        #expect(try !watch(isHere: false, at: since).look(world.node.archive), "told already")
        let waiting = try #require(try world.show(item.inquiry, as: C.tianheFirst).waitingFor)
        #expect(waiting.unit == "430000" && waiting.unitName == "湖南省教育厅" && waiting.isAway && waiting.since == ChinaTime.text(since))
        try world.node.settle()
        let answered = try world.show(item.inquiry, as: C.tianheFirst)
        #expect(answered.state == "found" && answered.waitingFor == nil && answered.answer?.by == "430000")
        _ = try watch(isHere: false, at: since).look(world.node.archive)
        let open = try world.node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM errand WHERE office = 'inquiry.open'") }
        #expect(open == 0)
    }

    @Test func `what nobody could answer when it came is tried again until it is answered`() throws {
        let world = try InquiryCountry(seed: 55)
        let item = try world.ask(world.near.name, number: world.near.number, settling: false)
        // Looked at where the pupil's number had not come yet.
        try world.node.archive.write { try $0.database.execute(sql: "DELETE FROM errand WHERE office = 'inquiry'") }
        try world.node.settle()
        #expect(try world.show(item.inquiry, as: C.tianheFirst).state == "waiting")
        #expect(try InquiryWatch.tryAgain(world.node.archive) == 1)
        #expect(try InquiryWatch.tryAgain(world.node.archive) == 0, "it is with the office already")
        try world.node.settle()
        #expect(try world.show(item.inquiry, as: C.tianheFirst).state == "found")
        _ = try watch(isHere: true).look(world.node.archive)
        #expect(try InquiryWatch.tryAgain(world.node.archive) == 0, "what is answered is not")
    }

    @Test func `what goes on waiting keeps none behind it from being looked at`() throws {
        let world = try InquiryCountry(seed: 54)
        var items: [InquiryList.Item] = []
        for _ in 0..<3 {
            items.append(try passedOn(world))
            world.node.clock.advance(60)
        }
        #expect(Set(items.map(\.inquiry)).count == 3)
        let since: Int64 = 1_789_000_000
        let one = InquiryWatch(atOnce: 1) { _ in .init(isHere: false, at: since) }
        #expect(try one.look(world.node.archive))
        for item in items { #expect(try world.show(item.inquiry, as: C.tianheFirst).waitingFor?.isAway == true) }
        #expect(try !one.look(world.node.archive), "told already")
    }

    @Test func `after the last day an inquiry ends, saying whom it had waited for, and is not answered any more`() throws {
        let world = try InquiryCountry(seed: 52)
        let item = try passedOn(world)
        _ = try watch(isHere: false, at: 1_789_000_000).look(world.node.archive)
        world.node.clock.advance(14 * 86_400)
        #expect(try !watch(isHere: false, at: 1_789_000_000).look(world.node.archive), "the last day is in time")
        world.node.clock.advance(86_400)
        #expect(try watch(isHere: true).look(world.node.archive))
        let ended = try world.show(item.inquiry, as: C.tianheFirst)
        #expect(ended.state == "expired" && ended.waitingFor?.unit == "430000" && ended.waitingFor?.since == ChinaTime.text(1_789_000_000))
        try world.node.settle()
        #expect(try world.show(item.inquiry, as: C.tianheFirst).state == "expired")
        #expect(try world.show(item.inquiry, as: C.guangdong).state == "expired", "those above see it as well")
        let answers = try world.node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM inquiry_answer") }
        #expect(answers == 0)
    }

    @Test func `an answer that was given in time counts although it comes late`() throws {
        let world = try InquiryCountry(seed: 53)
        let item = try passedOn(world)
        let id = try InquiryCountry.id(item)
        let answer = InquiryAnswer(
            id: id, unit: C.tianheFirst.code, by: C.hunan.code, answeredBy: C.hunan.code, outcome: .notFound, pupil: nil, at: 1)
        world.node.clock.advance(20 * 86_400)
        _ = try watch(isHere: true).look(world.node.archive)
        #expect(try world.show(item.inquiry, as: C.tianheFirst).state == "expired")
        try world.node.archive.write { _ = try $0.append(.inquiryAnswer, Payload.encode(answer), as: C.hunan.code, to: .up) }
        try world.node.settle()
        let late = try world.show(item.inquiry, as: C.tianheFirst)
        #expect(late.state == "notFound" && late.answer?.by == "430000")
    }
}
