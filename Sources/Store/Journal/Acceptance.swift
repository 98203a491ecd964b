import FoundationEssentials
import GRDB
import Protocol
import Rules

extension Transaction {
    /// Envelopes of one unit in salvage from which on those of sealed keys are not kept.
    private static let mostApart = 10_000

    /// Verifies and stores one envelope; does not apply it.
    public func accept(_ bytes: [UInt8], from neighbour: Neighbour) throws -> (Acceptance, StreamHead?) {
        let envelope: Envelope
        do { envelope = try Envelope(bytes: bytes) } catch { return (.refused(Self.refusal(error)), nil) }
        let row = try Journal.row(of: envelope.stream, in: database)
        let head = try Journal.head(ofRow: row, envelope.stream, in: database)
        if let head, envelope.sequence <= head.sequence {
            if try Journal.hash(ofRow: row, at: envelope.sequence, in: database) == envelope.hash { return (.known, head) }
            if try prevails(envelope, ofRow: row) { return (.refused(.gap), nil) }
            return (try salvage(envelope, from: neighbour), head)
        }
        guard envelope.sequence == (head?.sequence ?? 0) + 1 else {
            guard let previous = envelope.previous, try isSalvaged(previous), try !isGood(envelope) else { return (.refused(.gap), head) }
            return (try salvage(envelope, from: neighbour), head)
        }
        guard envelope.previous == head?.hash else {
            if try prevails(envelope, ofRow: row) { return (.refused(.gap), nil) }
            return (try salvage(envelope, from: neighbour), head)
        }
        // What has given way here does not come back from those whose copy gives way to ours.
        if neighbour != .parent, try isSalvaged(envelope.hash), try !isGood(envelope) { return (try salvage(envelope, from: neighbour), head) }
        if let refusal = try mayBring(envelope.stream, neighbour) { return (.refused(refusal), head) }
        guard let key = try directory.key(of: envelope.stream.unit, id: envelope.keyID) else {
            return (.refused(.unknownKey), head)
        }
        do { try envelope.verify(key) } catch { return (.refused(Self.refusal(error)), head) }
        if let last = try directory.lastGood(of: envelope.stream, keyID: envelope.keyID), last.isPassed(by: envelope) {
            return (.refused(try putApart(envelope, from: neighbour)), head)
        }
        try Journal.insert(
            envelope, row: row, source: neighbour.source, now: now, isApplied: false, in: database)
        return (.stored, envelope.head)
    }

    private static func refusal(_ flaw: Envelope.Flaw) -> Acceptance.Refusal {
        switch flaw {
        case .malformed: .malformed
        case .tooLarge: .tooLarge
        case .unknownAlgorithm: .unknownAlgorithm
        case .badSignature: .badSignature
        case .bodyDiffers: .bodyDiffers
        }
    }

    /// Well signed, but not our chain: keep it apart and tell the operator. Forged ones leave no trace but the refusal. A
    /// child's copy loses to ours, and its writer must write those acts again; the parent's copy wins.
    private func salvage(_ envelope: Envelope, from neighbour: Neighbour) throws -> Acceptance {
        guard let key = try directory.key(of: envelope.stream.unit, id: envelope.keyID) else { return .refused(.unknownKey) }
        do { try envelope.verify(key) } catch { return .refused(.badSignature) }
        if try directory.isRevoked(envelope) {
            return .refused(try putApart(envelope, from: neighbour))
        }
        if neighbour != .parent, try hosts(envelope.stream.unit) {
            try writeAgain(envelope, from: neighbour.source)
            return .refused(.fork)
        }
        try keepSalvage(envelope, from: neighbour.source, isSettled: neighbour == .parent)
        try raiseAlarm(
            "fork", subject: envelope.stream.unit.text, "单位 \(envelope.stream.unit) 的数据流出现两个不同的后续，已另存，正按规则处理。")
        return .refused(.fork)
    }

    /// Of a revoked key's stream, at or before its last good link.
    private func isGood(_ envelope: Envelope) throws -> Bool {
        let last = try directory.lastGood(of: envelope.stream, keyID: envelope.keyID, byRevocation: true)
        return last.map { !$0.isPassed(by: envelope) } ?? false
    }

    /// Whether it is the very link that a revocation names as the last good one, and ours are others: then ours give way, and
    /// the good ones come again from the beginning.
    private func prevails(_ envelope: Envelope, ofRow row: Int64) throws -> Bool {
        let last = try directory.lastGood(of: envelope.stream, keyID: envelope.keyID, byRevocation: true)
        guard let last, last.sequence == envelope.sequence, last.hash == envelope.hash else { return false }
        try withdrawCopy(envelope.stream, ofRow: row)
        return true
    }

    /// Signed by a key that may not say it any more: kept apart for people to judge; nobody writes it again by himself. Whoever has
    /// the key can sign without end: beyond a number they are refused and not kept.
    private func putApart(_ envelope: Envelope, from neighbour: Neighbour) throws -> Acceptance.Refusal {
        let unit = envelope.stream.unit
        let kept = try Int.fetchOne(database.cachedStatement(sql: "SELECT count(*) FROM salvage WHERE unit = ?"), arguments: [unit.text]) ?? 0
        if kept < Self.mostApart { try keepSalvage(envelope, from: neighbour.source, isSettled: true) }
        try raiseAlarm("key.sealed", subject: unit.text, "有人用单位 \(unit) 已停用或吊销的密钥签发了数据（来自 \(neighbour.source)），未予采信，已另存待查。")
        return .sealedKey
    }

    /// A node holds only its subtree's streams, its ancestors' broadcasts and its own mail.
    private func mayBring(_ stream: StreamID, _ neighbour: Neighbour) throws -> Acceptance.Refusal? {
        guard let own = try reading.ownUnit() else { return .notForUs }
        switch neighbour {
        case .child(let child):
            // What a child may show us: its subtree's streams, those of units that were below it when they wrote, for it may be the only
            // one that still has them, and copies of streams that had reached it.
            guard directory.hasConcerned(child, stream) || stream.audience.reaches(child, in: directory) else {
                return .notForUs
            }
        case .parent:
            guard directory.contains(own, stream.unit) || stream.audience.reaches(own, in: directory)
                || directory.unit(own) == nil else { return .notForUs }
        }
        if mayAddress(stream) { return nil }
        return isJudged(stream) ? .notAllowed : .unknownKey
    }

    /// Whether the records are here by which `mayAddress` judges: on a new node what is addressed to it may come before its own record.
    private func isJudged(_ stream: StreamID) -> Bool {
        [stream.unit, stream.audience.addressee].compactMap { $0 }.allSatisfy { directory.unit($0) != nil }
    }

    /// A writer speaks to its own path and subtree, as it is or was when it wrote; only those who take in the institution feed speak to everyone.
    private func mayAddress(_ stream: StreamID) -> Bool {
        switch stream.audience {
        case .up: return true
        case .unit(let code), .subtree(let code): return directory.hasContained(stream.unit, code)
        case .everyone:
            guard let tier = directory.tier(of: stream.unit) else { return stream.unit == .centre }
            return TierRights.may(tier, .importUnits)
        }
    }
}
