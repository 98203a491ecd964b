@testable import Features
import Protocol
import Rules
import Store
import Testing

/// From the application to the decision: order, certificates, conditions, who may what.
@Suite struct RollChangeWriterTests {
    private typealias C = SmallCountry

    @Test func `a suspension goes from registrar to head to the county, and the return back, with a certificate each`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        #expect(try world.refused(id, .suspend, RollCountry.suspension).code == "roll.certificate")
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        #expect(try world.dossier(id).openCase?.stand == .rollChangePrepared && world.dossier(id).isPresent)
        #expect(try world.refusedStep("approve", id, as: C.tianhe).code == "holder")
        try world.step("submit", id, as: C.tianheFirst)
        #expect(try world.dossier(id).holder == C.tianhe.code && world.dossier(id).isPresent, "nothing is in force before the decision")
        #expect(try world.refusedStep("submit", id, as: C.tianheFirst).code == "holder")
        #expect(try world.refusedStep("return", id, as: C.tianhe).code == "reason")
        try world.step("return", id, as: C.tianhe, reason: "病历不清")
        try world.step("submit", id, as: C.tianheFirst)
        try world.step("approve", id, as: C.tianhe)
        let suspended = try world.dossier(id)
        #expect(suspended.roll.status == .suspended && suspended.roll.until?.description == "2027-08-31" && suspended.openCase == nil)
        #expect(suspended.state == .enrolled && suspended.number != nil && !suspended.isPresent && suspended.chain.last?.workflow == 7)
        #expect(try world.refused(id, .resume).code == "roll.certificate", "the certificate of the suspension proves no recovery")
        try world.attach(id, "痊愈证明")
        try world.apply(id, .resume)
        try world.step("submit", id, as: C.tianheFirst)
        try world.step("approve", id, as: C.tianhe)
        #expect(try world.dossier(id).isPresent && world.page(id).changes.map(\.kind) == ["suspend", "resume"])
        #expect(try world.page(id).changes.allSatisfy { $0.decidedBy == "天河区教育局" })
    }

    @Test func `what is prepared may be mended and withdrawn, what is submitted recalled until it is decided`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        try world.apply(id, .suspend, ["cause": "传染疾病", "until": "2027-02-28"])
        #expect(try world.dossier(id).openCase?.opening.change?.cause == "12" && world.dossier(id).openCase?.opening.evidence.count == 1)
        try world.step("submit", id, as: C.tianheFirst)
        #expect(try world.refusedStep("recall", id, as: C.haizhuFirst).code == "dossier.unknown")
        #expect(try world.refusedStep("recall", id, as: C.guangdong).code == "holder")
        try world.step("recall", id, as: C.tianheFirst)
        #expect(try world.dossier(id).openCase?.stand == .rollChangePrepared && world.dossier(id).holder == C.tianheFirst.code)
        try world.step("withdraw", id, as: C.tianheFirst)
        #expect(try world.dossier(id).openCase == nil && world.dossier(id).isPresent && world.list().isEmpty)
        #expect(try world.refusedStep("submit", id, as: C.tianheFirst).code == "roll.none")
        #expect(try world.refusedStep("recall", id, as: C.tianheFirst).code == "roll.none")
    }

    @Test func `a second case, a problem record and a registration under way stop an application with the exact reason`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        try world.step("submit", id, as: C.tianheFirst)
        let second = try world.refused(id, .leave, ["cause": "99"])
        #expect(second.code == "holder" && second.message.contains("天河区教育局"))
        #expect(try world.page(id).choices.allSatisfy { !$0.isAllowed && $0.why?.contains("休学，学籍异动待核办") == true })
        #expect(try world.country.refusal(
            "problems.evidence", as: C.tianheFirst, ["dossier": id], body: #"{"reason":"佐证"}"#).code == "holder")
        let entered = try world.world.enter(2, at: C.tianheFirst)
        #expect(try world.refused(entered, .suspend, RollCountry.suspension).code == "state")
        let doubled = try world.enrolled(3)
        _ = try world.world.enter(3, at: C.yueluFirst)
        #expect(try world.refused(doubled, .suspend, RollCountry.suspension).code == "problem")
    }

    @Test func `a problem that turns up meanwhile stops the decision`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        try world.attach(id, "病历")
        try world.apply(id, .suspend, RollCountry.suspension)
        try world.step("submit", id, as: C.tianheFirst)
        _ = try world.world.enter(1, at: C.yueluFirst)
        #expect(try world.refusedStep("approve", id, as: C.tianhe).code == "problem")
        try world.step("return", id, as: C.tianhe, reason: "先处理问题学籍")
        #expect(try world.dossier(id).openCase?.stand == .rollChangePrepared)
    }

    @Test func `in compulsory education a child drops out and keeps its registration, and comes back without papers`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        #expect(try world.refused(id, .quit, ["cause": "21"]).message.contains("义务教育"))
        try world.change(id, .dropOut, ["cause": "贫困"])
        let gone = try world.dossier(id)
        #expect(gone.roll.status == .droppedOut && gone.home == C.tianheFirst.code && gone.holder == C.tianheFirst.code && gone.state == .enrolled)
        try world.change(id, .returnToSchool)
        #expect(try world.dossier(id).isPresent)
    }

    @Test func `who went abroad comes back into any grade with number and identity as they were`() throws {
        let world = try RollCountry()
        let later = try world.country.newClass(2024)
        let id = try world.enrolled()
        let before = try world.dossier(id)
        try world.change(id, .goAbroad, ["cause": "28", "country": "加拿大"])
        #expect(try world.dossier(id).roll.status == .abroad && world.list()[0].country == "加拿大")
        #expect(try world.refused(id, .returnFromAbroad).code == "roll.class")
        try world.change(id, .returnFromAbroad, ["class": later])
        let after = try world.dossier(id)
        #expect(after.isPresent && after.record.classCode == later && after.number == before.number && after.keyDigest == before.keyDigest)
        #expect(after.roll.gradeOffset == -2)
    }

    @Test func `a grade is skipped only where the province opens it, and the class comes with it`() throws {
        let world = try RollCountry()
        let above = try world.country.newClass(2021)
        let id = try world.enrolled()
        let refused = try world.refused(id, .skipGrade, ["cause": "01", "class": above])
        #expect(refused.code == "roll.policy" && refused.message == "本省没有开放跳级。")
        try world.country.set("rollChange.permitted", "skipGrade", as: C.guangdong)
        #expect(try world.refused(id, .skipGrade, ["cause": "01", "class": "2022101"]).code == "roll.class")
        try world.change(id, .skipGrade, ["cause": "01", "class": above])
        #expect(try world.dossier(id).record.classCode == above && world.dossier(id).roll.gradeOffset == 1 && world.dossier(id).isPresent)
        #expect(try world.refused(id, .repeatGrade, ["cause": "10", "class": "2022101"]).code == "roll.policy")
    }

    @Test func `a death that is reported late says so, and ends the dossier`() throws {
        let world = try RollCountry()
        let (id, other) = (try world.enrolled(), try world.enrolled(2))
        try world.attach(id, "死亡证明")
        let late = try world.apply(id, .death, ["cause": "溺水死亡", "date": "2026-08-26"])
        #expect(late.notices.count == 1 && late.notices[0].contains("2026-09-09"))
        try world.attach(other, "死亡证明")
        #expect(try world.apply(other, .death, ["cause": "41", "date": "2026-08-27"]).notices.isEmpty)
        try world.step("submit", id, as: C.tianheFirst)
        try world.step("approve", id, as: C.tianhe)
        #expect(try world.list(["kind": "death"]).filter(\.isLate).map(\.dossier) == [id])
        #expect(try world.refused(id, .resume).code == "roll.ended")
        #expect(try world.country.refusal(
            "students.amend", as: C.tianheFirst, ["dossier": id], body: #"{"changes":{"联系电话":"13900000001"}}"#).code == "roll.ended")
        #expect(try world.country.refusal("students.applyForDeletion", as: C.tianheFirst, ["dossier": id], body: #"{"reason":"误录"}"#).code == "roll.ended")
        #expect(try world.dossier(id).number != nil)
    }

    @Test func `the province may do without a certificate, and sets how long a suspension may last`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        #expect(try world.refused(id, .suspend, ["cause": "10", "until": "2027-09-02"]).message.contains("12 个月"))
        try world.country.set("rollChange.suspension.months", "24", as: C.guangdong)
        try world.country.set("rollChange.withoutCertificate", "suspend,leave", as: C.guangdong)
        try world.apply(id, .suspend, ["cause": "10", "until": "2028-08-31"])
        try world.step("submit", id, as: C.tianheFirst)
        #expect(try world.dossier(id).holder == C.tianhe.code)
    }

    @Test func `registrars apply, heads review and decide, where the province keeps them apart`() throws {
        let world = try RollCountry()
        let id = try world.enrolled()
        try world.attach(id, "病历")
        func actor(_ unit: Unit, _ role: Features.Role) -> Actor { Actor(unit: unit.code, account: "a", roles: [role]) }
        let body = RollCountry.body(.suspend, RollCountry.suspension)
        #expect(try world.country.refusal("rollChanges.apply", as: C.tianheFirst, ["dossier": id], body: body, actor: actor(C.tianheFirst, .head)).code == "role")
        try world.apply(id, .suspend, RollCountry.suspension)
        #expect(try world.country.refusal("rollChanges.submit", as: C.tianheFirst, ["dossier": id], actor: actor(C.tianheFirst, .registrar)).code == "role")
        try world.step("submit", id, as: C.tianheFirst)
        #expect(try world.country.refusal("rollChanges.approve", as: C.tianhe, ["dossier": id], actor: actor(C.tianhe, .registrar)).code == "role")
    }

    @Test func `a death entered by error is taken back by the authority, with a reason, and the pupil is at school again`() throws {
        let world = try RollCountry(seed: 455)
        let id = try world.enrolled()
        func correct(_ unit: Unit, _ reason: String, as roles: Set<Features.Role>? = nil) -> Refusal? {
            world.world.refusal {
                _ = try world.node.call(
                    "rollChanges.correct", as: unit.code, ["dossier": id], body: "{\"reason\":\"\(reason)\"}",
                    actor: roles.map { Actor(unit: unit.code, account: "a", roles: $0) })
                try world.node.settle()
            }
        }
        #expect(correct(C.tianhe, "登记有误")?.code == "roll.notDead")
        try world.change(id, .death, ["cause": "41"])
        #expect(try world.dossier(id).roll.status == .dead)
        #expect(correct(C.tianheFirst, "登记有误")?.code == "holder")
        #expect(correct(C.guangdong, "登记有误")?.code == "holder")
        #expect(correct(C.tianhe, "登记有误", as: [.registrar])?.question == "Q108")
        #expect(correct(C.tianhe, "") != nil)
        #expect(try world.dossier(id).roll.status == .dead)
        #expect(correct(C.tianhe, "登记有误，另一名学生") == nil)
        let after = try world.dossier(id)
        #expect(after.roll.status == .present && after.chain.last?.reason == "登记有误，另一名学生" && after.holder == C.tianheFirst.code)
        #expect(try world.list(["kind": "death"]).isEmpty)
        try world.change(id, .suspend, RollCountry.suspension)
        #expect(try world.dossier(id).roll.status == .suspended)
    }
}
