import Features
import FoundationEssentials
import Rules
import Testing

/// The queue as an authority asks for it.
@Suite struct SuspicionQueueTests {
    private struct Queue: Decodable {
        struct Pupil: Decodable { let dossier, name, school, state: String }
        struct Reason: Decodable { let field, level, text: String }
        struct Item: Decodable {
            let score: Double
            let one, other: Pupil
            let reasons: [Reason]
        }
        let registrations, total: Int
        let suspicions: [Item]
    }

    /// Three pupils of three families, and one of them again: heard wrongly, without a number.
    private func journey() throws -> Journey {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        let journey = Journey(node: node)
        let classCode = try journey.addClass()
        _ = try journey.importRows([
            row(1, "欧阳若曦", classCode, phone: "16912345671", guardian: "欧阳德明"), row(2, "李国强", classCode, phone: "16912345682", guardian: "李振华"),
            row(3, "王晓东", classCode, phone: "16912345693", guardian: "王保平"),
            row(4, "欧阳若溪", classCode, phone: "16912345671", guardian: "欧阳德明", changes: [.idType: RawCell("其他"), .idNumber: RawCell("")]),
        ])
        return journey
    }

    private func row(
        _ number: Int, _ name: String, _ classCode: String, phone: String, guardian: String, changes: [StudentField: RawCell] = [:]
    ) -> [StudentField: RawCell] {
        People.row(number, classCode: classCode, changes: [
            .name: RawCell(name), .phone: RawCell(phone), .guardian1Phone: RawCell(phone), .guardian1Name: RawCell(guardian),
        ].merging(changes) { $1 })
    }

    private func queue(_ journey: Journey, _ parameters: [String: String] = [:], as unit: UnitCode = People.county.code) throws -> Queue {
        try journey.decode(journey.node.call("suspicions.list", as: unit, parameters))
    }

    @Test func `a child entered again under a name heard wrongly stands in the queue, and is not stopped`() throws {
        let journey = try journey()
        let queue = try queue(journey)
        #expect(queue.registrations == 4 && queue.total == 1)
        let item = try #require(queue.suspicions.first)
        #expect(Set([item.one.name, item.other.name]) == ["欧阳若曦", "欧阳若溪"])
        #expect(item.score >= SuspicionWeights.shipped.threshold)
        #expect(item.reasons.contains { $0.field == "name" && $0.level == "sound" && $0.text == "姓名：读音相同" })
        #expect(try journey.students().allSatisfy { $0.problems.isEmpty && $0.state == "clean" })
    }

    @Test func `a unit sees what lies below it and nothing else`() throws {
        let journey = try journey()
        #expect(try queue(journey, ["below": People.school.code.text]).total == 1)
        #expect { _ = try queue(journey, ["below": "110000"]) } throws: { ($0 as? Refusal)?.kind == .permission }
        #expect { _ = try queue(journey, ["limit": "0"]) } throws: { ($0 as? Refusal)?.code == "limit" }
        #expect(try queue(journey, ["limit": "1"], as: People.school.code).suspicions.count == 1)
    }
}
