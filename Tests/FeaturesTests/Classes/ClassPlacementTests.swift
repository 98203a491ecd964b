import Features
import FoundationEssentials
import Rules
import Testing

/// 学生调班 within a cohort, in every state that a pupil at school can be in.
@Suite struct ClassPlacementTests {
    private struct Roster: Decodable {
        struct Pupil: Decodable { let dossier, name: String }
        let pupils: [Pupil]
    }

    private struct Shown: Decodable {
        struct Item: Decodable { let field, value: String }
        let record: [Item]
    }

    private let node: TestNode
    private let journey: Journey
    private let first: String
    private let second: String
    private let pupil: String

    init() throws {
        node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        journey = Journey(node: node)
        let classes: Journey.Classes = try journey.decode(node.call(
            "classes.add", as: People.school.code, body: #"{"stage":"primary","year":2022,"count":2}"#))
        (first, second) = (classes.classes[0], classes.classes[1])
        _ = try journey.importRows([People.row(1, classCode: first), People.row(2, classCode: first)])
        pupil = try journey.students()[0].dossier
    }

    private func place(_ dossiers: [String], in code: String) throws -> Journey.Outcome {
        let names = dossiers.map { "\"\($0)\"" }.joined(separator: ",")
        let outcome: Journey.Outcome = try journey.decode(node.call(
            "classes.place", as: People.school.code, ["code": code], body: "{\"dossiers\":[\(names)]}"))
        try node.settle()
        return outcome
    }

    private func roster(_ code: String) throws -> [String] {
        let roster: Roster = try journey.decode(node.call("students.roster", as: People.school.code, ["class": code]))
        return roster.pupils.map(\.dossier)
    }

    private func value(_ field: StudentField) throws -> String? {
        let shown: Shown = try journey.decode(node.call("students.show", as: People.school.code, ["dossier": pupil]))
        return shown.record.first { $0.field == field.label }?.value
    }

    private func amend(_ changes: String) throws {
        _ = try node.call("students.amend", as: People.school.code, ["dossier": pupil], body: "{\"changes\":{\(changes)}}")
        try node.settle()
    }

    @Test func anEnrolledPupilIsPlacedWithoutAStepAndKeepsNumberAndState() throws {
        for (step, unit) in [("review", People.school), ("submit", People.school), ("approve", People.county)] {
            _ = try journey.step(step, [pupil], as: unit.code)
        }
        let before = try journey.students().first { $0.dossier == pupil }
        #expect(try place([pupil], in: second).done == [pupil])
        #expect(try roster(second) == [pupil])
        #expect(try roster(first).count == 1)
        let after = try journey.students().first { $0.dossier == pupil }
        #expect(after?.number == before?.number && after?.state == "enrolled")
    }

    @Test func placingTwiceWritesNothingMore() throws {
        _ = try place([pupil], in: second)
        let once = try node.archive.read { try EnvelopeCount.of($0) }
        #expect(try place([pupil], in: second).done == [pupil])
        #expect(try node.archive.read { try EnvelopeCount.of($0) } == once)
    }

    @Test func anotherCohortAnUnknownClassAndAFullOneAreRefused() throws {
        let other = try journey.addClass(year: 2023)
        #expect(try place([pupil], in: other).refused.map(\.code) == ["place.cohort"])
        #expect { _ = try place([pupil], in: "2022177") } throws: { ($0 as? Refusal)?.code == "classes.missing" }
        _ = try node.call("policy.set", as: People.county.code, ["key": "class.limit"], body: #"{"value":"1"}"#)
        try node.settle()
        let both = try journey.students().map(\.dossier)
        let outcome = try place(both, in: second)
        #expect(outcome.done.count == 1)
        #expect(outcome.refused.map(\.code) == ["place.full"])
    }

    @Test func aLaterVersionOfTheRecordKeepsItsOwnTextsAgainstAnOlderSupplement() throws {
        _ = try journey.step("review", [pupil], as: People.school.code)
        _ = try journey.step("submit", [pupil], as: People.school.code)
        try amend("\"\(StudentField.phone.label)\":\"13800138000\"")
        #expect(try value(.phone) == "13800138000")
        _ = try journey.step("return", [pupil], as: People.county.code, reason: "请核对")
        try amend("\"\(StudentField.phone.label)\":\"13900139000\"")
        #expect(try value(.phone) == "13900139000")
        #expect(try place([pupil], in: second).done == [pupil])
        try amend("\"\(StudentField.classCode.label)\":\"\(first)\"")
        #expect(try value(.classCode) == first)
        #expect(try value(.phone) == "13900139000")
    }
}
