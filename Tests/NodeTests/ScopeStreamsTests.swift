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
}
