@testable import Features
import Protocol
import Rules
import Store
import Testing

@Suite struct TransferNewsListTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    @Test func `each party sees what has become of its transfer, for a week, and others see nothing`() throws {
        let world = try TransferCountry(seed: 631)
        let transfer = try world.apply(try world.enrolled())
        func news(_ unit: Unit) throws -> [String] {
            let now = world.node.clock.surroundings.now()
            return try world.node.archive.read { try TransferNewsList.items(of: unit.code, now: now, $0).map(\.label) }
        }
        #expect(try news(C.tianheFirst).isEmpty && news(C.yueluFirst).isEmpty)
        try world.advance(transfer, through: T.receivingSide)
        #expect(try news(C.tianheFirst) == ["转入方已同意，待转出学校"] && news(C.yueluFirst).isEmpty)
        try world.advance(transfer, through: [C.yueluFirst])
        #expect(try news(C.tianheFirst) == ["转出学校已同意"] && news(C.yuelu).isEmpty)
        try world.advance(transfer, through: [C.yuelu, C.hunan])
        for unit in [C.yueluFirst, C.yuelu, C.tianhe] { #expect(try news(unit) == ["已调档办结"], "\(unit.code)") }
        #expect(try news(C.haizhuFirst).isEmpty)
        world.node.clock.advance(8 * 86_400)
        #expect(try news(C.yueluFirst).isEmpty)
    }

    @Test func `what is overdue stands among the tasks of the holder and of the school that asks`() throws {
        let world = try TransferCountry(seed: 632)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        func tasks(_ unit: Unit) throws -> [String] {
            let today = world.node.clock.surroundings.today
            return try world.node.archive.read { try TransferList.waiting(of: unit.code, today: today, $0).map(\.label) }
        }
        #expect(try tasks(C.tianhe) == ["转学，待核办"] && tasks(C.tianheFirst).isEmpty)
        world.node.clock.advance(20 * 86_400)
        #expect(try tasks(C.tianhe) == ["转学已超期，请尽快办理", "转学，待核办"])
        #expect(try tasks(C.tianheFirst) == ["转学超期未办，可与当前处理单位联系或提请强制干预"])
    }
}
