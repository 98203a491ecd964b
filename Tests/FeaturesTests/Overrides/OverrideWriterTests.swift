@testable import Features
import Protocol
import Rules
import Store
import Testing

/// Q76: who may ask for an override and when, who decides, and what everyone sees.
@Suite struct OverrideWriterTests {
    private typealias C = SmallCountry
    private static let centre = Unit(code: .centre, name: "教育部", tier: .centre, competent: nil)

    private func refused(_ world: OverrideCountry, _ id: String, as unit: Unit, reason: String = "久拖未办") throws -> SmallCountry.Refused {
        try world.country.refusal("overrides.request", as: unit, ["dossier": id], body: "{\"reason\":\"\(reason)\"}")
    }

    private func undecided(
        _ world: OverrideCountry, _ id: String, as unit: Unit, _ decision: String = "approve", reason: String = "材料齐全", confirmed: Bool = true
    ) throws -> SmallCountry.Refused {
        try world.country.refusal(
            "overrides.decide", as: unit, ["dossier": id], body: OverrideCountry.decision(decision, reason: reason, confirmed: confirmed))
    }

    @Test func `the school asks when the limit is over and not before, and no other unit does`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        world.pass(days: 14)
        let early = try refused(world, id, as: C.tianheFirst)
        #expect(early.code == "override.inTime" && early.question == "Q76" && early.message.contains("2026-09-24") && early.message.contains("天河区教育局"))
        world.pass(days: 1)
        for unit in [C.tianhe, C.guangdong, Self.centre] { #expect(try refused(world, id, as: unit).code == "override.initiator") }
        #expect(try refused(world, id, as: C.haizhuFirst).code == "dossier.unknown")
        #expect(try refused(world, id, as: C.tianheFirst, reason: " ").code == "reason")
        try world.request(id)
        let request = try #require(try world.world.dossier(id).overrideRequest)
        #expect(request.by == C.tianheFirst.code && request.reason == "已两次电话联系未办")
        let before = try world.country.fingerprint()
        try world.request(id, reason: "再次提请")
        #expect(try world.country.fingerprint() == before, "asking again changes nothing")
    }

    @Test func `the province above the holder decides after the request, confirmed and with a reason`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        world.pass(days: 15)
        #expect(try undecided(world, id, as: C.guangdong).code == "override.notRequested")
        try world.request(id)
        #expect(try undecided(world, id, as: C.guangzhou).code == "override.authority")
        #expect(try undecided(world, id, as: Self.centre).message.contains("广东省教育厅"))
        #expect(try undecided(world, id, as: C.tianhe).code == "override.holder")
        #expect(try undecided(world, id, as: C.hunan).code == "dossier.unknown")
        #expect(try undecided(world, id, as: C.guangdong, confirmed: false).code == "override.unconfirmed")
        #expect(try undecided(world, id, as: C.guangdong, reason: "").code == "reason")
        #expect(try undecided(world, id, as: C.guangdong, "forward").code == "decision")
        #expect(try world.country.stepRefusal("approve", id, as: C.guangdong).code == "holder", "without an override nothing is another's to take")
        try world.decide(id, "approve")
        let dossier = try world.world.dossier(id)
        #expect(dossier.state == .enrolled && dossier.holder == C.tianheFirst.code && dossier.overrideRequest == nil)
        #expect(dossier.provisionalNumber?.hasPrefix("L44010620160305") == true && dossier.formalNumber != nil)
        let last = try #require(dossier.chain.last)
        #expect(last.by == C.guangdong.code && last.reason == "材料齐全" && last.workflow == 5 && dossier.overrides == [last.hash])
        let shown = try #require(try world.path(id, as: C.tianhe).last)
        #expect(shown.inStead && shown.reason == "材料齐全" && !shown.void)
        #expect(try undecided(world, id, as: C.guangdong).code == "override.nothing")
        #expect(try refused(world, id, as: C.tianheFirst).code == "override.nothing", "finished")
    }

    @Test func `a problem stops an override as it stops the holder, and the return gives the pen back to the school`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted(20)
        _ = try world.world.enter(20, at: C.yueluFirst)
        world.pass(days: 15)
        try world.request(id)
        #expect(try undecided(world, id, as: C.guangdong).code == "problem")
        try world.decide(id, "return")
        let dossier = try world.world.dossier(id)
        #expect(dossier.state == .returned && dossier.holder == C.tianheFirst.code)
        #expect(try refused(world, id, as: C.tianheFirst).code == "override.nothing", "the school itself has it")
    }

    @Test func `a key-data change is approved in the county's stead, or comes back to be mended`() throws {
        for decision in ["approve", "return"] {
            let world = try OverrideCountry()
            let id = try world.changing()
            world.pass(days: 15)
            #expect(try world.list("overdue", as: C.tianheFirst).map(\.business) == ["keyDataChange"])
            try world.request(id)
            try world.decide(id, decision)
            let dossier = try world.world.dossier(id)
            #expect(dossier.record.name == (decision == "approve" ? "张玮" : "张丁"), "\(decision)")
            #expect(dossier.stand == (decision == "approve" ? .enrolled : .keyChangePrepared) && dossier.holder == C.tianheFirst.code)
            #expect(dossier.chain.last?.by == C.guangdong.code)
        }
    }

    @Test func `what the province holds too long is the centre's to decide`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        for unit in [C.tianhe, C.guangzhou] { #expect(try world.country.step("forward", [id], as: unit).done == [id]) }
        world.pass(days: 15)
        try world.request(id)
        #expect(try undecided(world, id, as: C.guangdong).code == "override.holder")
        #expect(try world.list("ours", as: C.guangdong).isEmpty && world.list("ours", as: Self.centre).map(\.dossier) == [id])
        try world.decide(id, "approve", as: Self.centre)
        #expect(try world.world.dossier(id).state == .enrolled)
    }

    @Test func `the holder that acts after the request ends it, and a new holder has its own time`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        world.pass(days: 15)
        try world.request(id)
        #expect(try world.country.step("forward", [id], as: C.tianhe).done == [id])
        #expect(try undecided(world, id, as: C.guangdong).code == "override.notRequested")
        #expect(try refused(world, id, as: C.tianheFirst).code == "override.inTime")
    }

    @Test func `a registrar alone cannot decide where roles are separated`() throws {
        let world = try OverrideCountry()
        let id = try world.submitted()
        world.pass(days: 15)
        try world.request(id)
        let registrar = Actor(unit: C.guangdong.code, account: "li", roles: [.registrar])
        let refused = try world.country.refusal(
            "overrides.decide", as: C.guangdong, ["dossier": id], body: OverrideCountry.decision("approve"), actor: registrar)
        #expect(refused.code == "role")
    }
}
