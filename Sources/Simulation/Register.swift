import Protocol
import Rules

/// The second stage of the model: what stored entries say, by the same rules as the product's projections. A value, so that it
/// can be built anew from the journal and compared.
struct Register: Sendable {
    struct EnrolledKey: Sendable {
        let key: StatementPublicKey
        let generation: Int
        let node: UnitCode
        var topology = 0
    }

    /// What became of one entry.
    private enum Outcome {
        case applied(DossierID?)
        case parked(String)
        case void
        case quarantined
    }

    private struct Waiting: Sendable {
        let entry: Entry
        let stream: StreamID
    }

    private(set) var tree = UnitTree()
    private(set) var partial = PartialRecords()
    /// The newest move of each unit that was moved.
    private(set) var moves: [UnitCode: UnitMove] = [:]
    /// Every authority that a move has ever given a unit to, also by a move whose record has lost.
    private(set) var given: [UnitCode: Set<UnitCode>] = [:]
    private(set) var keys: [UnitCode: [EnrolledKey]]
    private(set) var keysSaid: Set<SaidKey> = []
    private(set) var facts: [DossierID: DossierFacts] = [:]
    /// One mark for each fact of a dossier: the same set of marks, the same facts.
    private(set) var marks: [DossierID: Set<UInt64>] = [:]
    private(set) var folded: [DossierID: Dossier] = [:]
    /// With hand-overs that do not count and that nobody has repealed.
    private(set) var outrun: Set<DossierID> = []
    /// Keys that have spoken as far as was said, and no further.
    private(set) var seals: [UnitCode: [KeySeal]] = [:]
    private(set) var leases: [Lease] = []
    /// Under which incarnations units have begun to write, as they said; the last counts.
    private(set) var openings: [UnitCode: [Incarnation]] = [:]
    /// Formal numbers, and provisional ones of canonical chains.
    private(set) var numbers: [String: DossierID] = [:]
    private(set) var lastVerdict: Int64 = 0
    /// Closed schools, and who has closed them.
    private(set) var mergers: [UnitCode: (merger: UnitMerger, writer: UnitCode)] = [:]
    /// Which home schools each of the centre's words was addressed to.
    private var told: [DossierID: [UInt64: Set<UnitCode>]] = [:]
    /// Which schools each hand-over was addressed to: it should be both.
    private(set) var handOverCopies: [Digest: Set<UnitCode>] = [:]
    /// Transfers, and what the offices have to look at.
    private(set) var transfers = TransferBook()
    private(set) var inquiries = InquiryBook()
    private(set) var quarantined = 0
    private(set) var appliedEntries = 0
    /// What this node's program is too old for.
    private(set) var unknownKinds: Set<UInt32> = []
    private var parked: [String: [Waiting]] = [:]
    private var satisfied: Set<String> = []
    /// Only with `Mutant.poisonBlocksStream`.
    private var blocked: Set<StreamID> = []
    private let mutant: Mutant?

    /// - Parameter root: the centre's key, the one that is trusted without an enrolment.
    init(root: StatementPublicKey, unknownKinds: Set<UInt32> = [], mutant: Mutant?) {
        keys = [.centre: [EnrolledKey(key: root, generation: 1, node: .centre)]]
        self.unknownKinds = unknownKinds
        self.mutant = mutant
    }

    /// Only with `Mutant.movedUnitWritesOn`.
    var movedUnitsWriteOn: Bool { mutant == .movedUnitWritesOn }
    /// For what they wait, with the kinds of the entries.
    var waits: String {
        parked.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.map { "\($0.entry.kind) by \($0.stream.unit)" })" }.joined(separator: "; ")
    }

    var parkedEntries: Int { parked.values.reduce(0) { $0 + $1.count } }

    // MARK: Entries

    /// Runs one stored entry through the second stage, with what had waited for it.
    /// - Returns: the dossiers to be folded anew.
    mutating func apply(_ entry: Entry, of stream: StreamID) -> [DossierID] {
        if mutant == .poisonBlocksStream, blocked.contains(stream) { return [] }
        appliedEntries += 1
        var touched: [DossierID] = []
        take(Waiting(entry: entry, stream: stream), &touched)
        retry(&touched)
        return touched
    }

    private mutating func take(_ waiting: Waiting, _ touched: inout [DossierID]) {
        switch effect(waiting.entry, of: waiting.stream, &touched) {
        case .applied(let dossier): if let dossier { touched.append(dossier) }
        case .parked(let what):
            if mutant != .unknownKindsDropped { parked[what, default: []].append(waiting) }
        case .void: break
        case .quarantined:
            quarantined += 1
            if mutant == .poisonBlocksStream { blocked.insert(waiting.stream) }
        }
    }

    private mutating func retry(_ touched: inout [DossierID]) {
        while let what = satisfied.min() {
            satisfied.remove(what)
            for waiting in parked.removeValue(forKey: what) ?? [] { take(waiting, &touched) }
        }
    }

    /// The program was upgraded: what it was too old for is replayed.
    mutating func learnAll() -> [DossierID] {
        satisfied.formUnion(unknownKinds.map { "kind:\($0)" })
        unknownKinds = []
        var touched: [DossierID] = []
        retry(&touched)
        return touched
    }

    private mutating func effect(_ entry: Entry, of stream: StreamID, _ touched: inout [DossierID]) -> Outcome {
        if unknownKinds.contains(entry.kind) { return .parked("kind:\(entry.kind)") }
        guard let kind = EntryKind(rawValue: entry.kind) else { return .parked("kind:\(entry.kind)") }
        if kind != .unit, kind != .key, tree.unit(stream.unit) == nil { return .parked("unit:\(stream.unit)") }
        switch kind {
        case .step, .handOver, .caseStep: return step(entry, of: stream)
        case .merger:
            guard let merger = Payload.merger(entry.payload) else { return .void }
            guard let source = tree.unit(merger.source), source.version >= merger.version else { return .parked("unit:\(merger.source)") }
            guard source.isClosed, tree.contains(stream.unit, merger.source), tree.contains(stream.unit, merger.target) else { return .void }
            mergers[merger.source] = (merger, stream.unit)
            return .applied(nil)
        case .supplement:
            guard let supplement = Payload.supplement(entry.payload), supplement.by == stream.unit else { return .void }
            guard keep(entry, supplement.dossier) else { return .applied(nil) }
            if mutant == .lastSupplementWins { facts[supplement.dossier]?.supplements = [] }
            facts[supplement.dossier, default: DossierFacts()].supplements.append(supplement)
            return .applied(supplement.dossier)
        case .overrideRequest:
            guard let request = Payload.overrideRequest(entry.payload), request.by == stream.unit else { return .void }
            guard keep(entry, request.dossier) else { return .applied(nil) }
            facts[request.dossier, default: DossierFacts()].overrideRequests.append(request)
            return .applied(request.dossier)
        case .handOverRepeal:
            guard let repeal = Payload.handOverRepeal(entry.payload), repeal.by == stream.unit, tree.tier(of: stream.unit) != .school else { return .void }
            guard keep(entry, repeal.dossier) else { return .applied(nil) }
            facts[repeal.dossier, default: DossierFacts()].repeals.append(repeal)
            return .applied(repeal.dossier)
        case .verdict: return verdict(entry, of: stream)
        case .number: return number(entry, of: stream)
        case .lease: return lease(entry, of: stream)
        case .incarnation:
            guard let opened = Payload.incarnation(entry.payload), opened.unit == stream.unit, opened.incarnation == stream.incarnation
            else { return .void }
            if openings[opened.unit]?.contains(opened.incarnation) != true { openings[opened.unit, default: []].append(opened.incarnation) }
            return .applied(nil)
        case .unit: return unit(entry, of: stream, &touched)
        case .key: return key(entry, of: stream)
        case .move: return move(entry, of: stream)
        case .seal: return seal(entry, of: stream)
        case .transferStep, .transferWithdrawal, .transferNotice, .transferRequest: return transfer(kind, entry, of: stream)
        case .inquiry, .inquiryForward, .inquiryAnswer, .inquiryNotice: return inquiry(kind, entry, of: stream)
        case .schoolClass: return .quarantined
        default: return .void
        }
    }

    private mutating func step(_ entry: Entry, of stream: StreamID) -> Outcome {
        guard let step = Payload.step(entry.payload) else { return .void }
        guard step.by == stream.unit || mutant == .foreignStepsCount else { return .void }
        guard step.previous != nil || step.dossier.mayBeOpened(by: step.by, entry.act) || mutant == .anyIDCounts else { return .void }
        if let archive = step.archive {
            if tree.unit(archive.from, version: step.topology) == nil { return .parked("unit:\(archive.from)") }
            if let to = step.nextHolder, tree.unit(to, version: archive.topology) == nil { return .parked("unit:\(to)") }
        } else if let party = step.opening?.parties.first(where: { tree.unit($0.home, version: $0.topology) == nil }) {
            return .parked("unit:\(party.home)")
        } else if let missing = missingRecord(for: step) { return .parked("unit:\(missing)") }
        if step.archive != nil, case .unit(let school) = stream.audience { handOverCopies[step.hash, default: []].insert(school) }
        guard keep(entry, step.dossier) else { return .applied(nil) }
        if mutant == .firstBranchWins,
           facts[step.dossier]?.steps.contains(where: { $0.previous == step.previous && $0.hash != step.hash }) == true {
            return .applied(step.dossier)
        }
        facts[step.dossier, default: DossierFacts()].steps.append(step)
        // Burnt, should the step not count.
        if let number = step.provisionalNumber, numbers[number] == nil { numbers[number] = step.dossier }
        return .applied(step.dossier)
    }

    /// The home school whose record of the version that a step names has not come yet.
    private func missingRecord(for step: Step) -> UnitCode? {
        let home = tree.tier(of: step.by) == .school ? step.by : facts[step.dossier]?.steps.first { $0.kind == .enter }?.by
        guard let home, let present = tree.unit(home), present.version < step.topology else { return nil }
        return home
    }

    private mutating func verdict(_ entry: Entry, of stream: StreamID) -> Outcome {
        guard let verdict = Payload.verdict(entry.payload) else { return .void }
        let mayJudge = verdict.by == stream.unit && tree.tier(of: stream.unit) == verdict.tier
            && TierRights.may(verdict.tier, .checkDuplicates)
        guard mayJudge || mutant == .anyoneJudges else { return .void }
        tell(entry, verdict.dossier, of: stream)
        guard keep(entry, verdict.dossier) else { return .applied(nil) }
        if stream.unit == .centre { lastVerdict = max(lastVerdict, verdict.position) }
        facts[verdict.dossier, default: DossierFacts()].verdicts.append(verdict)
        return .applied(verdict.dossier)
    }

    private mutating func number(_ entry: Entry, of stream: StreamID) -> Outcome {
        guard let number = Payload.number(entry.payload) else { return .void }
        guard stream.unit == .centre || mutant == .anyoneNumbers else { return .void }
        if let holder = numbers[number.number], holder != number.dossier { return .quarantined }
        numbers[number.number] = number.dossier
        tell(entry, number.dossier, of: stream)
        guard keep(entry, number.dossier) else { return .applied(nil) }
        facts[number.dossier, default: DossierFacts()].numbers.append(number)
        return .applied(number.dossier)
    }

    private static func mark(_ kind: UInt32, _ payload: [UInt8]) -> UInt64 {
        var trail = Trail()
        trail.add(UInt8(truncatingIfNeeded: kind))
        trail.add(payload)
        return trail.value
    }

    /// False for a fact that is here already: effects of an act happen once.
    private mutating func keep(_ entry: Entry, _ dossier: DossierID) -> Bool {
        marks[dossier, default: []].insert(Self.mark(entry.kind, entry.payload)).inserted
    }

    private mutating func tell(_ entry: Entry, _ dossier: DossierID, of stream: StreamID) {
        guard stream.unit == .centre, case .unit(let home) = stream.audience else { return }
        told[dossier, default: [:]][Self.mark(entry.kind, entry.payload), default: []].insert(home)
    }

    /// Whether the centre's word was addressed to a school.
    func isTold(_ dossier: DossierID, _ kind: EntryKind, _ payload: [UInt8], to home: UnitCode) -> Bool {
        told[dossier]?[Self.mark(kind.rawValue, payload)]?.contains(home) ?? false
    }

    private mutating func lease(_ entry: Entry, of stream: StreamID) -> Outcome {
        guard stream.unit == .centre, let lease = Payload.lease(entry.payload) else { return .void }
        let overlaps = leases.contains {
            $0.division == lease.division && $0.birthDates.overlaps(lease.birthDates) && $0.tails.overlaps(lease.tails)
        }
        guard !overlaps else { return .void }
        leases.append(lease)
        return .applied(nil)
    }

    private mutating func transfer(_ kind: EntryKind, _ entry: Entry, of stream: StreamID) -> Outcome {
        guard let fact = TransferBook.Fact(kind, entry.payload) else { return .void }
        for unit in [fact.head.receiving, fact.head.releasing, fact.by] where tree.unit(unit) == nil { return .parked("unit:\(unit)") }
        switch fact.standing(of: stream.unit, self) {
        case .waits(let unit): return .parked("unit:\(unit)")
        case .never: return .void
        case .counts: break
        }
        guard !fact.begins || fact.by != stream.unit || fact.head.application.mayBeOpened(by: fact.by, entry.act) || mutant == .anyIDCounts
        else { return .void }
        transfers.keep(fact, of: stream)
        transfers.refold(fact.head.application, self, withdrawalUndoes: mutant == .withdrawalUndoesTransfer)
        return .applied(nil)
    }

    private mutating func inquiry(_ kind: EntryKind, _ entry: Entry, of stream: StreamID) -> Outcome {
        switch inquiries.standing(kind, entry.payload, of: stream, self) {
        case .waits(let unit): return .parked("unit:\(unit)")
        case .never: return .void
        case .counts: inquiries.keep(kind, entry.payload, of: stream)
        }
        return .applied(nil)
    }

    mutating func takeInquiryErrands() -> Set<Digest> { inquiries.takeErrands() }
    mutating func giveBackInquiries(_ left: Set<Digest>) { inquiries.giveBack(left) }

    mutating func takeTransferErrands() -> TransferBook.Errands { transfers.takeErrands() }
    mutating func giveBack(_ errands: TransferBook.Errands) { transfers.giveBack(errands) }

    // MARK: The directory

    private mutating func unit(_ entry: Entry, of stream: StreamID, _ touched: inout [DossierID]) -> Outcome {
        guard let unit = Payload.unit(entry.payload) else { return .void }
        if unit.code == .centre {
            guard stream.unit == .centre, unit.tier == .centre else { return .void }
        } else {
            guard let competent = unit.competent else { return .void }
            guard let above = tree.unit(competent) else { return .parked("unit:\(competent)") }
            guard above.tier > unit.tier, tree.contains(stream.unit, competent), let tier = tree.tier(of: stream.unit) else { return .void }
            if let refusal = mayRecord(unit, tier, stream.unit) { return refusal }
        }
        partial.note(unit, entry.payload, isForAll: stream.audience == .everyone)
        // Of two records of one version the same counts at every node.
        if let same = tree.unit(unit.code, version: unit.version), same.version == unit.version,
           !Payload.encode(same).lexicographicallyPrecedes(entry.payload) { return .applied(nil) }
        tree.put(unit)
        satisfied.insert("unit:\(unit.code)")
        transfers.refold(concerning: unit.code, self, withdrawalUndoes: mutant == .withdrawalUndoesTransfer)
        touched += folded.values.filter { $0.home == unit.code }.map(\.id).sorted()
        return .applied(nil)
    }

    /// Another competent authority is given by an authority above both, and who takes in no feed changes nothing else.
    private func mayRecord(_ unit: Unit, _ tier: Tier, _ writer: UnitCode) -> Outcome? {
        if !TierRights.may(tier, .importUnits) {
            guard TierRights.may(tier, .moveUnits) || TierRights.may(tier, .mergeUnits) && unit.isClosed else { return .void }
            guard tree.unit(unit.code, version: unit.version - 1) != nil else { return .parked("unit:\(unit.code)") }
        }
        switch mutant == .anyoneRecords ? .counts : tree.standing(of: unit, by: writer) {
        case .counts: return nil
        case .waits: return .parked("unit:\(unit.code)")
        case .never: return .void
        }
    }

    private mutating func move(_ entry: Entry, of stream: StreamID) -> Outcome {
        guard let move = Payload.move(entry.payload) else { return .void }
        guard let unit = tree.unit(move.unit), unit.version >= move.version else { return .parked("unit:\(move.unit)") }
        guard hasContained(stream.unit, move.unit), tree.contains(stream.unit, move.to),
              tree.tier(of: stream.unit).map({ TierRights.may($0, .moveUnits) }) ?? false else { return .void }
        given[move.unit, default: []].insert(move.to)
        // Of two moves with one version only that counts whose record does.
        guard tree.unit(move.unit, version: move.version)?.competent == move.to else { return .applied(nil) }
        if let known = moves[move.unit], known.version > move.version { return .applied(nil) }
        moves[move.unit] = move
        return .applied(nil)
    }

    private mutating func key(_ entry: Entry, of stream: StreamID) -> Outcome {
        guard let key = Payload.key(entry.payload), key.issuer == stream.unit else { return .void }
        guard let record = key.topology == 0 || mutant == .enrolmentByPresentTree ? tree.unit(key.unit) : tree.unit(key.unit, version: key.topology)
        else { return .parked("unit:\(key.unit)") }
        guard TopologyOfRecord(tree, record).contains(key.issuer, key.unit), key.issuer != key.unit || key.unit == .centre else { return .void }
        var known = keys[key.unit] ?? []
        if let place = known.firstIndex(where: { $0.key == key.publicKey }) {
            known[place].topology = min(known[place].topology, key.topology)
        } else {
            known.append(EnrolledKey(key: key.publicKey, generation: key.generation, node: key.node, topology: key.topology))
        }
        keys[key.unit] = known
        if case .subtree(let unit) = stream.audience { keysSaid.insert(SaidKey(issuer: key.issuer, unit: unit, key: key.publicKey)) }
        satisfied.insert("key:\(key.unit)")
        return .applied(nil)
    }

    private mutating func seal(_ entry: Entry, of stream: StreamID) -> Outcome {
        guard let seal = Payload.seal(entry.payload), seal.issuer == stream.unit else { return .void }
        guard tree.unit(seal.unit) != nil else { return .parked("unit:\(seal.unit)") }
        guard tree.contains(seal.issuer, seal.unit), seal.issuer != seal.unit else { return .void }
        if seals[seal.unit]?.contains(seal) != true { seals[seal.unit, default: []].append(seal) }
        return .applied(nil)
    }

    /// How far a key of a unit speaks in a stream; nil without a seal on it. The centre's revocations count before all others.
    func lastGood(of stream: StreamID, keyID: [UInt8]) -> UInt64? {
        guard mutant != .sealIgnored, let sealed = seals[stream.unit],
              let key = keys[stream.unit]?.first(where: { $0.key.id == keyID }) else { return nil }
        let covering = sealed.filter { $0.covers(generation: key.generation, topology: key.topology) }
        let first = covering.filter { $0.isRevocation && $0.issuer == .centre }
        return (first.isEmpty ? covering : first).map { seal in seal.heads.first { $0.stream == stream }?.sequence ?? 0 }.min()
    }

    /// A key with which a former node of a unit may still hand over what it wrote; a revoked one may not.
    func formerKey(of unit: UnitCode, id: [UInt8]) -> StatementPublicKey? {
        guard let key = keys[unit]?.first(where: { $0.key.id == id }) else { return nil }
        let isRevoked = seals[unit]?.contains { $0.isRevocation && $0.covers(generation: key.generation, topology: key.topology) } ?? false
        return isRevoked ? nil : key.key
    }

    func key(of unit: UnitCode, id: [UInt8]) -> StatementPublicKey? { keys[unit]?.first { $0.key.id == id }?.key }

    /// The key of a unit that came first: the centre's is the root.
    func firstKey(of unit: UnitCode) -> StatementPublicKey? { keys[unit]?.first?.key }

    func activeKey(of unit: UnitCode) -> EnrolledKey? {
        keys[unit]?.max { ($0.topology, $0.generation, $1.key.id.description) < ($1.topology, $1.generation, $0.key.id.description) }
    }

    /// Whether another key of a unit speaks for it now: a younger one, or of two of one generation the other. A key that is not enrolled here yet is newer than all that are.
    func isSuperseded(_ key: StatementPublicKey, of unit: UnitCode) -> Bool {
        guard keys[unit]?.contains(where: { $0.key == key }) == true, let active = activeKey(of: unit) else { return false }
        return active.key != key
    }

    /// An enrolment as an authority writes it: the next generation, by the record that it has.
    func enrolment(_ key: StatementPublicKey, of unit: UnitCode, on node: UnitCode, by issuer: UnitCode) -> KeyEnrolment {
        KeyEnrolment(
            unit: unit, publicKey: key, issuer: issuer, generation: 1 + (activeKey(of: unit)?.generation ?? 0), node: node,
            topology: tree.unit(unit)?.version ?? 0)
    }

    // MARK: Dossiers

    /// Folds one dossier anew.
    /// - Parameter isHeldBack: its number waits for the release gate.
    mutating func refold(_ id: DossierID, isHeldBack: Bool) {
        guard var facts = facts[id] else { return }
        if isHeldBack { facts.numbers = [] }
        if mutant == .handOverNotSettled {
            let steps = facts.steps
            facts.steps.removeAll { one in
                one.kind == .handOver && steps.contains { $0.kind != .handOver && $0.previous == one.previous }
            }
        }
        let found = mutant == .oldStepsByPresentTree
            ? Fold.dossier(id, facts, topology: PresentTree(tree: tree)) : Fold.dossier(id, facts, topology: tree)
        if found?.outrun.isEmpty ?? true { outrun.remove(id) } else { outrun.insert(id) }
        // Of one whose beginning is not here nobody could say whose it is.
        guard var dossier = found, !dossier.chain.isEmpty else { return folded[id] = nil }
        if mutant == .leftPenLost { dossier.holder = dossier.chain.last?.nextHolder }
        folded[id] = dossier
        transfers.notice(dossier)
        if let provisional = dossier.provisionalNumber, numbers[provisional] == nil { numbers[provisional] = id }
    }
}
