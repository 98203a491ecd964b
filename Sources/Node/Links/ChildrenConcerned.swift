import GRDB
import Protocol
import Replication
import Rules
import Store

/// Whom a stream concerns below a node, judged by the directory of one read.
enum ChildrenConcerned {
    /// The units below this node's on the way to a stream's writer and to those it is addressed to; nil: all.
    static func below(_ own: UnitCode, _ stream: StreamID, _ directory: UnitDirectory) -> Set<UnitCode>? {
        func way(to unit: UnitCode) -> Set<UnitCode> { Set(directory.path(of: unit).prefix { $0 != own }) }
        switch stream.audience {
        case .up: return way(to: stream.unit)
        case .everyone: return nil
        case .unit(let code): return way(to: stream.unit).union(way(to: code))
        case .subtree(let code):
            return directory.contains(code, own) ? nil : way(to: stream.unit).union(way(to: code)).union([code])
        }
    }
}

/// What waits for each child, counted in one passage over the newest part of the journal, for display.
struct ChildBacklogs {
    /// Envelopes looked at; a child that is further behind waits for at least what was counted.
    static let scanLimit = 500_000

    private(set) var counts: [UnitCode: Backlog] = [:]

    /// - Parameter pulled: up to which position of the journal each child has pulled.
    init(_ pulled: [UnitCode: Int64], _ reading: Reading) throws {
        guard let own = try reading.ownUnit(), let first = pulled.values.min() else { return }
        var concerned: [Int64: Set<UnitCode>?] = [:]
        var scanned = 0
        try Journal.forEachPlace(after: first, counting: true, in: reading.database) { place in
            scanned += 1
            let children: Set<UnitCode>?
            if let known = concerned[place.stream] {
                children = known
            } else {
                children = try Journal.stream(row: place.stream, in: reading.database)
                    .flatMap { ChildrenConcerned.below(own, $0, reading.directory) }
                concerned[place.stream] = .some(children)
            }
            if let children {
                for child in children { if let position = pulled[child] { add(place, to: child, after: position) } }
            } else {
                for (child, position) in pulled { add(place, to: child, after: position) }
            }
            return scanned < Self.scanLimit
        }
    }

    private mutating func add(_ place: Journal.Place, to child: UnitCode, after position: Int64) {
        guard place.position > position, place.source != Neighbour.child(child).source else { return }
        var backlog = counts[child] ?? Backlog(envelopes: 0, entries: 0, bytes: 0)
        backlog.envelopes += 1
        backlog.entries += place.entries
        backlog.bytes += place.size
        backlog.oldest = backlog.oldest ?? place.storedAt
        counts[child] = backlog
    }
}
