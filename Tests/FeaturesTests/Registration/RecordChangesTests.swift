import Features
import FoundationEssentials
import Rules
import Testing

/// What a reviewer is shown of a record that comes a second time.
@Suite struct RecordChangesTests {
    private struct Shown: Decodable {
        struct Changes: Decodable {
            struct Item: Decodable, Equatable { let field, before, after: String }
            let items: [Item]
        }
        let changes: Changes?
    }

    private let node: TestNode
    private let journey: Journey
    private let pupil: String

    init() throws {
        node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        journey = Journey(node: node)
        _ = try journey.importRows([People.row(1, classCode: try journey.addClass(), changes: [.phone: RawCell("13800138000")])])
        pupil = try journey.students()[0].dossier
    }

    private func submit() throws {
        _ = try journey.step("review", [pupil], as: People.school.code)
        #expect(try journey.step("submit", [pupil], as: People.school.code).done == [pupil])
    }

    private func changes() throws -> Shown.Changes? {
        let shown: Shown = try journey.decode(node.call("students.show", as: People.county.code, ["dossier": pupil]))
        return shown.changes
    }

    @Test func aFirstSubmissionHasNothingToBeComparedWith() throws {
        #expect(try changes() == nil)
        try submit()
        #expect(try changes() == nil)
    }

    @Test func whatWasMendedAfterTheReturnStandsBesideWhatWasSubmittedBefore() throws {
        try submit()
        _ = try journey.step("return", [pupil], as: People.county.code, reason: "请核对电话")
        #expect(try changes()?.items == [])
        _ = try node.call(
            "students.amend", as: People.school.code, ["dossier": pupil], body: "{\"changes\":{\"\(StudentField.phone.label)\":\"13900139000\"}}")
        try node.settle()
        let mended = Shown.Changes.Item(field: StudentField.phone.label, before: "13800138000", after: "13900139000")
        #expect(try changes()?.items == [mended])
        try submit()
        #expect(try changes()?.items == [mended])
    }
}
