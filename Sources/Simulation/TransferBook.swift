import Protocol
import Rules

/// Transfers as one node knows them: the facts, and what they come to by the real fold; by the rules of the product's projection.
struct TransferBook: Sendable {
    /// One fact about a transfer.
    struct Fact: Sendable {
        let kind: EntryKind
        let payload: [UInt8]
        let hash: Digest
        let head: TransferHead
        let by: UnitCode
        /// Whether it is an application's first step.
        let begins: Bool

        init?(_ kind: EntryKind, _ payload: [UInt8]) {
            let step = kind == .transferStep ? Payload.transferStep(payload) : nil
            begins = step.map { $0.previous == nil } ?? false
            let about: (TransferHead, UnitCode)? = switch kind {
            case .transferStep: step.map { ($0.head, $0.by) }
            case .transferWithdrawal: Payload.transferWithdrawal(payload).map { ($0.head, $0.by) }
            case .transferNotice: Payload.transferNotice(payload).map { ($0.head, $0.by) }
            case .transferRequest: Payload.transferRequest(payload).map { ($0.head, $0.by) }
            default: nil
            }
            guard let (head, by) = about else { return nil }
            (self.kind, self.payload, self.head, self.by) = (kind, payload, head, by)
            hash = Payload.transferHash(payload)
        }

        /// Whether a unit may say so; by the rules of the product's projection.
        enum Standing {
            case counts, never
            /// By a record of this unit that is still on its way it may.
            case waits(UnitCode)
        }

        /// In its own name, or as the carrier: an authority above both schools says it again for the other one.
        func standing(of writer: UnitCode, _ register: Register) -> Standing {
            switch kind {
            case .transferWithdrawal, .transferRequest: guard by == head.receiving else { return .never }
            case .transferNotice where !register.hasContained(by, head.releasing): return .waits(head.releasing)
            default: break
            }
            let (isOverNew, isOverOld) = (register.hasContained(writer, head.receiving), register.hasContained(writer, head.releasing))
            guard by == writer else {
                guard register.tree.tier(of: writer) != .school else { return .never }
                return isOverNew && isOverOld ? .counts : .waits(isOverNew ? head.releasing : head.receiving)
            }
            guard !isOverNew, !isOverOld else { return .counts }
            let step = kind == .transferStep ? Payload.transferStep(payload) : nil
            for (school, version) in [(head.receiving, step?.receivingVersion ?? 0), (head.releasing, step?.releasingVersion ?? 0)]
            where register.tree.unit(school).map({ $0.version < version }) ?? true {
                return .waits(school)
            }
            return .never
        }
    }

    /// What the offices have to look at.
    struct Errands: Sendable {
        var applications: Set<DossierID> = []
        var dossiers: Set<DossierID> = []
        var isEmpty: Bool { applications.isEmpty && dossiers.isEmpty }
    }

    private(set) var folded: [DossierID: Transfer] = [:]
    private(set) var errands = Errands()
    private var facts: [DossierID: [Digest: Fact]] = [:]
    /// Which of the two schools a fact is addressed to, or comes from: it should be both.
    private var copies: [Digest: Set<UnitCode>] = [:]

    mutating func keep(_ fact: Fact, of stream: StreamID) {
        facts[fact.head.application, default: [:]][fact.hash] = fact
        var school = stream.unit
        if case .unit(let addressee) = stream.audience { school = addressee }
        copies[fact.hash, default: []].insert(school)
    }

    mutating func refold(concerning unit: UnitCode, _ register: Register, withdrawalUndoes: Bool) {
        for (id, transfer) in folded where transfer.head.receiving == unit || transfer.head.releasing == unit {
            refold(id, register, withdrawalUndoes: withdrawalUndoes)
        }
    }

    mutating func refold(_ id: DossierID, _ register: Register, withdrawalUndoes: Bool) {
        errands.applications.insert(id)
        var transfer = TransferFold.transfer(self.facts(id), topology: register.tree)
        if withdrawalUndoes, transfer?.withdrawal != nil { transfer?.state = .withdrawn }
        folded[id] = transfer
        if let dossier = transfer?.dossier { errands.dossiers.insert(dossier) }
    }

    func facts(_ id: DossierID) -> TransferFacts {
        var result = TransferFacts()
        for fact in said(about: id) {
            switch fact.kind {
            case .transferStep: Payload.transferStep(fact.payload).map { result.steps.append($0) }
            case .transferWithdrawal: Payload.transferWithdrawal(fact.payload).map { result.withdrawals.append($0) }
            case .transferNotice: Payload.transferNotice(fact.payload).map { result.notices.append($0) }
            case .transferRequest: Payload.transferRequest(fact.payload).map { result.requests.append($0) }
            default: break
            }
        }
        return result
    }

    func said(about id: DossierID) -> [Fact] { (facts[id] ?? [:]).values.sorted { $0.hash < $1.hash } }

    func isCopied(_ fact: Digest, to school: UnitCode) -> Bool { copies[fact]?.contains(school) ?? false }

    /// The application on which the open case of a dossier rests.
    func transfer(of dossier: Dossier) -> Transfer? {
        guard let open = dossier.openCase, open.stand.isTransfer, let party = open.opening.parties.first else { return nil }
        return folded[party.dossier]
    }

    /// A dossier has changed: its own case, and applications that wait for its school.
    mutating func notice(_ dossier: Dossier) {
        let ends: Set<StepKind> = [.returnTransfer, .deleteByRuling, .handOver]
        if dossier.openCase?.stand.isTransfer ?? false || dossier.chain.last.map({ ends.contains($0.kind) }) ?? false {
            errands.dossiers.insert(dossier.id)
        }
        if folded.values.contains(where: { $0.dossier == dossier.id && ($0.state == .underWay || $0.state == .withdrawn) }) {
            errands.dossiers.insert(dossier.id)
        }
        guard dossier.stand != .entered, dossier.stand != .reviewed else { return }
        for (id, transfer) in folded where transfer.head.releasing == dossier.home && transfer.isAtSchool { errands.applications.insert(id) }
    }

    /// Accepted applications for a pupil that are not at an end.
    func underWay(of dossier: DossierID) -> [Transfer] {
        folded.values.filter { $0.dossier == dossier && $0.state == .underWay }.sorted { $0.head.application < $1.head.application }
    }

    mutating func takeErrands() -> Errands {
        defer { errands = Errands() }
        return errands
    }

    mutating func giveBack(_ left: Errands) {
        errands.applications.formUnion(left.applications)
        errands.dossiers.formUnion(left.dossiers)
    }
}

extension Transfer {
    /// Whether it waits for the releasing school.
    var isAtSchool: Bool { state == .underWay && station == .releasingSchool }

    /// What a transfer shows, in one number; equal facts must give equal ones.
    var face: UInt64 {
        var trail = Trail()
        for step in chain { trail.add(step.hash.bytes) }
        trail.add(state.rawValue)
        trail.add(station.rawValue)
        trail.add(holder?.text ?? "")
        trail.add(dossier?.bytes ?? [])
        return trail.value
    }
}
