import GRDB
import Protocol
import Rules
import Testing

@testable import Store

@Suite struct LinkSchemaTests {
    @Test func `the entries of envelopes that are there already are counted by the migration`() throws {
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            for _ in 0..<5 {
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter, by: Bench.school,
                    nextHolder: Bench.school, topology: 1, at: transaction.now,
                    record: StudentRecord([.name: "张伟", .sex: "1", .birthDate: "20160305", .idType: "Z"]))
                try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
            }
        }
        let counts = "SELECT entries FROM envelope_count ORDER BY position"
        let before = try pair.school.archive.read { try Int.fetchAll($0.database, sql: counts) }
        #expect(before.contains(5))
        try pair.school.archive.write { transaction in
            for sql in [
                "DROP TABLE reach_applied", "DROP TABLE envelope_count", "DELETE FROM grdb_migrations WHERE identifier = 'links-2'",
            ] { try transaction.database.execute(sql: sql) }
        }
        try pair.school.archive.close()
        let again = try Archive(
            folder: pair.school.folder, book: ProjectionBook([]), surroundings: pair.school.archive.surroundings)
        #expect(try again.read { try Int.fetchAll($0.database, sql: counts) } == before)
        try again.close()
    }
}
