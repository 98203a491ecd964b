import FoundationEssentials
import GRDB
import Protocol
import Rules

extension Transaction {
    /// Gives way in a fork: the copy nearest the root wins. Our links after the last one that the parent is known to have
    /// go to salvage, and, where the stream is of a unit hosted here, its acts are written again under the unit's new
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
        if isOwn { for entry in entries { try append(again: entry, of: stream) } }
        try raiseAlarm(
            "fork.mended", subject: stream.unit.text,
            "单位 \(stream.unit) 的数据流与上级不一致,已以上级为准;本节点多出的 \(entries.count) 项另存"
                + (isOwn ? ",并以新的化身重新写入,请核对最近办理的业务。" : "。"))
        return isOwn ? entries.count : 0
    }

    /// The last link that both copies have in common, as far as is known: what the parent has told to have stored. When
    /// even that differs, everything is fetched anew.
    private func agreedSequence(_ row: Int64, own: StreamHead, parent: StreamHead?) throws -> UInt64 {
        let unit = try reading.nodeText("parentUnit") ?? ""
        let told = try Int64.fetchOne(
            database, sql: "SELECT max(sequence) FROM reach WHERE stream = ? AND unit = ?", arguments: [row, unit])
        let reached = UInt64(max(told ?? 0, 0))
        if reached >= own.sequence { return 0 }
        if let parent, parent.sequence <= reached, try Journal.hash(ofRow: row, at: parent.sequence, in: database) != parent.hash {
            return 0
        }
        return reached
    }

    /// Takes the links of a stream after a place out of the journal and into salvage.
    /// - Returns: their entries in order.
    private func rewind(_ row: Int64, after sequence: UInt64) throws -> [Entry] {
        let links = try Row.fetchAll(
            database, sql: "SELECT position, sequence, bytes FROM envelope WHERE stream = ? AND sequence > ? ORDER BY sequence",
            arguments: [row, Int64(sequence)])
        var entries: [Entry] = []
        for link in links {
            let envelope = try Envelope(bytes: Array(link["bytes"] as Data))
            entries += try envelope.entries().compactMap { $0 }
            try database.execute(
                literal: """
                    INSERT OR IGNORE INTO salvage (hash, unit, sequence, source, at, bytes)
                    VALUES (\(Data(envelope.hash.bytes)), \(envelope.stream.unit.text), \(Int64(envelope.sequence)), '', \(now),
                            \(Data(envelope.bytes)))
                    """)
            let position: Int64 = link["position"]
            for table in ["unapplied", "parked", "quarantine", "void", "dropped", "envelope"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE position = ?", arguments: [position])
            }
        }
        try database.execute(literal: "DELETE FROM reach WHERE stream = \(row) AND sequence > \(Int64(sequence))")
        let head = try Journal.hash(ofRow: row, at: sequence, in: database)
        try database.execute(
            literal: "UPDATE stream SET sequence = \(Int64(sequence)), head = \(head.map { Data($0.bytes) }) WHERE id = \(row)")
        return entries
    }
}
