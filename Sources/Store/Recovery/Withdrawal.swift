import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Takes back what revoked keys have said beyond their last good heads. The envelopes go to salvage, where people look at them;
/// the tables follow from what is left, so that seal and envelopes may come in any order.
extension Transaction {
    func withdrawRevoked() throws {
        var lost = takeRevoked()
        if try reading.ownUnit() == .centre, !lost.isEmpty {
            // What a centre that went back has settled is not all here yet: taken back when it is.
            guard try mayOfficesWork() else { return }
            for unit in lost { try answerRevocations(of: unit) }
            _ = takeRevoked()
        }
        while let unit = lost.popLast() {
            let taken = try cut(unit)
            guard !taken.isEmpty else { continue }
            if try !takeBack(taken, of: unit) { lost += try replayJournal() }
            try raiseAlarm(
                "key.sealed", subject: unit.text,
                "单位 \(unit) 的密钥已吊销，最后有效位置以后的数据已撤出、另存待查，不再有效。"
                    + "请用 salvage list --of \(unit) 查看，核对后运行 alarm acknowledge key.sealed \(unit)。")
        }
        try settle()
    }

    /// Takes a stream's copy out as a whole: the last good link is another than stands here, so where the two part is not known.
    /// What is good of it comes again.
    func withdrawCopy(_ stream: StreamID, ofRow row: Int64) throws {
        let taken = try rewind(row, after: 0).map { ($0, stream) }
        if try !takeBack(taken, of: stream.unit) {
            for unit in try replayJournal() { noteRevoked(unit) }
            try withdrawRevoked()
        }
        try settle()
    }

    // MARK: The journal

    private func cut(_ unit: UnitCode) throws -> [(Entry, StreamID)] {
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: """
                SELECT id, unit, incarnation, audience, sequence, head FROM stream WHERE unit = ? AND sequence > 0
                ORDER BY incarnation, audience
                """), arguments: [unit.text])
        var taken: [(Entry, StreamID)] = []
        for row in rows {
            guard let stream = Journal.streamID(row) else { continue }
            let (id, sequence): (Int64, Int64) = (row["id"], row["sequence"])
            let last = try lastKept(id, stream, upTo: sequence)
            if last < sequence { taken += try rewind(id, after: UInt64(last)).map { ($0, stream) } }
        }
        return taken
    }

    /// The last link of a stored copy that still counts.
    private func lastKept(_ row: Int64, _ stream: StreamID, upTo sequence: Int64) throws -> Int64 {
        var ends: [[UInt8]: LastGood?] = [:]
        let keys = try directory.keys(of: stream.unit).map(\.publicKey.id)
        for key in keys { ends[key] = .some(try directory.lastGood(of: stream, keyID: key, byRevocation: true)) }
        let sealed = ends.values.compactMap { $0 }
        guard let floor = sealed.map(\.sequence).min() else {
            // No key at all: whoever enrolled it had no right to.
            return keys.isEmpty ? 0 : try lastOfKnownKey(row, Set(keys), upTo: sequence)
        }
        let links = try Row.fetchCursor(
            database, sql: "SELECT sequence, bytes FROM envelope WHERE stream = ? AND sequence >= ? ORDER BY sequence",
            arguments: [row, max(1, Int64(floor))])
        while let link = try links.next() {
            let envelope = try Envelope(bytes: Array(link["bytes"] as Data))
            let here: Int64 = link["sequence"]
            guard let end = ends[envelope.keyID] else { return here - 1 }
            guard let end else { continue }
            if envelope.sequence == end.sequence, envelope.hash != end.hash { return 0 }
            if envelope.sequence > end.sequence { return here - 1 }
        }
        return sequence
    }

    private func lastOfKnownKey(_ row: Int64, _ keys: Set<[UInt8]>, upTo sequence: Int64) throws -> Int64 {
        let links = try Row.fetchCursor(
            database, sql: "SELECT sequence, bytes FROM envelope WHERE stream = ? ORDER BY sequence", arguments: [row])
        while let link = try links.next() {
            let envelope = try Envelope(bytes: Array(link["bytes"] as Data))
            if !keys.contains(envelope.keyID) { return (link["sequence"] as Int64) - 1 }
        }
        return sequence
    }

    // MARK: The tables

    /// - Returns: false where the writer's own rows are not all that follows.
    private func takeBack(_ taken: [(Entry, StreamID)], of unit: UnitCode) throws -> Bool {
        for (entry, stream) in taken {
            guard let projection = book.byKind[entry.kind] else { continue }
            guard try projection.withdraw(entry, of: stream, in: self) else { return false }
        }
        try applyLeft(of: unit, Set(taken.map(\.0.kind)))
        return true
    }

    /// Applies what is left of a unit's entries again: of some rows that went another entry is the reason, too.
    private func applyLeft(of unit: UnitCode, _ kinds: Set<UInt32>) throws {
        let positions = try Int64.fetchAll(
            database.cachedStatement(sql: """
                SELECT e.position FROM envelope e JOIN stream s ON s.id = e.stream
                WHERE s.unit = ? AND e.position NOT IN (SELECT position FROM unapplied) ORDER BY e.position
                """), arguments: [unit.text])
        for position in positions {
            let apart = try Set(Int.fetchAll(
                database.cachedStatement(sql: """
                    SELECT slot FROM dropped WHERE position = ? UNION SELECT slot FROM quarantine WHERE position = ?
                    UNION SELECT slot FROM parked WHERE position = ?
                    """), arguments: [position, position, position]))
            for (slot, entry) in try entries(at: position).enumerated() where !apart.contains(slot) {
                if let (entry, stream) = entry, kinds.contains(entry.kind) { _ = try attempt { try apply(entry, of: stream) } }
            }
        }
    }
}
