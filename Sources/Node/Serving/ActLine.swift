import Features
import Store
import Synchronization

/// The line that an operation leaves in the trail. It commits with the operation's first write, so that no crash leaves an act without its
/// line; by itself where nothing was written or nothing came of it.
final class ActLine: Sendable {
    /// What the operation works with.
    let archive: Archive
    private let alone: Archive
    private let rider: WriteRider?
    private let place: Place
    private let entry: Entry

    private struct Entry: Sendable {
        let operation, subject: String
        let actor: Actor

        func record(_ outcome: String, in transaction: Transaction) throws -> Int64 {
            try AuditTrail.line(operation, by: actor, subject: subject, outcome: outcome, in: transaction)
        }
    }

    private final class Place: Sendable {
        let line = Mutex<Int64?>(nil)
    }

    /// - Parameter isJoined: whether the operation's first write is what it is about; not so where an attempt is counted that may fail.
    init(_ operation: String, by actor: Actor, on subject: String, archive: Archive, isJoined: Bool) {
        let (entry, place) = (Entry(operation: operation, subject: subject, actor: actor), Place())
        (self.entry, self.place, alone) = (entry, place, archive)
        guard isJoined else {
            (rider, self.archive) = (nil, archive)
            return
        }
        let rider = WriteRider { transaction in
            let line = try entry.record("done", in: transaction)
            place.line.withLock { $0 = line }
        }
        (self.rider, self.archive) = (rider, Archive(archive, rider: rider))
    }

    /// - Parameter outcome: `done`, or the code of what went wrong.
    /// - Throws: `StoreError` where the line could not be written.
    func end(_ outcome: String) throws {
        let isWritten = rider?.end() ?? false
        guard isWritten, let line = place.line.withLock({ $0 }) else {
            _ = try alone.write { try entry.record(outcome, in: $0) }
            return
        }
        if outcome != "done" { try alone.write { try AuditTrail.correct(line, outcome: outcome, in: $0) } }
    }
}
