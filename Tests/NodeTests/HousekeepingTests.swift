import FoundationEssentials
import Glibc
import GRDB
@testable import Node
import Store
import Testing

struct HousekeepingTests {
    private func file(_ path: String, daysOld: Int, now: Int64) throws {
        try Data([1]).write(to: URL(fileURLWithPath: path))
        let time = timeval(tv_sec: Int(now) - daysOld * 86_400, tv_usec: 0)
        #expect(utimes(path, [time, time]) == 0)
    }

    @Test func `marked workbooks live thirty days, uploads that no job needs one day, those of waiting jobs until done`() throws {
        let (folder, archive) = try Fixture.centre("housekeeping", seed: 9400)
        defer { Fixture.remove(folder) }
        let incoming = folder + "/incoming"
        try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: true)
        let now = archive.surroundings.now()
        try file(incoming + "/old.marked.xlsx", daysOld: 31, now: now)
        try file(incoming + "/new.marked.xlsx", daysOld: 29, now: now)
        try file(incoming + "/leftover", daysOld: 2, now: now)
        try file(incoming + "/fresh", daysOld: 0, now: now)
        try file(incoming + "/waiting", daysOld: 400, now: now)
        try archive.write { transaction in
            try transaction.database.execute(
                sql: """
                    INSERT INTO import_job (id, unit, account, roles, file_name, path, strict, state, done_rows, created_at)
                    VALUES ('j', '000000', 'a', '', 'f', ?, 0, 'waiting', 0, 0)
                    """, arguments: [incoming + "/waiting"])
        }
        try Housekeeping.tidy(archive)
        let left = try FileManager.default.contentsOfDirectory(atPath: incoming).sorted()
        #expect(left == ["fresh", "new.marked.xlsx", "waiting"])
        try archive.close()
    }

    @Test func `audit lines older than three years end, younger ones stay`() throws {
        let (folder, archive) = try Fixture.centre("housekeeping-audit", seed: 9410)
        defer { Fixture.remove(folder) }
        let now = archive.surroundings.now()
        try archive.write { transaction in
            for age in [Housekeeping.auditLife + 1, 86_400] {
                try transaction.database.execute(
                    sql: "INSERT INTO audit (at, unit, account, operation, subject, outcome) VALUES (?, 'u', 'a', 'o', 's', 'done')",
                    arguments: [now - age])
            }
        }
        try Housekeeping.tidy(archive)
        #expect(try archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM audit") } == 1)
        try archive.close()
    }
}
