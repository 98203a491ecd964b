import Foundation
import GRDB
import Protocol
import Testing

@testable import Store

@Suite struct ErrandsTests {
    @Test func `what has waited comes the oldest first, and what a clock far ahead had queued comes as well`() throws {
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            let now = transaction.now
            func queue(_ subject: UInt8, at: Int64, _ office: String = "queue") throws {
                try transaction.database.execute(
                    sql: "INSERT INTO errand (office, subject, at) VALUES (?, ?, ?)", arguments: [office, Data([subject]), at])
            }
            try queue(1, at: now - 60)
            try queue(2, at: now - 4000)
            try queue(3, at: now - 3600)
            try queue(4, at: now + 10 * 365 * 86_400)
            try queue(5, at: now - 9000, "another")
            func waited(_ limit: Int) throws -> [UInt8] { try transaction.errands(of: "queue", waiting: 3600, limit: limit).map { $0[0] } }
            #expect(try waited(9) == [2, 3, 4])
            #expect(try waited(2) == [2, 3])
            #expect(try waited(0) == [])
            #expect(try transaction.errands(of: "queue", limit: 9).map { $0[0] } == [2, 3, 1, 4])
            // However many wait, a few are found without looking at all.
            let plan = try Row.fetchAll(
                transaction.database, sql: "EXPLAIN QUERY PLAN SELECT subject FROM errand WHERE office = 'queue' ORDER BY at, subject LIMIT 5")
                .map { $0["detail"] as String }
            #expect(plan.count == 1 && plan[0].contains("errand_age"), "\(plan)")
        }
    }
}
