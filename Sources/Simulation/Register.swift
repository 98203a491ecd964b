import Protocol
import Rules

/// What became of one entry at one node.
enum EntryOutcome: Sendable {
    case applied(DossierID?)
    case void
    case quarantined
}

/// The second stage of the model: what stored entries say, by the same rules as the product's projections. A value, so that it
/// can be built anew from the journal and compared.
struct Register: Sendable {
    struct EnrolledKey: Sendable {
        let key: StatementPublicKey
        let generation: Int
        let node: UnitCode
    }

    struct LeasedRange: Sendable {
        let holder: UnitCode
        let incarnation: Incarnation
        let division: String
        let birthDate: String
        let tails: ClosedRange<Int>
    }

    var tree = UnitTree(WorldTree.units)
    var keys: [UnitCode: [EnrolledKey]]
    private(set) var facts: [DossierID: DossierFacts] = [:]
    /// One mark for each fact of a dossier: the same set of marks, the same facts.
    private(set) var marks: [DossierID: Set<UInt64>] = [:]
    var folded: [DossierID: Dossier] = [:]
    private(set) var leases: [LeasedRange] = []
    /// Formal numbers, and provisional ones of canonical chains.
    private(set) var numbers: [String: DossierID] = [:]
    private(set) var lastVerdict: Int64 = 0
    private(set) var quarantined = 0
    private(set) var void = 0
    private(set) var appliedEntries = 0
    /// Only with `Mutant.poisonBlocksStream`.
    private var blocked: Set<StreamID> = []
    private let mutant: Mutant?

    init(keys: [UnitCode: [EnrolledKey]], mutant: Mutant?) {
        self.keys = keys
        self.mutant = mutant
    }

    // MARK: Entries

    mutating func apply(_ entry: Entry, of stream: StreamID) -> EntryOutcome {
        if mutant == .poisonBlocksStream, blocked.contains(stream) { return .void }
        appliedEntries += 1
        let outcome = effect(entry, of: stream)
        switch outcome {
        case .applied: break
        case .void: void += 1
        case .quarantined:
            quarantined += 1
            if mutant == .poisonBlocksStream { blocked.insert(stream) }
        }
        return outcome
    }

    private mutating func effect(_ entry: Entry, of stream: StreamID) -> EntryOutcome {
        switch EntryKind(rawValue: entry.kind) {
        case .step: return step(entry, of: stream)
        case .supplement:
            guard let supplement = Payload.supplement(entry.payload), supplement.by == stream.unit else { return .void }
            guard keep(entry, supplement.dossier) else { return .applied(nil) }
            if mutant == .lastSupplementWins { facts[supplement.dossier]?.supplements = [] }
            facts[supplement.dossier, default: DossierFacts()].supplements.append(supplement)
            return .applied(supplement.dossier)
        case .verdict:
            guard let verdict = Payload.verdict(entry.payload) else { return .void }
            let mayJudge = verdict.by == stream.unit && tree.tier(of: stream.unit) == verdict.tier
                && TierRights.may(verdict.tier, .checkDuplicates)
            guard mayJudge || mutant == .anyoneJudges else { return .void }
            guard keep(entry, verdict.dossier) else { return .applied(nil) }
            if stream.unit == .centre { lastVerdict = max(lastVerdict, verdict.position) }
            facts[verdict.dossier, default: DossierFacts()].verdicts.append(verdict)
            return .applied(verdict.dossier)
        case .number:
            guard let number = Payload.number(entry.payload) else { return .void }
            guard stream.unit == .centre || mutant == .anyoneNumbers else { return .void }
            if let holder = numbers[number.number], holder != number.dossier { return .quarantined }
            numbers[number.number] = number.dossier
            guard keep(entry, number.dossier) else { return .applied(nil) }
            facts[number.dossier, default: DossierFacts()].numbers.append(number)
            return .applied(number.dossier)
        case .lease: return lease(entry, of: stream)
        case .key: return key(entry, of: stream)
        case .schoolClass: return .quarantined
        default: return .void
        }
    }

    private mutating func step(_ entry: Entry, of stream: StreamID) -> EntryOutcome {
        guard let step = Payload.step(entry.payload) else { return .void }
        guard step.by == stream.unit || mutant == .foreignStepsCount else { return .void }
        guard keep(entry, step.dossier) else { return .applied(nil) }
        if mutant == .firstBranchWins,
           facts[step.dossier]?.steps.contains(where: { $0.previous == step.previous && $0.hash != step.hash }) == true {
            return .applied(step.dossier)
        }
        facts[step.dossier, default: DossierFacts()].steps.append(step)
        return .applied(step.dossier)
    }

    /// False for a fact that is here already: effects of an act happen once.
    private mutating func keep(_ entry: Entry, _ dossier: DossierID) -> Bool {
        var trail = Trail()
        trail.add(UInt8(truncatingIfNeeded: entry.kind))
        trail.add(entry.payload)
        return marks[dossier, default: []].insert(trail.value).inserted
    }

    private mutating func lease(_ entry: Entry, of stream: StreamID) -> EntryOutcome {
        let parts = String(decoding: entry.payload, as: UTF8.self).split(separator: "|").map(String.init)
        guard stream.unit == .centre, parts.count == 6, let first = Int(parts[4]), let last = Int(parts[5]), first <= last,
              let incarnation = Incarnation(Self.bytes(hex: parts[1])) else { return .void }
        let range = LeasedRange(
            holder: UnitCode(parts[0]), incarnation: incarnation, division: parts[2], birthDate: parts[3], tails: first...last)
        let overlaps = leases.contains {
            $0.division == range.division && $0.birthDate == range.birthDate && $0.tails.overlaps(range.tails)
        }
        guard !overlaps else { return .void }
        leases.append(range)
        return .applied(nil)
    }

    private static func bytes(hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    static func leasePayload(_ range: LeasedRange) -> [UInt8] {
        let text = [
            range.holder.text, range.incarnation.hex, range.division, range.birthDate, "\(range.tails.lowerBound)",
            "\(range.tails.upperBound)",
        ].joined(separator: "|")
        return Array(text.utf8)
    }

    private mutating func key(_ entry: Entry, of stream: StreamID) -> EntryOutcome {
        guard let key = Payload.key(entry.payload), key.issuer == stream.unit, key.issuer != key.unit,
              tree.contains(key.issuer, key.unit) else { return .void }
        enrol(key.unit, EnrolledKey(key: key.publicKey, generation: key.generation, node: key.node))
        return .applied(nil)
    }

    mutating func enrol(_ unit: UnitCode, _ key: EnrolledKey) {
        guard keys[unit]?.contains(where: { $0.key == key.key }) != true else { return }
        keys[unit, default: []].append(key)
    }

    func key(of unit: UnitCode, id: [UInt8]) -> StatementPublicKey? { keys[unit]?.first { $0.key.id == id }?.key }

    func activeKey(of unit: UnitCode) -> EnrolledKey? {
        keys[unit]?.max { ($0.generation, $1.key.id.description) < ($1.generation, $0.key.id.description) }
    }

    // MARK: Dossiers

    /// Folds one dossier anew.
    /// - Parameter isHeldBack: its number waits for the release gate.
    mutating func refold(_ id: DossierID, isHeldBack: Bool) {
        guard var facts = facts[id] else { return }
        if isHeldBack { facts.numbers = [] }
        guard let dossier = Fold.dossier(id, facts, topology: tree) else { return }
        folded[id] = dossier
        if let provisional = dossier.provisionalNumber, numbers[provisional] == nil { numbers[provisional] = id }
    }

    /// What a dossier shows, in one number; equal facts must give equal ones.
    static func face(_ dossier: Dossier) -> UInt64 {
        var trail = Trail()
        trail.add(dossier.home.text)
        for step in dossier.chain { trail.add(step.hash.bytes) }
        for hash in dossier.void.sorted() { trail.add(hash.bytes) }
        trail.add(dossier.state.rawValue)
        trail.add(dossier.holder?.text ?? "")
        trail.add(dossier.number ?? "")
        for problem in dossier.problems { trail.add(problem) }
        for verdict in dossier.verdicts { trail.add(verdict.by.text); trail.add(number: UInt64(bitPattern: verdict.position)) }
        for (field, value) in dossier.record.values.sorted(by: { $0.key < $1.key }) {
            trail.add(number: UInt64(field.rawValue))
            trail.add(value)
        }
        return trail.value
    }

    /// Over all dossiers in a subtree, as the contract's digest.
    func digest(under unit: UnitCode) -> UInt64 {
        var trail = Trail()
        for (id, dossier) in folded.sorted(by: { $0.key < $1.key }) where tree.contains(unit, dossier.home) {
            trail.add(id.bytes)
            trail.add(number: Self.face(dossier))
        }
        return trail.value
    }
}
