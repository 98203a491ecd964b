import FoundationEssentials
import GRDB
import Protocol
import Rules

extension Transaction {
    /// Gives way in a fork: the copy nearest the root wins. The parent has ours in its salvage. Our links after the last one that
    /// it is known to have go to salvage here, too, and, where the stream is of a unit hosted here, its acts are written again under the unit's new
    /// incarnation with the same act ids. The facts stand meanwhile: they are a set, and the same facts come again.
    /// - Parameters:
    ///   - parent: the head that the parent showed for the stream; nil where it only refused ours.
    /// - Returns: how many acts were written again; nil when nothing of the stream is here.
    @discardableResult
    public func giveWay(_ stream: StreamID, to parent: StreamHead?) throws -> Int? {
        guard let row = try Journal.find(stream, in: database),
              let own = try Journal.head(ofRow: row, stream, in: database) else { return nil }
        let agreed = try agreedSequence(row, own: own, parent: parent)
        let isOwn = try hosts(stream.unit)
        if isOwn, try incarnation(of: stream.unit) == stream.incarnation { try beginRecovery(.rolledBack) }
        let entries = try rewind(row, after: agreed)
        // Another writer's acts are its own to write again: the parent has them and hands them over.
        guard isOwn else { return 0 }
        for entry in entries { try append(again: entry, of: stream) }
        try raiseMended(stream.unit, acts: entries.count)
        return entries.count
    }

    /// The last link that both copies have in common, as far as is known: what the parent has told to have stored. When
    /// even that differs, everything is fetched anew.
    private func agreedSequence(_ row: Int64, own: StreamHead, parent: StreamHead?) throws -> UInt64 {
        let reached = try Journal.toldByParent(row, in: reading)
        if reached >= own.sequence { return 0 }
        if let parent, parent.sequence <= reached, try Journal.hash(ofRow: row, at: parent.sequence, in: database) != parent.hash {
            return 0
        }
        return reached
    }

    /// Takes the links of a stream after a place out of the journal and into salvage.
    /// - Returns: their entries in order.
    func rewind(_ row: Int64, after sequence: UInt64) throws -> [Entry] {
        let links = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT position, sequence, bytes FROM envelope WHERE stream = ? AND sequence > ? ORDER BY sequence"),
            arguments: [row, Int64(sequence)])
        var entries: [Entry] = []
        for link in links {
            let envelope = try Envelope(bytes: Array(link["bytes"] as Data))
            entries += try envelope.entries().compactMap { $0 }
            try keepSalvage(envelope, from: "", isSettled: true)
            let position: Int64 = link["position"]
            for table in ["unapplied", "parked", "quarantine", "void", "dropped", "envelope_count", "envelope"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE position = ?", arguments: [position])
            }
        }
        for table in ["reach", "reach_applied"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE stream = ? AND sequence > ?", arguments: [row, Int64(sequence)])
        }
        let head = try Journal.hash(ofRow: row, at: sequence, in: database)
        try database.execute(
            literal: "UPDATE stream SET sequence = \(Int64(sequence)), head = \(head.map { Data($0.bytes) }) WHERE id = \(row)")
        return entries
    }
}
