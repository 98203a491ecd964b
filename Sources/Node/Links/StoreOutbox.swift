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
        try archive.read { reading in
            let view = try ScopeView(scope, reading)
            return try Journal.heads(in: reading.database).filter { view.covers($0.stream) }
        }
    }

    func envelopes(_ ranges: [StreamRange], in scope: Scope, limitBytes: Int) throws -> [[UInt8]] {
        try archive.read { reading in
            let view = try ScopeView(scope, reading)
            return try Journal.envelopes(
                ranges.filter { view.covers($0.stream) }, limitBytes: limitBytes, in: reading.database).map(\.bytes)
        }
    }

    func envelopes(after position: Int64, _ scope: Scope, limitBytes: Int) throws -> Batch {
        try archive.read { reading in
            let view = try ScopeView(scope, reading)
            var batch = Batch(envelopes: [], position: position, hasMore: false)
            var (bytes, scanned) = (0, 0)
            try Journal.forEach(after: position, in: reading.database) { stored in
                let isWanted = stored.source != view.neighbour && view.covers(stored.stream)
                let isFull = isWanted && !batch.envelopes.isEmpty && bytes + stored.bytes.count > limitBytes
                guard !isFull, scanned < Self.scanLimit else {
                    batch.hasMore = true
                    return false
                }
                scanned += 1
                batch.position = stored.position
                if isWanted {
                    batch.envelopes.append(stored.bytes)
                    bytes += stored.bytes.count
                }
                return true
            }
            return batch
        }
    }

    func position() throws -> Int64 { try archive.read { try Journal.position(in: $0.database) } }

    func reach(after change: Int64, _ scope: Scope, limit: Int) throws -> (reach: [Reach], change: Int64) {
        try archive.read { reading in
            let view = try ScopeView(scope, reading)
            return try ReachTable.after(change, limit: limit, in: reading.database, where: view.covers)
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
                SELECT s.unit, s.incarnation, s.audience, count(*) AS n, sum(length(e.bytes)) AS size
                FROM envelope e JOIN stream s ON s.id = e.stream
                WHERE e.position > ? AND e.source <> ? GROUP BY e.stream
                """, arguments: [position, view.neighbour])
            var backlog = Backlog(envelopes: 0, bytes: 0)
            for row in rows {
                guard let stream = ReachTable.stream(row), view.covers(stream) else { continue }
                backlog.envelopes += row["n"]
                backlog.bytes += row["size"]
            }
            return backlog
        }
    }
}

/// Which streams a link is about, judged by the directory of one read.
struct ScopeView {
    private let scope: Scope
    private let directory: UnitDirectory
    private let own: UnitCode?

    init(_ scope: Scope, _ reading: Reading) throws {
        self.scope = scope
        directory = reading.directory
        own = try reading.ownUnit()
    }

    /// How the store names the neighbour at the other end.
    var neighbour: String {
        switch scope {
        case .up: Neighbour.parent.source
        case .down(let child): Neighbour.child(child).source
        }
    }

    /// What stands in the subtree, and what is addressed into it; upwards also what cannot be told yet. A school that has moved
    /// away is its new path's to look after.
    func covers(_ stream: StreamID) -> Bool {
        switch scope {
        case .up:
            own.map { directory.contains($0, stream.unit) || stream.audience.reaches($0, in: directory) } ?? true
                || directory.unit(stream.unit) == nil
        case .down(let child):
            directory.contains(child, stream.unit) || stream.audience.reaches(child, in: directory)
        }
    }
}
