@testable import Features
import Rules
import Store
import Testing

/// 强制干预 of transfers (Q76): from Thursday, 10 September 2026, ten working days end with the 24th.
@Suite struct TransferOverridesTests {
    private typealias C = SmallCountry
    private typealias T = TransferCountry

    private func request(_ world: TransferCountry, _ transfer: String, as unit: Unit = C.tianheFirst) throws {
        try world.act("request", transfer, as: unit, body: #"{"reason":"已两次电话联系未办"}"#)
    }

    private func decide(_ world: TransferCountry, _ transfer: String, _ decision: String, as unit: Unit, confirmed: Bool = true) throws {
        try world.act("decide", transfer, as: unit, body: "{\"decision\":\"\(decision)\",\"reason\":\"材料齐全\",\"confirmed\":\(confirmed)}")
    }

    @Test func `in time, without the school's request, or unconfirmed, nobody is overridden, and only by whom it is to decide`() throws {
        let world = try TransferCountry(seed: 581)
        let transfer = try world.apply(try world.enrolled())
        try world.advance(transfer, through: [C.tianheFirst])
        #expect(world.refusal { try request(world, transfer) }?.code == "override.inTime")
        world.node.clock.advance(15 * 86_400)
        #expect(world.refusal { try decide(world, transfer, "approve", as: C.guangdong) }?.code == "override.notRequested")
        #expect(world.refusal { try request(world, transfer, as: C.yueluFirst) }?.code == "transfer.initiator")
        #expect(try world.page(transfer, as: C.tianheFirst).acts.contains("request"))
        try request(world, transfer)
        #expect(world.refusal { try decide(world, transfer, "approve", as: C.guangdong, confirmed: false) }?.code == "override.unconfirmed")
        #expect(world.refusal { try decide(world, transfer, "approve", as: C.hunan) }?.code == "override.authority")
        #expect(try world.page(transfer, as: C.guangdong).acts == ["override"] && world.page(transfer, as: C.hunan).acts.isEmpty)
        try decide(world, transfer, "approve", as: C.guangdong)
        let page = try world.page(transfer, as: C.yueluFirst)
        #expect(page.transfer.holder == C.yueluFirst.code.text && page.events.contains { $0.inStead && $0.by == C.guangdong.code.text })
    }

    @Test func `the releasing county's part is decided by its own province, at the asking school's request`() throws {
        for (decision, seed) in [("approve", 582), ("return", 583)] as [(String, UInt64)] {
            let world = try TransferCountry(seed: seed)
            let id = try world.enrolled()
            let transfer = try world.apply(id)
            try world.advance(transfer, through: T.receivingSide + [C.yueluFirst])
            world.node.clock.advance(20 * 86_400)
            try request(world, transfer)
            #expect(try world.page(transfer, as: C.tianheFirst).authority == C.hunan.code.text)
            try decide(world, transfer, decision, as: C.hunan)
            let item = try world.page(transfer, as: C.tianheFirst).transfer
            #expect(item.state == (decision == "approve" ? "completed" : "returned"))
            #expect(try world.dossier(id).home == (decision == "approve" ? C.tianheFirst.code : C.yueluFirst.code))
            #expect(try world.page(transfer, as: C.tianheFirst).events.contains { $0.inStead && $0.by == C.hunan.code.text })
        }
    }

    @Test func `for a releasing school that lets its time pass its province gives the pupil, or returns`() throws {
        for (decision, seed) in [("approve", 584), ("return", 586)] as [(String, UInt64)] {
            let world = try TransferCountry(seed: seed)
            let id = try world.enrolled()
            let transfer = try world.apply(id)
            try world.advance(transfer, through: T.receivingSide)
            #expect(world.refusal { try decide(world, transfer, "approve", as: C.hunan) }?.code == "override.notRequested")
            world.node.clock.advance(20 * 86_400)
            try request(world, transfer)
            #expect(world.refusal { try decide(world, transfer, decision, as: C.guangdong) }?.code == "override.authority")
            try decide(world, transfer, decision, as: C.hunan)
            let page = try world.page(transfer, as: C.tianheFirst)
            #expect(page.events.contains { $0.inStead && $0.by == C.hunan.code.text })
            guard decision == "approve" else {
                #expect(page.transfer.state == "returned" && page.acts.contains("submit"))
                continue
            }
            let dossier = try world.dossier(id)
            #expect(page.transfer.holder == C.yuelu.code.text && dossier.stand == .transferAccepted && dossier.overrides.count == 1)
            try world.advance(transfer, through: [C.yuelu, C.hunan])
            #expect(try world.dossier(id).home == C.tianheFirst.code && world.page(transfer, as: C.yueluFirst).transfer.state == "completed")
        }
    }

    @Test func `what is finished or withdrawn cannot be overridden`() throws {
        let world = try TransferCountry(seed: 585)
        let transfer = try world.apply(try world.enrolled())
        #expect(world.refusal { try request(world, transfer) } != nil)
        try world.advance(transfer, through: T.receivingSide + T.releasingSide)
        #expect(world.refusal { try request(world, transfer) }?.code == "transfer.over")
    }
}
