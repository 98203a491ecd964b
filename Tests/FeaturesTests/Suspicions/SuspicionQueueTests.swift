@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
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
        struct Search: Decodable { let state: String; let waiting: Int }
        let registrations, total: Int
        let search: Search
        let suspicions: [Item]
    }

    private func search(_ journey: Journey, portion: Int = SuspicionRun.portion) throws -> Int {
        let run = SuspicionRun(journey.node.archive, portion: portion)
        var steps = 0
        while try run.step() != .idle, steps < 1000 { steps += 1 }
        return steps
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
        #expect(try queue(journey).search.state == "never" && queue(journey).search.waiting == 4)
        _ = try search(journey)
        let queue = try queue(journey)
        #expect(queue.search.state == "done" && queue.search.waiting == 0)
        #expect(queue.registrations == 4 && queue.total == 1)
        let item = try #require(queue.suspicions.first)
        #expect(Set([item.one.name, item.other.name]) == ["欧阳若曦", "欧阳若溪"])
        #expect(item.score >= SuspicionWeights.shipped.threshold)
        #expect(item.reasons.contains { $0.field == "name" && $0.level == "sound" && $0.text == "姓名：读音相同" })
        #expect(try journey.students().allSatisfy { $0.problems.isEmpty && $0.state == "clean" })
    }

    @Test func `a unit sees what lies below it and nothing else`() throws {
        let journey = try journey()
        _ = try search(journey)
        #expect(try queue(journey, ["below": People.school.code.text]).total == 1)
        #expect { _ = try queue(journey, ["below": "110000"]) } throws: { ($0 as? Refusal)?.kind == .permission }
        #expect { _ = try queue(journey, ["limit": "0"]) } throws: { ($0 as? Refusal)?.code == "limit" }
        #expect(try queue(journey, ["limit": "1"], as: People.school.code).suspicions.count == 1)
    }

    @Test func `whoever is deleted or ruled another child leaves the queue before the next search`() throws {
        let journey = try journey()
        _ = try search(journey)
        let item = try #require(try queue(journey).suspicions.first)
        try journey.node.archive.write { transaction in
            let ids = [item.one, item.other].compactMap { DossierID(hex: $0.dossier) }
            let version = transaction.directory.unit(People.school.code)?.version ?? 0
            let parties = ids.map { CaseParty(dossier: $0, home: People.school.code, topology: version) }
            let ruling = Ruling(
                parties[0], parties[1], finding: .different, upheld: nil, idNumber: "", by: People.county.code, tier: .county, position: 1,
                reason: "已核实", at: transaction.now)
            try transaction.append(.ruling, Payload.encode(ruling), as: People.county.code, to: .unit(People.school.code))
        }
        #expect(try SuspicionRun(journey.node.archive).step() == .refreshed(2))
        #expect(try queue(journey).total == 0)
        try want(journey)
        _ = try search(journey)
        #expect(try queue(journey).total == 0, "a search does not bring it back")
    }

    private func want(_ journey: Journey) throws { _ = try journey.node.call("suspicions.search", as: People.county.code) }

    @Test func `a search in portions, stopped between any two steps, finds what one search finds`() throws {
        let journey = try journey()
        _ = try search(journey)
        let whole = try queue(journey).suspicions.map { [$0.one.dossier, $0.other.dossier] }
        try want(journey)
        #expect(try search(journey, portion: 2) > SuspicionPass.allCases.count, "several portions of several passes")
        #expect(try queue(journey).suspicions.map { [$0.one.dossier, $0.other.dossier] } == whole)
        let copy = try journey.node.archive.read { try String.fetchAll($0.database, sql: "SELECT content FROM suspicion_subject ORDER BY dossier") }
        #expect(copy.count == 4 && copy.allSatisfy { SuspicionSubject(content: $0)?.content == $0 })
    }

    @Test func `nothing new rests, a change is searched after a while`() throws {
        let journey = try journey()
        _ = try search(journey)
        #expect(try SuspicionRun(journey.node.archive).step() == .idle)
        let before = try #require(try queue(journey).suspicions.first)
        try journey.node.archive.write { transaction in
            try transaction.database.execute(sql: "DELETE FROM suspicion_place")
            try transaction.database.execute(sql: "DELETE FROM suspicion_subject")
            try transaction.database.execute(sql: "INSERT INTO suspicion_changed SELECT id FROM dossier")
        }
        #expect(try SuspicionRun(journey.node.archive).step() == .refreshed(4))
        #expect(try SuspicionRun(journey.node.archive).step() == .idle)
        journey.node.clock.advance(SuspicionRun.rest)
        #expect(try SuspicionRun(journey.node.archive).step() == .finished)
        #expect(try queue(journey).suspicions.first?.score == before.score)
    }

    @Test func `a school's own node searches for nothing, and says who does`() throws {
        let journey = try journey()
        try journey.node.archive.write { transaction in
            try SuspicionRun.want(in: transaction)
            try transaction.setNodeText("unit", People.school.code.text)
        }
        #expect(try search(journey) == 0)
        let refused = try #require(throws: Refusal.self) { try journey.node.call("suspicions.list", as: People.school.code) }
        #expect(refused.code == "suspicions.school" && refused.remedy.contains("主管部门"))
    }
}
