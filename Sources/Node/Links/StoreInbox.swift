import Protocol
import Replication
import Store

/// Stores what a neighbour brings: a batch is one transaction, durable when `accept` returns.
struct StoreInbox: Inbox {
    let archive: Archive
    /// Rung when something was stored.
    let stored: Bell
    /// Rung when links have news to tell.
    let news: Bell

    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        let results = try archive.write { transaction in
            var results = try envelopes.map { try transaction.accept($0, from: neighbour) }
            // Keys and units in the batch serve what comes after them: apply, then try the refused ones again.
            var waiting = results.indices.filter { Self.mayPass(results[$0].0) }
            while !waiting.isEmpty {
                while try transaction.applyStored().envelopes > 0 {}
                for index in waiting { results[index] = try transaction.accept(envelopes[index], from: neighbour) }
                let left = waiting.filter { Self.mayPass(results[$0].0) }
                guard left.count < waiting.count else { break }
                waiting = left
            }
            return results
        }
        if results.contains(where: { $0.0 == .stored }) {
            stored.ring()
            news.ring()
        }
        return results
    }

    /// Refusals that something earlier in the same batch may lift.
    private static func mayPass(_ acceptance: Acceptance) -> Bool {
        switch acceptance {
        case .refused(.unknownKey), .refused(.gap), .refused(.notForUs), .refused(.notAllowed): true
        default: false
        }
    }

    func applyNow() throws {
        while try archive.write({ try $0.applyStored() }).envelopes > 0 {}
        stored.ring()
    }

    func note(_ reach: [Reach]) throws {
        guard !reach.isEmpty else { return }
        if try archive.write({ try ReachTable.note(reach, in: $0.database) }) { news.ring() }
    }
}
