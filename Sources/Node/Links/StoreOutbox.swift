import FoundationEssentials
import GRDB
import Protocol
import Replication
import Rules
import Store

/// What this node's store shows its neighbours.
struct StoreOutbox: Outbox {
    /// Envelopes looked at for one batch, in scope or not.
    static let scanLimit = 20_000

    let archive: Archive

    func heads(_ scope: Scope) throws -> [StreamHead] {
        try archive.read { try ScopeStreams.heads(scope, $0) }
    }

    func links(beside heads: [StreamHead]) throws -> [StreamHead] {
        try archive.read { reading in try heads.compactMap { try Journal.link(beside: $0, in: reading.database) } }
    }

    func envelopes(_ ranges: [StreamRange], in scope: Scope, limitBytes: Int) throws -> [[UInt8]] {
        try archive.read { reading in
            let view = try ScopeView(scope, reading)
            return try Journal.envelopes(
                ranges.filter { try view.covers($0.stream) }, limitBytes: limitBytes, in: reading.database).map(\.bytes)
        }
    }

    func envelopes(after position: Int64, _ scope: Scope, limitBytes: Int) throws -> Batch {
        try archive.read { reading in
            let newest = try Journal.position(in: reading.database)
            var batch = Batch(envelopes: [], position: position, hasMore: false)
            guard newest > position else { return batch }
            let streams = try ScopeStreams(scope, reading, rows: newest - position)
            var (bytes, scanned) = (0, 0)
            try Journal.forEachPlace(after: position, in: reading.database) { place in
                let isWanted = try place.source != streams.neighbour && streams.holds(place.stream)
                let isFull = isWanted && !batch.envelopes.isEmpty && bytes + place.size > limitBytes
                guard !isFull, scanned < Self.scanLimit else {
                    batch.hasMore = true
                    return false
                }
                scanned += 1
                batch.position = place.position
                if isWanted, let envelope = try Journal.bytes(at: place.position, in: reading.database) {
                    batch.envelopes.append(envelope)
                    bytes += place.size
                }
                return true
            }
            return batch
        }
    }

    func isRefilling() throws -> Bool { try archive.read { try $0.isRefilling() } }

    func position() throws -> Int64 { try archive.read { try Journal.position(in: $0.database) } }

    func reach(after change: Int64, _ scope: Scope, limit: Int) throws -> (reach: [Reach], change: Int64) {
        try archive.read { reading in
            let newest = try ReachTable.newest(in: reading.database)
            guard newest > change else { return ([], change) }
            let streams = try ScopeStreams(scope, reading, rows: newest - change)
            return try ReachTable.after(change, limit: limit, in: reading.database, where: streams.holds)
        }
    }

    func fork(of stream: StreamID, after sequence: UInt64?, limitBytes: Int) throws -> [[UInt8]] {
        try archive.read { try Journal.fork(of: stream, after: sequence, limitBytes: limitBytes, in: $0).map(\.bytes) }
    }

    /// Streams that those above have written for this node or for many: its key, and the units, are in them.
    func vouchers(beyond heads: [StreamHead]?, limitBytes: Int) throws -> [[UInt8]] {
        try archive.read { reading in
            guard let own = try reading.ownUnit() else { return [] }
            let above = Set(reading.directory.path(of: own).dropFirst())
            let shown = Dictionary((heads ?? []).map { ($0.stream, $0.sequence) }, uniquingKeysWith: max)
            let ranges = try Journal.heads(in: reading.database).compactMap { head -> StreamRange? in
                guard above.contains(head.stream.unit), Self.mayHoldKeys(head.stream.audience) else { return nil }
                let first = heads == nil ? head.sequence : (shown[head.stream] ?? 0) + 1
                return first <= head.sequence ? StreamRange(stream: head.stream, sequences: first...head.sequence) : nil
            }
            return try Journal.envelopes(ranges, limitBytes: limitBytes, in: reading.database).map(\.bytes)
        }
    }

    func broadcasts(to unit: UnitCode, beyond heads: [StreamHead], limitBytes: Int) throws -> [[UInt8]]? {
        try archive.read { reading in
            let directory = reading.directory
            guard let own = try reading.ownUnit(), own != unit, directory.contains(own, unit) else { return nil }
            let above = Set(directory.path(of: unit).dropFirst())
            let shown = Dictionary(heads.map { ($0.stream, $0.sequence) }, uniquingKeysWith: max)
            let ranges = try Journal.heads(in: reading.database).compactMap { head -> StreamRange? in
                let first = (shown[head.stream] ?? 0) + 1
                guard above.contains(head.stream.unit), Self.mayHoldKeys(head.stream.audience), first <= head.sequence,
                      head.stream.audience.reaches(unit, in: directory) else { return nil }
                return StreamRange(stream: head.stream, sequences: first...head.sequence)
            }
            return try Journal.envelopes(ranges, limitBytes: limitBytes, in: reading.database).map(\.bytes)
        }
    }

    private static func mayHoldKeys(_ audience: Audience) -> Bool {
        switch audience {
        case .everyone, .subtree: true
        case .up, .unit: false
        }
    }

    func backlog(after position: Int64, _ scope: Scope) throws -> Backlog {
        try archive.read { reading in
            let view = try ScopeView(scope, reading)
            let rows = try Row.fetchAll(reading.database, sql: """
                SELECT s.unit, s.incarnation, s.audience, count(*) AS n, sum(c.entries) AS entries, sum(length(e.bytes)) AS size,
                  min(e.stored_at) AS oldest
                FROM envelope e JOIN stream s ON s.id = e.stream JOIN envelope_count c ON c.position = e.position
                WHERE e.position > ? AND e.source <> ? GROUP BY e.stream
                """, arguments: [position, view.neighbour])
            var backlog = Backlog(envelopes: 0, entries: 0, bytes: 0)
            for row in rows {
                guard let stream = Journal.streamID(row), try view.covers(stream) else { continue }
                backlog.envelopes += row["n"]
                backlog.entries += row["entries"]
                backlog.bytes += row["size"]
                backlog.oldest = min(backlog.oldest ?? .max, row["oldest"])
            }
            return backlog
        }
    }
}
