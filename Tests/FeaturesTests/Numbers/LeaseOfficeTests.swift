@testable import Features
import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store
import Testing

@Suite struct LeaseOfficeTests {
    private let birth = "20160305"

    private struct Count: Equatable {
        var free: Int, waiting: Int, slack: Int?
    }

    /// What an authority has left of a day, who waits for a number, and what the office remembers of the two.
    private func count(_ node: TestNode) throws -> Count {
        try node.archive.write { transaction in
            let db = transaction.database
            let incarnation = Data(try transaction.incarnation(of: People.county.code).bytes)
            let lent = try Int.fetchOne(
                db, sql: "SELECT coalesce(sum(last - first + 1), 0) FROM lease WHERE holder = ? AND incarnation = ? AND birth_first <= ? AND birth_last >= ?",
                arguments: [People.county.code.text, incarnation, birth, birth]) ?? 0
            let drawn = try LeaseBook.drawn(division: "440106", birth: birth, in: db).count
            return Count(
                free: lent - drawn,
                waiting: try Int.fetchOne(db, sql: "SELECT count(*) FROM dossier WHERE provisional IS NULL AND state <> 'deleted'") ?? 0,
                slack: try Int.fetchOne(
                    db, sql: "SELECT slack FROM lease_slack WHERE holder = ? AND birth = ? AND incarnation = ?",
                    arguments: [People.county.code.text, birth, incarnation]))
        }
    }

    @Test func `however they come and are approved, there is a number for everyone who waits, and most are not counted`() throws {
        let node = try TestNode(adapter: .batchFiles(folder: "/nonexistent"))
        try node.becomeCentre(hosting: [People.county, People.school])
        let journey = Journey(node: node)
        let classCode = try journey.addClass()
        var next = 1, uncounted = 0
        for size in [1, 7, 20, 3, 30, 1, 1, 16, 2] {
            let before = try count(node).slack
            _ = try journey.importRows((next..<next + size).map { People.row($0, classCode: classCode) })
            next += size
            let now = try count(node)
            #expect(now.free >= now.waiting, "\(now)")
            let slack = try #require(now.slack)
            #expect(slack <= now.free - now.waiting, "never more than is left")
            if let before, slack < before { uncounted += 1 }
            let some = try journey.students().filter { $0.number == nil }.prefix(size / 2).map(\.dossier)
            for (act, unit) in [("review", People.school.code), ("submit", People.school.code), ("approve", People.county.code)] where !some.isEmpty {
                #expect(try journey.step(act, Array(some), as: unit).done.count == some.count)
            }
            let after = try count(node)
            #expect(after.free >= after.waiting && after.slack ?? 0 <= after.free - after.waiting, "\(after)")
        }
        #expect(uncounted > 0)
    }

    @Test func `what was left under one incarnation is nothing under the next`() throws {
        let node = try TestNode(adapter: .batchFiles(folder: "/nonexistent"))
        try node.becomeCentre(hosting: [People.county, People.school])
        let journey = Journey(node: node)
        let classCode = try journey.addClass()
        _ = try journey.importRows([People.row(1, classCode: classCode)])
        #expect(try count(node).slack == 15)
        try node.archive.write { transaction in
            try transaction.database.execute(
                sql: "UPDATE secret SET incarnation = ? WHERE unit = ?", arguments: [Data([1, 2, 3, 4, 5, 6, 7, 8]), People.county.code.text])
        }
        _ = try journey.importRows([People.row(2, classCode: classCode)])
        let now = try count(node)
        #expect(now.free >= now.waiting && now.slack == now.free - now.waiting, "\(now)")
    }
}
