import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 查重: every authority's node judges its own subtree and says at once what it sees; the centre's verdict is final
/// (requirements §1.21). Its errands and its verdicts commit together, so a power cut leaves nothing unchecked (Q54).
public struct DuplicateDesk: Office {
    static let office = "duplicates"
    /// Of provinces that have switched the instant check off (Q54).
    static let queued = "duplicates.queued"
    /// Dossiers judged in one transaction.
    static let batch = 500
    /// How long a record waits where the province has switched the instant check off, in seconds (Q54).
    static let queuedSeconds: Int64 = 3600

    /// Members of a group that are looked at for one verdict; it names `Dossier.maxPeers` of them at most.
    static let maxCards = 1000

    /// Closed while the centre's boot fence is up.
    private let isOpen: @Sendable () -> Bool

    public let migrations: [(name: String, sql: String)] = StoredDuplicateIndex.migrations + [("duplicate-desk-1", """
        CREATE INDEX word_writer ON word (writer, kind, position);
        """), ("problems-2", """
        -- Under which keys the proposals of open key-data changes would stand; the index has none of them.
        CREATE TABLE proposal_key (key TEXT NOT NULL, dossier BLOB NOT NULL, PRIMARY KEY (key, dossier)) WITHOUT ROWID;
        CREATE INDEX proposal_key_dossier ON proposal_key (dossier);
        """)] + StoredDuplicateIndex.later

    public init(isOpen: @escaping @Sendable () -> Bool = { true }) { self.isOpen = isOpen }

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard let judge = try judge(transaction) else { return }
        let isLive = isLive(dossier, judge, transaction)
        let isJudged = dossier.verdicts.contains { $0.by == judge.unit }
        // Of a group too large for one verdict, those that rulings have settled make room for others.
        let makesRoom = dossier.verdicts.contains { verdict in
            verdict.by == judge.unit && verdict.peers.count >= Dossier.maxPeers && verdict.peers.contains { dossier.isSettled($0, in: verdict) }
        }
        let isProposalJudged = dossier.openCase?.checked == nil || dossier.proposalVerdicts.contains { $0.by == judge.unit }
        if try (isLive && !(isJudged && isProposalJudged)) || makesRoom || isMoved(dossier, isLive, transaction) {
            let isInstant = try PolicyShelf(transaction.reading).isOn("duplicates.instant", for: dossier.home)
            try transaction.errand(isInstant ? Self.office : Self.queued, dossier.id.bytes)
        }
    }

    /// Whether it, or what is proposed for it, stands under other keys than the indices have.
    private func isMoved(_ dossier: Dossier, _ isLive: Bool, _ transaction: Transaction) throws -> Bool {
        let wanted = isLive ? Set(KeyFields(dossier.record).keys) : []
        let proposed = isLive ? Set(dossier.openCase?.checked.map { KeyFields($0).keys.map(\.text) } ?? []) : []
        return try Set(StoredDuplicateIndex(transaction).keys(of: dossier.id)) != wanted
            || ProposalIndex(database: transaction.database).keys(of: dossier.id) != proposed
    }

    public func vanished(_ dossier: DossierID, in transaction: Transaction) throws {
        try transaction.errand(Self.office, dossier.bytes)
    }

    /// Of a new record that stands alone under its keys: nobody else's verdict follows from it.
    public func wordAtOnce(about dossier: Dossier, in transaction: Transaction) throws -> (() throws -> Void)? {
        guard isOpen(), dossier.openCase == nil, let digest = dossier.keyDigest, let judge = try judge(transaction),
              isLive(dossier, judge, transaction), !dossier.verdicts.contains(where: { $0.by == judge.unit }),
              try PolicyShelf(transaction.reading).isOn("duplicates.instant", for: dossier.home) else { return nil }
        let index = try StoredDuplicateIndex(transaction)
        let fields = KeyFields(dossier.record)
        let proposals = ProposalIndex(database: transaction.database)
        guard try !index.hasOld(), try index.keys(of: dossier.id).isEmpty, try proposals.keys(of: dossier.id).isEmpty,
              try fields.keys.allSatisfy({ try index.members(of: $0).members.isEmpty && proposals.dossiers(under: $0).isEmpty })
        else { return nil }
        return {
            try index.add(dossier.id, fields)
            let found = try InMemoryDuplicateIndex<DossierID>().problems(of: dossier.id, with: fields)
            let verdict = try verdict(about: dossier, fields, digest, found, judge, crossIsProblem: false, in: transaction)
            try transaction.append(.verdict, Payload.encode(verdict), as: judge.unit, to: .unit(dossier.home))
        }
    }

    public func work(in transaction: Transaction) throws -> Bool {
        guard isOpen(), let judge = try judge(transaction) else { return false }
        var index = try StoredDuplicateIndex(transaction)
        if try index.moveOld() { return true }
        let due = try due(transaction)
        guard !due.isEmpty else { return false }
        var affected = Set(due)
        for id in due {
            let dossier = try transaction.dossier(id).flatMap { isLive($0, judge, transaction) ? $0 : nil }
            let groups = if let dossier { try index.insert(id, KeyFields(dossier.record)) } else { try index.remove(id) }
            let proposals = ProposalIndex(database: transaction.database)
            for group in groups {
                affected.formUnion(group.members.map(\.subject))
                affected.formUnion(try proposals.dossiers(under: group.key))
            }
            affected.formUnion(try proposals.put(id, dossier?.openCase?.checked.map { KeyFields($0) }))
            for office in [Self.office, Self.queued] { try transaction.endErrand(of: office, Data(id.bytes)) }
        }
        let crossIsProblem = try PolicyShelf(transaction.reading).isOn("duplicates.crossIsProblem", for: judge.unit)
        for id in affected.sorted() { try speak(about: id, index, judge, crossIsProblem: crossIsProblem, in: transaction) }
        return due.count >= Self.batch / 2
    }

    /// Whether it is a pupil of the judge's subtree: one who was handed over to a school elsewhere is so no longer.
    private func isLive(_ dossier: Dossier, _ judge: Judge, _ transaction: Transaction) -> Bool {
        dossier.stand != .deleted && dossier.head != nil && transaction.directory.contains(judge.unit, dossier.home)
    }

    private struct Judge {
        let unit: UnitCode
        let tier: Tier
    }

    private func judge(_ transaction: Transaction) throws -> Judge? {
        guard let (own, tier) = try transaction.reading.checkingUnit(), try transaction.hosts(own) else { return nil }
        return Judge(unit: own, tier: tier)
    }

    /// What may be judged now: what has waited in a province that queues, at most half of a batch, and all else.
    private func due(_ transaction: Transaction) throws -> [DossierID] {
        let waited = try transaction.errands(of: Self.queued, waiting: Self.queuedSeconds, limit: Self.batch / 2)
        let instant = try transaction.errands(of: Self.office, limit: Self.batch - waited.count)
        var seen = Set<Data>()
        return (waited + instant).filter { seen.insert($0).inserted }.compactMap { DossierID($0) }
    }

    /// Writes a verdict where it differs from the last one about the same key fields.
    private func speak(
        about id: DossierID, _ index: StoredDuplicateIndex, _ judge: Judge, crossIsProblem: Bool, in transaction: Transaction
    ) throws {
        guard let dossier = try transaction.dossier(id), isLive(dossier, judge, transaction), let digest = dossier.keyDigest else {
            return
        }
        func say(_ fields: KeyFields, _ digest: Digest, _ known: [Verdict], _ found: [DuplicateProblem<DossierID>]) throws {
            let verdict = try verdict(about: dossier, fields, digest, found, judge, crossIsProblem: crossIsProblem, in: transaction)
            if let last = known.first(where: { $0.by == judge.unit }), last.problems == verdict.problems, last.peers == verdict.peers {
                return
            }
            try transaction.append(.verdict, Payload.encode(verdict), as: judge.unit, to: .unit(dossier.home))
        }
        let fields = KeyFields(dossier.record)
        try say(fields, digest, dossier.verdicts, index.problems(of: id, with: fields))
        // What a change proposes is judged before anyone decides (Q63, Q71).
        if let proposal = dossier.openCase?.checked, let proposed = dossier.openCase?.opening.proposalDigest, proposed != digest {
            let both = RecordsAndProposals(records: index, proposals: ProposalIndex(database: transaction.database)) { other in
                try transaction.dossier(other).flatMap { isLive($0, judge, transaction) ? $0.openCase?.checked : nil }.map { KeyFields($0) }
            }
            let fields = KeyFields(proposal)
            try say(fields, proposed, dossier.proposalVerdicts, both.problems(of: id, with: fields))
        }
    }

    private func verdict(
        about dossier: Dossier, _ fields: KeyFields, _ digest: Digest, _ found: [DuplicateProblem<DossierID>], _ judge: Judge,
        crossIsProblem: Bool, in transaction: Transaction
    ) throws -> Verdict {
        var found = found
        if crossIsProblem {
            found = found.map { $0.kind == .nsdCross ? DuplicateProblem(kind: .nsdDuplicate, peers: $0.peers) : $0 }
        }
        let peers = try found.flatMap { problem in
            let cards = try problem.peers.prefix(Self.maxCards).compactMap { try card($0, problem.kind, transaction) }
            return cards.count < Dossier.maxPeers ? cards : Array(cards.filter { !dossier.isSettled($0, idNumber: fields.idNumber) }.prefix(Dossier.maxPeers))
        }
        let position = 1 + (try Int64.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT max(position) FROM word WHERE writer = ? AND kind = ?"),
            arguments: [judge.unit.text, Int64(EntryKind.verdict.rawValue)]) ?? 0)
        return Verdict(
            dossier: dossier.id, keyDigest: digest, by: judge.unit, tier: judge.tier, position: position,
            problems: Set(found.map(\.kind.rawValue)).sorted(), peers: peers, at: transaction.now)
    }

    private func card(_ id: DossierID, _ kind: DuplicateKind, _ transaction: Transaction) throws -> PeerCard? {
        let row = try Row.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT name, sex, birth, home FROM dossier WHERE id = ?"),
            arguments: [Data(id.bytes)])
        guard let row else { return nil }
        let home = UnitCode(row["home"])
        return PeerCard(
            dossier: id, problem: kind.rawValue, name: row["name"], sex: row["sex"], birthDate: row["birth"], school: home,
            schoolName: transaction.directory.unit(home)?.name ?? "")
    }
}
