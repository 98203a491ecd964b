import GRDB
import Logging
import Protocol
import Replication
import Rules
import ServiceLifecycle
import Store

/// Looks at what was stored here and wakes the pulls of the children whom it concerns.
struct NewsScout: Service {
    /// New rows looked at one by one; with more everybody is woken.
    static let scanLimit = 20_000

    let archive: Archive
    let workers: Workers
    let news: Bell
    let children: ChildBells
    let ending: Ending
    let log: Logger

    /// How far it has looked: position in the journal, change number of `ReachTable`.
    private struct Place: Sendable {
        var position: Int64 = 0
        var change: Int64 = 0
    }

    private enum Concerned: Sendable {
        case everyone
        case units(Set<UnitCode>)
    }

    func run() async throws {
        var place: Place?
        while !ending.isEnding {
            let seen = news.rings
            do {
                let before = place
                let (concerned, now) = try await workers.run { try look(since: before) }
                place = now
                switch concerned {
                case .everyone: children.ringAll()
                case .units(let units): children.ring(units)
                }
            } catch {
                log.error("news not read", metadata: ["error": "\(error)"])
                children.ringAll()
            }
            await news.wait(since: seen, seconds: 60)
        }
        children.ringAll()
        try? await gracefulShutdown()
    }

    private func look(since place: Place?) throws -> (Concerned, Place) {
        try archive.read { reading in
            let now = Place(
                position: try Journal.position(in: reading.database), change: try ReachTable.newest(in: reading.database))
            guard let place else { return (.everyone, now) }
            let rows = now.position - place.position + now.change - place.change
            guard rows >= 0, rows <= Self.scanLimit else { return (.everyone, now) }
            return (try concerned(since: place, reading), now)
        }
    }

    private func concerned(since place: Place, _ reading: Reading) throws -> Concerned {
        guard let own = try reading.ownUnit() else { return .everyone }
        var known: [Int64: Set<UnitCode>?] = [:]
        func below(_ row: Int64) throws -> Set<UnitCode>? {
            if let found = known[row] { return found }
            let found = try Journal.stream(row: row, in: reading.database).flatMap { ChildrenConcerned.below(own, $0, reading.directory) }
            known[row] = .some(found)
            return found
        }
        var units: Set<UnitCode> = []
        var isForAll = false
        try Journal.forEachPlace(after: place.position, in: reading.database) { envelope in
            guard let found = try below(envelope.stream) else {
                isForAll = true
                return false
            }
            units.formUnion(found.filter { Neighbour.child($0).source != envelope.source })
            return true
        }
        for row in try ReachTable.streams(after: place.change, in: reading.database) where !isForAll {
            guard let found = try below(row) else { return .everyone }
            units.formUnion(found)
        }
        return isForAll ? .everyone : .units(units)
    }
}
