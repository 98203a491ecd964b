@testable import Features
import Rules
import Store
import Testing

/// What a school may open, and what it is told where it may not.
@Suite struct CaseWriterTests {
    private typealias C = SmallCountry

    @Test func `evidence needs a file, a problem and the school's own pupil`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        _ = try world.enter(20, at: C.haizhuFirst)
        let alone = try world.enter(1, at: C.tianheFirst)
        func refused(_ dossier: String, _ school: Unit = C.tianheFirst) -> String? {
            world.refusal {
                _ = try world.node.call("problems.evidence", as: school.code, ["dossier": dossier], body: #"{"reason":"户口簿为证"}"#)
            }?.code
        }
        #expect(refused(one) == "case.evidence")
        #expect(refused(one, C.haizhuFirst) == "dossier.unknown")
        try world.attach(one, at: C.tianheFirst)
        #expect(refused(one) == nil && refused(one) == "case.open")
        try world.attach(alone, at: C.tianheFirst)
        #expect(refused(alone) == "case.noProblem")
        let open = try #require(try world.dossier(one).openCase)
        #expect(open.opening.evidence.count == 1 && open.opening.parties.map(\.home) == [C.haizhuFirst.code] && open.rest == .entered)
        // What a case rests on cannot be taken back.
        let hash = open.opening.evidence[0].description
        #expect(world.refusal {
            _ = try world.node.call("attachments.withdraw", as: C.tianheFirst.code, ["hash": hash], body: #"{"reason":"看不清"}"#)
        }?.code == "attachment.cited")
        #expect(try world.step("withdraw", [one], as: C.tianheFirst).done == [one])
        #expect(try world.dossier(one).openCase == nil && world.dossier(one).state == .problem)
    }

    @Test func `a number that breaks the rules is changed, not proved, and the new version is checked again`() throws {
        let world = try ProblemCountry()
        let wrong = try world.enter(20, at: C.tianheFirst, [.idNumber: "440106201603050699"])
        #expect(try world.dossier(wrong).problems == ["id_bad"])
        try world.attach(wrong, at: C.tianheFirst)
        #expect(world.refusal {
            _ = try world.node.call("problems.evidence", as: C.tianheFirst.code, ["dossier": wrong], body: #"{"reason":"属实"}"#)
        }?.code == "case.malformed")
        #expect(world.refusal { try world.requestDeletion(wrong, at: C.tianheFirst) }?.code == "case.single")
        try world.change(wrong, [.idNumber: world.number(50)], at: C.tianheFirst)
        #expect(try world.dossier(wrong).record.idNumber == "440106201603050699", "not before the authority has approved")
        _ = try world.node.call("problems.approve", as: C.tianhe.code, ["dossier": wrong])
        try world.node.settle()
        let mended = try world.dossier(wrong)
        #expect(mended.record.idNumber == world.number(50) && mended.state == .clean && mended.openCase == nil)
    }

    @Test func `a change waits for the check of its version, and one that makes a double is not approved before a ruling`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        let twin = try world.enter(20, at: C.haizhuFirst, [.name: "李四光"])
        let third = try world.enter(40, at: C.haizhuFirst)
        let number = try world.dossier(third).record.idNumber
        try world.attach(one, at: C.tianheFirst)
        _ = try world.node.call(
            "problems.change", as: C.tianheFirst.code, ["dossier": one],
            body: "{\"reason\":\"录入错误\",\"changes\":{\"身份证件号\":\"\(number)\"}}")
        let early = try world.step("submit", [one], as: C.tianheFirst, settling: false)
        #expect(early.refused.first?.code == "unchecked")
        try world.node.settle()
        let checked = try world.dossier(one)
        #expect(Set(checked.openPeers.map(\.dossier.description)) == [twin, third] && checked.problems == ["id_dup"])
        #expect(try world.dossier(third).problems.isEmpty, "whom nobody has touched has no problem by a proposal")
        #expect(try world.step("submit", [one], as: C.tianheFirst).done == [one])
        #expect(try world.dossier(one).chain.last?.workflow == 6)
        #expect(try world.step("forward", [one], as: C.tianhe).done == [one])
        func refused() -> Refusal? {
            world.refusal { _ = try world.node.call("problems.approve", as: C.guangzhou.code, ["dossier": one]) }
        }
        #expect(refused()?.code == "case.proposal" && refused()?.question == "Q63")
        try world.rule(one, third, .different, upheld: one, as: C.guangzhou)
        #expect(try world.dossier(one).rulings.map(\.idNumber) == [number], "the ruling is about the number that was proposed")
        _ = try world.node.call("problems.approve", as: C.guangzhou.code, ["dossier": one])
        try world.node.settle()
        #expect(try world.dossier(one).record.idNumber == number && world.dossier(one).problems.isEmpty)
        #expect(try world.dossier(twin).problems.isEmpty && world.dossier(third).problems == ["id_dup"])
    }

    @Test func `the authority of the group sends back a change that makes a double, and the present pair can be ruled on meanwhile`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        let twin = try world.enter(20, at: C.haizhuFirst, [.name: "李四光"])
        let third = try world.enter(40, at: C.haizhuFirst)
        let (present, proposed) = (try world.dossier(one).record.idNumber, try world.dossier(third).record.idNumber)
        try world.change(one, [.idNumber: proposed], at: C.tianheFirst)
        try world.rule(one, twin, .different, upheld: one, as: C.guangzhou)
        #expect(try world.dossier(one).rulings.map(\.idNumber) == [present] && world.dossier(one).openPeers.map(\.dossier.description) == [third])
        #expect(try world.step("return", [one], as: C.tianhe, reason: "号码已有人使用").done == [one])
        let after = try world.dossier(one)
        #expect(after.record.idNumber == present && after.problems.isEmpty && after.openCase == nil && after.proposalVerdicts.isEmpty)
    }

    @Test func `a change touches key data alone and says something new`() throws {
        let world = try ProblemCountry()
        let wrong = try world.enter(20, at: C.tianheFirst, [.idNumber: "440106201603050699"])
        try world.attach(wrong, at: C.tianheFirst)
        func refused(_ changes: String) -> String? {
            world.refusal {
                _ = try world.node.call(
                    "problems.change", as: C.tianheFirst.code, ["dossier": wrong], body: "{\"reason\":\"x\",\"changes\":{\(changes)}}")
            }?.code
        }
        #expect(refused("\"联系电话\":\"13900000001\"") == "case.field")
        #expect(refused("") == "case.unchanged")
        #expect(refused("\"性别\":\"人\"") != nil)
        #expect(try world.dossier(wrong).openCase == nil)
    }

    @Test func `a double is deleted as a problem record, and of two at once one stays`() throws {
        let world = try ProblemCountry()
        let one = try world.enter(20, at: C.tianheFirst)
        let other = try world.enter(20, at: C.haizhuFirst)
        let outcome: SmallCountry.Outcome = try world.country.decode(
            world.node.call("students.delete", as: C.tianheFirst.code, ["dossier": one]))
        #expect(outcome.done == [one])
        #expect(try world.dossier(one).openCase?.stand == .problemDeletionRequested)
        let second: SmallCountry.Outcome = try world.country.decode(
            world.node.call("students.delete", as: C.haizhuFirst.code, ["dossier": other]))
        #expect(second.done == [other])
        try world.node.settle()
        #expect(try [one, other].filter { try world.dossier($0).stand != .deleted }.count == 1)
        let after: SmallCountry.Outcome = try world.country.decode(
            world.node.call("students.delete", as: C.haizhuFirst.code, ["dossier": other]))
        #expect(try after.done == [other] && world.dossier(other).stand == .deleted, "alone in its group it is an ordinary entry again")
    }
}
