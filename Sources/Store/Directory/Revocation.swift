import FoundationEssentials
import GRDB
import Protocol
import Rules

/// What a revocation has done at the node of the authority that signed it.
public struct Revocation: Sendable, Hashable {
    /// Generation of the key that was revoked, with all older ones.
    public var generation: Int
    /// It was revoked just so before: nothing was written.
    public var wasAlready: Bool
    /// Envelopes that were stored here and count no longer.
    public var withdrawn: Int
    /// Envelopes that came later than the given time and still count, for formal numbers or deletions stand by what is in them.
    public var settled: Int
}

extension Transaction {
    /// Ends a unit's keys up to its active one, and with them its node's right to link: what is stored here is the last that
    /// counts, at every node. Facts that are settled stay, whenever they came.
    /// - Parameters:
    ///   - issuer: an authority above the unit that writes here.
    ///   - since: seconds since 1970; what was stored here from then on does not count. Nil: all that is stored here counts.
    ///   - reason: the operator's words.
    /// - Returns: nil for a unit that has no key.
    public func revoke(_ unit: UnitCode, by issuer: UnitCode, since: Int64?, reason: String) throws -> Revocation? {
        guard let active = try directory.activeKey(of: unit) else { return nil }
        var revocation = Revocation(generation: active.generation, wasAlready: false, withdrawn: 0, settled: 0)
        let heads = try goodHeads(of: unit, since: since, &revocation)
        if try isSaid(heads, of: unit) {
            revocation.wasAlready = true
            return revocation
        }
        let stored = try countEnvelopes(of: unit)
        let seal = KeySeal(
            unit: unit, issuer: issuer, generation: active.generation, topology: active.topology, isRevocation: true, heads: heads,
            reason: reason, at: now)
        // One act wherever copies of the unit's streams may lie.
        let act = surroundings.act()
        for audience in audiences(of: heads, unit, issuer) { try append(.seal, Payload.encode(seal), as: issuer, to: audience, act: act) }
        try withdrawRevoked()
        revocation.withdrawn = stored - (try countEnvelopes(of: unit))
        return revocation
    }

    private func countEnvelopes(of unit: UnitCode) throws -> Int {
        try Int.fetchOne(
            database.cachedStatement(sql: "SELECT count(*) FROM envelope e JOIN stream s ON s.id = e.stream WHERE s.unit = ?"), arguments: [unit.text]) ?? 0
    }

    /// Whether the active key is revoked, and no stream would end earlier than it does already.
    private func isSaid(_ heads: [StreamHead], of unit: UnitCode) throws -> Bool {
        guard try directory.isRevoked(unit) else { return false }
        let stored = try Journal.heads(in: database, of: unit)
        return stored.allSatisfy { heads.contains($0) }
    }

    /// The unit's whole subtree, and whoever else its streams are addressed to.
    private func audiences(of heads: [StreamHead], _ unit: UnitCode, _ issuer: UnitCode) -> [Audience] {
        let first = audiences(ofKeysOf: unit)
        if first.contains(.everyone) { return first }
        var others: Set<UnitCode> = []
        for head in heads {
            switch head.stream.audience {
            case .unit(let code), .subtree(let code):
                if !directory.contains(unit, code), directory.hasContained(issuer, code) { others.insert(code) }
            case .up, .everyone: break
            }
        }
        return first + others.sorted().map { .subtree($0) }
    }

    // MARK: The centre's answer

    /// Answers, at the centre, seals that reach it after it has settled something beyond their last good heads: it gave a number while the
    /// seal was on its way. What settled facts stand by stays; a seal of the centre's counts before any other, in whatever order they come.
    func answerRevocations(of unit: UnitCode) throws {
        let seals = try directory.revocations(of: unit)
        var answers = seals.filter { $0.issuer == .centre }
        for seal in seals where seal.issuer != .centre {
            var answer = seal
            answer.issuer = .centre
            answer.heads = try keptHeads(of: seal)
            let extends = Set(answer.heads) != Set(seal.heads)
            // An earlier answer counts before this seal: what it keeps may have to end earlier now.
            guard extends || answers.contains(where: { $0.covers(generation: seal.generation, topology: seal.topology) }) else { continue }
            let isSaid = answers.contains {
                $0.generation == answer.generation && $0.topology == answer.topology && Set($0.heads) == Set(answer.heads)
            }
            guard !isSaid else { continue }
            let act = surroundings.act()
            for audience in audiences(of: answer.heads, unit, .centre) {
                try append(.seal, Payload.encode(answer), as: .centre, to: audience, act: act)
            }
            answers.append(answer)
        }
    }

    /// The heads that a seal names, each put behind the last link here that holds a settled step.
    private func keptHeads(of seal: KeySeal) throws -> [StreamHead] {
        let sealed = try Set(directory.keys(of: seal.unit).filter { seal.covers(generation: $0.generation, topology: $0.topology) }.map(\.publicKey.id))
        var heads = Dictionary(seal.heads.map { ($0.stream, $0) }) { first, _ in first }
        var known: [DossierID: Set<Digest>] = [:]
        for stored in try Journal.heads(in: database, of: seal.unit) {
            let end = heads[stored.stream]
            guard stored.sequence > end?.sequence ?? 0, let row = try Journal.find(stored.stream, in: database),
                  let first = try Data.fetchOne(
                      database.cachedStatement(sql: "SELECT bytes FROM envelope WHERE stream = ? AND sequence = 1"), arguments: [row]),
                  sealed.contains(try Envelope(bytes: Array(first)).keyID) else { continue }
            // Another branch than the one that the seal knows.
            if let end, try Journal.hash(ofRow: row, at: end.sequence, in: database) != end.hash { continue }
            guard let last = try lastSettled(ofRow: row, from: Int64(end?.sequence ?? 0) + 1, &known),
                  let hash = try Journal.hash(ofRow: row, at: UInt64(last), in: database) else { continue }
            heads[stored.stream] = StreamHead(stream: stored.stream, sequence: UInt64(last), hash: hash)
        }
        return heads.values.sorted { ($0.stream.audience.text, $0.hash) < ($1.stream.audience.text, $1.hash) }
    }

    // MARK: The last good heads

    private func goodHeads(of unit: UnitCode, since: Int64?, _ revocation: inout Revocation) throws -> [StreamHead] {
        let stored = try Journal.heads(in: database, of: unit)
        guard let since else { return stored }
        var known: [DossierID: Set<Digest>] = [:]
        var heads: [StreamHead] = []
        for head in stored {
            guard let row = try Journal.find(head.stream, in: database) else { continue }
            let firstBad = try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT min(sequence) FROM envelope WHERE stream = ? AND stored_at >= ?"), arguments: [row, since])
            guard let firstBad else {
                heads.append(head)
                continue
            }
            let settled = try lastSettled(ofRow: row, from: firstBad, &known) ?? firstBad - 1
            revocation.settled += Int(settled - (firstBad - 1))
            guard settled > 0, let hash = try Journal.hash(ofRow: row, at: UInt64(settled), in: database) else { continue }
            heads.append(StreamHead(stream: head.stream, sequence: UInt64(settled), hash: hash))
        }
        return heads
    }

    /// The last link of a stream, from one on, that holds a settled step.
    private func lastSettled(ofRow row: Int64, from sequence: Int64, _ known: inout [DossierID: Set<Digest>]) throws -> Int64? {
        let links = try Row.fetchCursor(
            database, sql: "SELECT sequence, bytes FROM envelope WHERE stream = ? AND sequence >= ? ORDER BY sequence DESC",
            arguments: [row, sequence])
        while let link = try links.next() {
            for entry in try Envelope(bytes: Array(link["bytes"] as Data)).entries() {
                guard let entry, entry.kind == EntryKind.step.rawValue, let step = Payload.step(entry.payload) else { continue }
                let settled = try known[step.dossier] ?? settledSteps(of: step.dossier)
                known[step.dossier] = settled
                if settled.contains(step.hash) { return link["sequence"] }
            }
        }
        return nil
    }

    /// Steps that a formal number cites or that carry a deletion out, with all before them.
    private func settledSteps(of dossier: DossierID) throws -> Set<Digest> {
        let facts = try DossierShelf(database: database, directory: directory).facts(dossier)
        let steps = Dictionary(facts.steps.map { ($0.hash, $0) }) { first, _ in first }
        var settled: Set<Digest> = []
        for end in facts.numbers.map(\.cites) + facts.steps.filter({ $0.kind == .carryOutDeletion }).map(\.hash) {
            var next: Digest? = end
            while let hash = next, settled.insert(hash).inserted { next = steps[hash]?.previous }
        }
        return settled
    }
}
