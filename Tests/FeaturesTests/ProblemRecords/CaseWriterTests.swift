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
        // Back into a group: the change made a double.
        let other = try world.enter(21, at: C.tianheFirst, [.idNumber: "440106201603050699"])
        try world.change(other, [.idNumber: world.number(50)], at: C.tianheFirst)
        _ = try world.node.call("problems.approve", as: C.tianhe.code, ["dossier": other])
        try world.node.settle()
        #expect(try world.dossier(other).problems == ["id_dup"] && world.dossier(wrong).problems == ["id_dup"])
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
