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
    /// Shared with whatever else writes much at once.
    var turn = BulkTurn()

    func accept(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        let results = try turn.take { try store(envelopes, from: neighbour) }
        if results.contains(where: { $0.0 == .stored }) {
            stored.ring()
            news.ring()
        }
        return results
    }

    private func store(_ envelopes: [[UInt8]], from neighbour: Neighbour) throws -> [(Acceptance, StreamHead?)] {
        try archive.write { transaction in
            let before = try Journal.position(in: transaction.database)
            var results = try envelopes.map { try transaction.accept($0, from: neighbour) }
            // Keys and units in the batch serve what comes after them: apply, then try the refused ones again.
            var waiting = results.indices.filter { Self.mayPass(results[$0].0) }
            // One by one, and of this batch alone: what else is stored waits for a pass of its own, and people for the gate. A key
            // that is among that is asked for again soon; a refusal that stands, and alarms, comes only after all is applied.
            while !waiting.isEmpty {
                let mayWait = waiting.allSatisfy { Self.isTriedAgainSoon(results[$0].0) }
                guard try transaction.applyStored(limit: 1, after: mayWait ? before : 0).envelopes > 0 else { break }
                for index in waiting { results[index] = try transaction.accept(envelopes[index], from: neighbour) }
                waiting = waiting.filter { Self.mayPass(results[$0].0) }
            }
            return results
        }
    }

    /// Refusals that something earlier in the same batch may lift.
    private static func mayPass(_ acceptance: Acceptance) -> Bool {
        switch acceptance {
        case .refused(.unknownKey), .refused(.gap), .refused(.notForUs), .refused(.notAllowed): true
        default: false
        }
    }

    private static func isTriedAgainSoon(_ acceptance: Acceptance) -> Bool {
        switch acceptance {
        case .refused(.unknownKey), .refused(.gap): true
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
