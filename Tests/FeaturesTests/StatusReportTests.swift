import Features
import FoundationEssentials
import GRDB
import Rules
import Store
import Testing

/// A school never waits without being told for what and since when (requirements §1.21).
@Suite struct StatusReportTests {
    private struct Status: Decodable {
        struct Queue: Decodable, Equatable { let office: String; let waiting: Int; let oldest: String? }
        let queues: [Queue]
        let digest: String
    }

    @Test func `the digest, which reads every record, is left out where nobody asks for it`() throws {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county])
        let journey = Journey(node: node)
        let whole: Status = try journey.decode(node.call("node.status", as: .centre))
        let light: Status = try journey.decode(node.call("node.status", as: .centre, ["digest": "false"]))
        #expect(whole.digest.count == 64 && light.digest.isEmpty)
    }

    @Test func aSchoolSeesHowManyOfItsPupilsWaitForAVerdictAndSinceWhen() throws {
        let node = try TestNode()
        try node.becomeCentre(hosting: [People.county, People.school])
        let journey = Journey(node: node)
        let classCode = try journey.addClass()
        let path = node.folder + "/in.xlsx"
        try People.workbook([People.row(1, classCode: classCode), People.row(2, classCode: classCode)], at: path)
        _ = try node.call("imports.add", as: People.school.code, file: (path, "in.xlsx"))
        let job = try #require(try node.archive.read { try ImportShelf.waiting($0) }.first)
        _ = try ImportRun.perform(job, archive: node.archive)
        // What waits at the authority waits there; a school's own node has no such errands.
        try node.archive.write { try $0.database.execute(sql: "DELETE FROM errand") }

        let waiting: Status = try journey.decode(node.call("node.status", as: People.school.code))
        #expect(waiting.queues == [.init(office: "duplicates", waiting: 2, oldest: "2026-09-10T10:00:00+08:00")])
        let authority: Status = try journey.decode(node.call("node.status", as: People.county.code))
        #expect(authority.queues.isEmpty)
    }
}
