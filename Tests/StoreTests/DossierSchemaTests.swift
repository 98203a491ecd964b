import GRDB
import Protocol
import Rules
import Testing

@testable import Store

@Suite struct DossierSchemaTests {
    @Test func `the time of each last step that is there already is read by the migration`() throws {
        let pair = try Pair()
        try pair.school.archive.write { transaction in
            for at in [Int64(1_789_005_600), 1_789_092_000] {
                let step = Step(
                    hash: Hashing.sha256([0]), dossier: transaction.surroundings.dossier(), previous: nil, kind: .enter, by: Bench.school,
                    nextHolder: Bench.school, topology: 1, at: at,
                    record: StudentRecord([.name: "张伟", .sex: "1", .birthDate: "20160305", .idType: "Z"]))
                try transaction.append(.step, Payload.encode(step), as: Bench.school, to: .up)
            }
        }
        let times = "SELECT held_since FROM dossier ORDER BY held_since"
        #expect(try pair.school.archive.read { try Int64.fetchAll($0.database, sql: times) } == [1_789_005_600, 1_789_092_000])
        try pair.school.archive.write { transaction in
            for sql in [
                "DROP INDEX dossier_held", "DROP INDEX dossier_case_held", "DROP INDEX dossier_requested",
                "ALTER TABLE dossier DROP COLUMN held_since", "ALTER TABLE dossier DROP COLUMN requested",
                "DELETE FROM grdb_migrations WHERE identifier = 'override-1'",
            ] { try transaction.database.execute(sql: sql) }
        }
        try pair.school.archive.close()
        let again = try Archive(
            folder: pair.school.folder, book: ProjectionBook([]), surroundings: pair.school.archive.surroundings)
        #expect(try again.read { try Int64.fetchAll($0.database, sql: times) } == [1_789_005_600, 1_789_092_000])
        try again.close()
    }

    /// Lists of what is overdue are asked for with every to-do list.
    @Test func `what is overdue is found by an index`() throws {
        let pair = try Pair()
        let plan = try pair.school.archive.read { reading in
            try Row.fetchAll(reading.database, sql: """
                EXPLAIN QUERY PLAN SELECT id FROM dossier WHERE (state IN ('submitted', 'returned') AND open_case = '' AND held_since < 5
                  OR open_case <> '' AND open_case IN ('keyChangeSubmitted') AND held_since < 5)
                """).map { $0["detail"] as String }.joined(separator: "\n")
        }
        #expect(plan.contains("dossier_held") && plan.contains("dossier_case_held"), "\(plan)")
    }

    @Test func `the counts are those of the table whatever is done to it`() throws {
        let pair = try Pair()
        let states = ["unchecked", "enrolled", "deleted"], problems = ["", "idDuplicate", "idDuplicate,idInvalid"]
        let numbers: [String?] = [nil, "L1", "G1"]
        try pair.school.archive.write { transaction in
            let db = transaction.database
            for turn in 0..<400 {
                let id = "\(turn * 7 % 40)"
                if turn % 5 == 4 {
                    try db.execute(sql: "DELETE FROM dossier WHERE id = ?", arguments: [id])
                } else {
                    try db.execute(
                        sql: """
                            INSERT INTO dossier (id, home, class, name, name_key, sex, birth, id_type, id_number, state, holder, problems,
                              provisional, formal, entered_at, folded)
                            VALUES (?, ?, '', '', '', '', '', '', '', ?, '', ?, ?, ?, 0, 0)
                            ON CONFLICT DO UPDATE SET home = excluded.home, state = excluded.state, problems = excluded.problems,
                              provisional = excluded.provisional, formal = excluded.formal
                            """, arguments: [
                                id, "\(turn % 3)", states[turn % 11 % 3], problems[turn % 13 % 3], numbers[turn % 17 % 3], numbers[turn % 4 % 3],
                            ])
                }
                let differing = try Int.fetchOne(db, sql: """
                    WITH counted AS (SELECT home, state, status, iif(problems = '', '', 'any'),
                      substr(coalesce(formal, provisional, ''), 1, 1), count(*) FROM dossier GROUP BY 1, 2, 3, 4, 5)
                    SELECT (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM dossier_count))
                      + (SELECT count(*) FROM (SELECT * FROM dossier_count EXCEPT SELECT * FROM counted))
                    """)
                #expect(differing == 0, "turn \(turn)")
            }
            #expect(try Int.fetchOne(db, sql: "SELECT sum(n) FROM dossier_count") ?? 0 > 10)
            try db.execute(sql: "DELETE FROM dossier")
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM dossier_count") == 0)
        }
    }
}
