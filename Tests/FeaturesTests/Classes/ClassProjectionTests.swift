@testable import Features
import GRDB
import Protocol
import Rules
import Store
import Testing

/// A writer whose disk went back may say two things under one version: every node keeps the same, in whatever order they come.
@Suite struct ClassProjectionTests {
    private typealias C = MergerCountry

    private func rows(_ order: [(EntryKind, [UInt8], UnitCode)], _ sql: String) throws -> [String] {
        let node = try C.node(seed: 391)
        try node.archive.write { transaction in
            for (kind, payload, unit) in order {
                try transaction.append(kind, payload, as: unit, to: kind == .schoolClass ? .up : kind == .campus ? .unit(C.source) : .subtree(unit))
            }
        }
        return try node.archive.read { try Row.fetchAll($0.database, sql: sql).map(\.description) }
    }

    @Test func `a class, a campus and a setting of one version are the same in either order`() throws {
        let classes = [1, 0].map { campus in
            (EntryKind.schoolClass, Payload.encode(SchoolClass(school: C.source, code: "2022001", campus: campus, isAttached: false)), C.source)
        }
        let campuses = ["东校区", "西校区"].map { name in
            (EntryKind.campus, Payload.encode(
                Campus(school: C.source, number: 1, name: name, isPrivate: false, version: 1, by: C.county.code)), C.county.code)
        }
        let settings = ["3", "5"].map { value in
            (EntryKind.policy, Payload.encode(
                PolicySetting(unit: "440000", key: "deadlines.registration", value: value, version: 1, by: "440000", at: 5)), UnitCode("440000"))
        }
        for (entries, sql) in [(classes, "SELECT * FROM class"), (campuses, "SELECT * FROM campus"), (settings, "SELECT * FROM policy")] {
            let forward = try rows(entries, sql)
            #expect(try forward.count == 1 && forward == rows(entries.reversed(), sql))
        }
    }

    @Test func `what the competent authority designated before the school was given away stands also where the record came first`() throws {
        let campus = Campus(school: C.source, number: 1, name: "东校区", isPrivate: false, version: 1, by: C.county.code)
        var moved = C.units[4]
        (moved.competent, moved.version) = ("440105", 2)
        #expect(moved.code == C.source)
        let entries = [
            (EntryKind.campus, Payload.encode(campus), C.county.code), (.unit, Payload.encode(moved), UnitCode("440100")),
        ]
        for order in [entries, entries.reversed()] {
            let node = try C.node(seed: 392)
            try node.archive.write { transaction in
                for (kind, payload, unit) in order { try transaction.append(kind, payload, as: unit, to: kind == .campus ? .unit(C.source) : .subtree(unit)) }
            }
            #expect(try node.archive.read { try Int.fetchOne($0.database, sql: "SELECT count(*) FROM campus") } == 1)
        }
    }
}
