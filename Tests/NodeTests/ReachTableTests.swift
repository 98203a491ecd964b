import FoundationEssentials
import GRDB
@testable import Node
import Protocol
import Replication
import Rules
import Store
import Testing

struct ReachTableTests {
    /// A centre's store with three streams of its own writing.
    private func archive(_ name: String, seed: UInt64) throws -> (folder: String, archive: Archive, streams: [StreamID]) {
        let (folder, archive) = try Fixture.centre(name, seed: seed)
        try archive.write { transaction in
            for audience in [Audience.up, .unit("440000")] {
                try transaction.append(.unit, Payload.encode(Fixture.county), as: .centre, to: audience)
            }
        }
        return (folder, archive, try archive.read { try Journal.heads(in: $0.database).map(\.stream) })
    }

    private func reach(_ stream: StreamID, _ sequence: UInt64, at: Int64, isApplied: Bool) -> Reach {
        Reach(stream: stream, unit: .centre, sequence: sequence, at: at, isApplied: isApplied)
    }

    @Test func `what is stored and what is applied above are noted side by side and told in one order, whatever the limit`() throws {
        let (folder, archive, streams) = try archive("reach-both", seed: 1750)
        defer { Fixture.remove(folder) }
        let news = [
            reach(streams[0], 1, at: 10, isApplied: false), reach(streams[1], 1, at: 11, isApplied: false),
            reach(streams[0], 1, at: 12, isApplied: true), reach(streams[0], 2, at: 13, isApplied: false),
            reach(streams[0], 2, at: 14, isApplied: true),
        ]
        #expect(try archive.write { try ReachTable.note(news, in: $0.database) })
        #expect(try !archive.write { try ReachTable.note(news, in: $0.database) }, "nothing of it is new")
        try archive.read { reading in
            #expect(try ReachTable.newest(in: reading.database) == 5)
            let all = try ReachTable.after(0, limit: 100, in: reading.database) { _ in true }
            #expect(all.reach == news && all.change == 5)
            var (told, change): ([Reach], Int64) = ([], 0)
            while true {
                let part = try ReachTable.after(change, limit: 2, in: reading.database) { _ in true }
                guard !part.reach.isEmpty else { break }
                told += part.reach
                change = part.change
            }
            #expect(told == news)
            #expect(try ReachTable.streams(after: 3, in: reading.database).count == 1)
        }
        try archive.close()
    }

    @Test func `what waits is counted in entries, envelopes of many entries among them, upwards and for each child`() throws {
        let (folder, archive) = try Fixture.centre("reach-backlog", seed: 1760)
        defer { Fixture.remove(folder) }
        let before = try archive.read { try Journal.position(in: $0.database) }
        try archive.write { transaction in
            for _ in 0..<7 { try transaction.append(.unit, Payload.encode(Fixture.county), as: .centre, to: .everyone) }
        }
        _ = try archive.write { transaction in
            try transaction.append(.unit, Payload.encode(Fixture.county), as: .centre, to: .unit("440106"))
        }
        let child = try StoreOutbox(archive: archive).backlog(after: before, .down("440000"))
        #expect(child.envelopes == 2 && child.entries == 8)
        let counts = try archive.read { try ChildBacklogs(["440000": before, "330000": before], $0).counts }
        #expect(counts["440000"]?.entries == 8 && counts["440000"]?.envelopes == 2)
        #expect(counts["330000"]?.entries == 7 && counts["330000"]?.envelopes == 1)
        try archive.close()
    }
}
