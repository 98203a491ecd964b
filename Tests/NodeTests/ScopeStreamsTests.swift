import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

/// What a link is about is found by index; the rule it follows is `ScopeView`'s.
struct ScopeStreamsTests {
    @Test func `the streams found by index are those that the rule covers, for leaves and for inner units`() throws {
        let (folder, archive) = try Fixture.centre("scope-streams", seed: 9100)
        defer { Fixture.remove(folder) }
        let units: [Unit] = [
            Unit(code: "330000", name: "浙江省教育厅", tier: .province, competent: .centre),
            Unit(code: "2144000001", name: "天河一小", tier: .school, competent: "440106"),
            Unit(code: "2144000002", name: "天河二小", tier: .school, competent: "440106"),
        ]
        try archive.write { transaction in
            for unit in units { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            let codes: [UnitCode] = ["000000", "440000", "440106", "330000", "2144000001", "2144000002"]
            for (number, writer) in codes.enumerated() {
                let audiences: [Audience] = [.up, .everyone] + codes.flatMap { [.unit($0), .subtree($0)] }
                for audience in audiences {
                    try transaction.database.execute(
                        sql: "INSERT OR IGNORE INTO stream (unit, incarnation, audience, sequence, head) VALUES (?, ?, ?, 1, ?)",
                        arguments: [writer.text, Data(repeating: UInt8(number + 1), count: 8), audience.text, Data(repeating: 7, count: 32)])
                }
            }
        }
        for child: UnitCode in ["440000", "330000", "440106", "2144000001"] {
            try archive.read { reading in
                let view = try ScopeView(.down(child), reading)
                let expected = Set(try Journal.heads(in: reading.database).filter { try view.covers($0.stream) })
                #expect(Set(try ScopeStreams.heads(.down(child), reading)) == expected)
                #expect(!expected.isEmpty)
                for rows: Int64 in [1, 100_000] {
                    let streams = try ScopeStreams(.down(child), reading, rows: rows)
                    let found = try Int64.fetchAll(reading.database, sql: "SELECT id FROM stream WHERE sequence > 0")
                        .filter { try streams.holds($0) }.compactMap { try Journal.stream(row: $0, in: reading.database) }
                    #expect(Set(found) == Set(expected.map(\.stream)))
                }
            }
        }
        try archive.close()
    }

    @Test func `of a school that was given away, what those above wrote for it is shown once to each process of the parent`() throws {
        let (folder, archive) = try Fixture.centre("scope-left", seed: 9101)
        defer { Fixture.remove(folder) }
        let incarnation = try #require(Incarnation([UInt8](repeating: 3, count: 8)))
        let written = StreamID(unit: .centre, incarnation: incarnation, audience: .unit("2144000001"))
        let others = StreamID(unit: .centre, incarnation: incarnation, audience: .unit("2133000001"))
        try archive.write { transaction in
            for unit in [
                Unit(code: "330000", name: "浙江省教育厅", tier: .province, competent: .centre),
                Unit(code: "2144000001", name: "天河一小", tier: .school, competent: "440106"),
                Unit(code: "2133000001", name: "上城一小", tier: .school, competent: "330000"),
                Unit(code: "2144000001", name: "天河一小", tier: .school, competent: "330000", version: 2),
            ] { try transaction.append(.unit, Payload.encode(unit), as: .centre, to: .everyone) }
            for stream in [written, others] {
                try transaction.database.execute(
                    sql: "INSERT INTO stream (unit, incarnation, audience, sequence, head) VALUES (?, ?, ?, 1, ?)",
                    arguments: ["000000", Data(incarnation.bytes), stream.audience.text, Data(repeating: 7, count: 32)])
            }
            try transaction.database.execute(sql: """
                INSERT INTO reach (stream, unit, sequence, at, change) SELECT id, '000000', 1, 0, 1 FROM stream WHERE audience LIKE 'unit:%'
                """)
            // From here on it is the node of the school's former province.
            try transaction.setNodeText("unit", "440000")
            try transaction.setNodeText("parentUnit", "000000")
        }
        func covered(_ scope: Scope) throws -> Set<StreamID> {
            try archive.read { reading in
                let view = try ScopeView(scope, reading)
                return try Set([written, others].filter { try view.covers($0) })
            }
        }
        #expect(try covered(.up).isEmpty)
        #expect(try covered(.upOnce) == [written])
        try archive.write { try $0.database.execute(sql: "DELETE FROM reach") }
        #expect(try covered(.up) == [written], "the parent never said that it has it")
        try archive.close()
    }
}
