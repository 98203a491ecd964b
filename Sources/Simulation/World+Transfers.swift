import Protocol
import Rules

/// Transfers as people run them: a school asks for another school's pupil, those whose turn it is agree or return, the school takes back.
extension World {
    /// In some runs people turn to what leads to a transfer before all else: it takes eight acts of four units one after the other.
    var isTransferTerm: Bool { plan.seed % 3 == 0 }

    /// Somebody whose turn it is in a transfer turns to it; where nobody's is, a school applies, or what it applies for comes about.
    func pursueTransfer(_ present: [Node]) -> Bool {
        let present = present.filter { $0.parent != nil && !$0.isRecovering }
        let waiting = present.flatMap { node in holders(at: node).map { (node, $0) } }
        if !waiting.isEmpty {
            let (node, unit) = waiting[dice.below(waiting.count)]
            return WorldTree.tier(of: unit) == .school ? transferAtSchool(unit, node) : transferAtAuthority(unit, node)
        }
        guard isTransferTerm else { return false }
        let schools = present.flatMap { node in node.store.look { $0.secrets.keys.filter { WorldTree.tier(of: $0) == .school }.sorted() }.map { (node, $0) } }
        guard !schools.isEmpty else { return false }
        let (node, school) = schools[dice.below(schools.count)]
        let isEnough = transfers(at: centre).count { $0.state == .underWay } > 2
        return !isEnough && !isClosed(school, at: node) && apply(school, node) || pursueEnrolment(present)
    }

    private func holders(at node: Node) -> [UnitCode] {
        node.store.look { disk in
            let holders = disk.register.transfers.folded.values.filter { $0.state == .underWay && !$0.station.isAutomatic }.compactMap(\.holder)
            return Set(holders).filter { disk.secrets[$0] != nil }.sorted()
        }
    }

    /// The dossier that is nearest to a number gets on by one step.
    func pursueEnrolment(_ present: [Node]) -> Bool {
        let order: [RegistrationState] = [.submitted, .reviewed, .clean]
        for state in order {
            let ready = present.flatMap { node in
                node.store.look { disk in
                    disk.register.folded.values.filter { $0.state == state && $0.holder.map { disk.secrets[$0] != nil } ?? false }.sorted { $0.id < $1.id }
                }.map { (node, $0) }
            }
            guard !ready.isEmpty else { continue }
            let (node, dossier) = ready[dice.below(ready.count)]
            guard let holder = dossier.holder else { return false }
            if state == .submitted { return actAtAuthority(holder, node, dossier) }
            goOn(with: dossier, holder, node)
            return true
        }
        return false
    }

    // MARK: Schools

    /// False when there is nothing to do about transfers at a school.
    func transferAtSchool(_ unit: UnitCode, _ node: Node) -> Bool {
        let known = transfers(at: node)
        let waiting = known.filter { $0.isAtSchool && $0.holder == unit && $0.head.releasing == unit }
        if let transfer = dice.pick(waiting), dice.happens(perMille: 700) { return answer(transfer, unit, node) }
        let own = known.filter { $0.head.receiving == unit && !$0.state.isOver }
        if let transfer = dice.pick(own), dice.happens(perMille: 600) { return goOn(with: transfer, unit, node) }
        return apply(unit, node)
    }

    private func transfers(at node: Node) -> [Transfer] {
        node.store.look { $0.register.transfers.folded.values.sorted { $0.head.application < $1.head.application } }
    }

    /// A school asks for a pupil, sometimes for one that another school has asked for already.
    private func apply(_ unit: UnitCode, _ node: Node) -> Bool {
        let asked = Set(transfers(at: centre).filter { !$0.state.isOver }.map(\.content.number))
        let pupils = centre.store.look { disk in
            disk.register.folded.values.filter { $0.stand == .enrolled && $0.home != unit && $0.number != nil && $0.isPresent }.sorted { $0.id < $1.id }
        }
        let wanted = pupils.filter { asked.contains($0.number ?? "") }
        guard let pupil = dice.pick(dice.happens(perMille: 250) ? wanted : pupils), let name = pupil.record[.name], let number = pupil.number,
              let act = ActID(dice.bytes(16)) else { return false }
        let id = DossierID.own(of: unit, act)
        let head = TransferHead(application: id, receiving: unit, releasing: pupil.home)
        let content = TransferContent(
            name: name, number: number, idNumber: "", cohort: "20251", date: "20260901", reason: "随父母迁居", stay: "1")
        guard transferStep(.apply, head, after: nil, by: unit, at: .receivingSchool, to: .receivingSchool, holder: unit, node, act: act, { $0.content = content }),
              dice.happens(perMille: 850), let prepared = transfer(id, at: node) else { return true }
        submit(prepared, unit, node)
        return true
    }

    func transfer(_ id: DossierID, at node: Node) -> Transfer? { node.store.look { $0.register.transfers.folded[id] } }

    /// What the receiving school does about one of its own.
    private func goOn(with transfer: Transfer, _ unit: UnitCode, _ node: Node) -> Bool {
        switch transfer.state {
        case .prepared, .returned:
            if dice.happens(perMille: 150) { return withdraw(transfer, unit, node) }
            submit(transfer, unit, node)
        case .underWay:
            if dice.happens(perMille: 250) { return withdraw(transfer, unit, node) }
            guard transfer.request == nil, !transfer.station.isAutomatic, let step = transfer.current, dice.happens(perMille: 500) else { return false }
            let request = TransferRequest(head: transfer.head, by: unit, step: step, reason: "逾期", at: node.clock.now)
            guard let entry = entry(.transferRequest, Payload.encode(request)) else { return false }
            return write([entry], as: unit, to: .up, node)
        case .withdrawn, .completed: return false
        }
        return true
    }

    private func submit(_ transfer: Transfer, _ unit: UnitCode, _ node: Node) {
        var transfer = transfer
        if transfer.stand != .prepared {
            let content = transfer.content
            guard transferStep(.amend, transfer.head, after: transfer.chain.last, by: unit, at: .receivingSchool, to: .receivingSchool, holder: unit, node, { $0.content = content }),
                  let mended = self.transfer(transfer.head.application, at: node) else { return }
            transfer = mended
        }
        _ = pass(transfer, .submit, from: .receivingSchool, by: unit, provinces: asksProvinces(transfer, at: node), node)
    }

    /// At any time until it is completed: also when an approval is on its way, or the hand-over itself.
    func withdraw(_ transfer: Transfer, _ unit: UnitCode, _ node: Node) -> Bool {
        guard transfer.isSubmitted ? strikes(.withdrawal, node) : true else { return false }
        let withdrawal = TransferWithdrawal(head: transfer.head, by: unit, reason: "不再转学", at: node.clock.now)
        guard let entry = entry(.transferWithdrawal, Payload.encode(withdrawal)) else { return false }
        return write([entry], as: unit, to: .up, node)
    }

    /// The releasing school gives the pupil away, or returns. Acceptance and opening are one act.
    private func answer(_ transfer: Transfer, _ unit: UnitCode, _ node: Node) -> Bool {
        guard transfer.withdrawal == nil, let pupil = pupil(transfer.content, of: unit, at: node) else { return false }
        if dice.happens(perMille: 100) { return sendBack(transfer, by: unit, node) }
        let receiving = CaseParty(
            dossier: transfer.head.application, home: transfer.head.receiving,
            topology: node.store.look { $0.register.tree.unit(transfer.head.receiving)?.version ?? 0 })
        let opening = CaseOpening(parties: [receiving])
        guard let (row, table) = row(of: .acceptTransfer, in: pupil, unit, node, opening: opening),
              let opened = entry(row, of: table, in: pupil, unit, node, opening: opening), let holder = Payload.step(opened.payload)?.nextHolder,
              let accepted = transferEntry(
                .accept, transfer.head, after: transfer.chain.last, by: unit, at: .releasingSchool, to: .releasingAuthority, holder: holder, node,
                { ($0.dossier, $0.opened) = (pupil.id, Payload.stepHash(opened.payload)) })
        else { return false }
        return write([opened, accepted], as: unit, to: .up, node)
    }

    /// The pupil of a school whom name and number name.
    func pupil(_ content: TransferContent, of school: UnitCode, at node: Node) -> Dossier? {
        node.store.look { disk in
            disk.register.folded.values.filter { $0.home == school && $0.record[.name] == content.name && [$0.formalNumber, $0.provisionalNumber].contains(content.number) }
                .min { $0.id < $1.id }
        }
    }

    // MARK: Authorities

    /// False when no transfer waits for an authority.
    func transferAtAuthority(_ unit: UnitCode, _ node: Node) -> Bool {
        let waiting = transfers(at: node).filter { $0.state == .underWay && $0.holder == unit && !$0.station.isAutomatic && $0.station != .releasingSchool }
        guard let transfer = dice.pick(waiting) else { return false }
        return decide(transfer, by: unit, isApproval: dice.happens(perMille: 880), node)
    }

    private func decide(_ transfer: Transfer, by unit: UnitCode, isApproval: Bool, _ node: Node) -> Bool {
        guard transfer.withdrawal == nil else { return false }
        if transfer.station.isOfDossier {
            guard let id = transfer.dossier, let dossier = node.store.look({ $0.register.folded[id] }) else { return false }
            return decide(dossier, transfer, by: unit, isApproval: isApproval, node)
        }
        guard isApproval else { return sendBack(transfer, by: unit, node) }
        return pass(transfer, .pass, from: transfer.station, by: unit, provinces: asksProvinces(transfer, at: node), node)
    }

    /// The releasing side's authorities have the pen of the dossier.
    func decide(_ dossier: Dossier, _ transfer: Transfer, by unit: UnitCode, isApproval: Bool, _ node: Node) -> Bool {
        guard isApproval else { return take(.returnTransfer, in: dossier, unit, node) }
        let route = TransferRoute(from: transfer.head.releasing, to: transfer.head.receiving, in: node.store.look { $0.register.tree })
        let next = route?.next(after: transfer.station, provinces: asksProvinces(transfer, at: node))
        let isLast = next?.station != .releasingProvince
        guard take(isLast ? .approveTransfer : .passTransfer, in: dossier, unit, node) else { return false }
        if isLast { regretApproval(of: transfer, at: node) }
        return true
    }

    /// The province above the holder decides in its stead. False when nothing is asked for.
    func overrideTransfer(_ unit: UnitCode, _ node: Node) -> Bool {
        let tree = node.store.look { $0.register.tree }
        let asked = transfers(at: node).filter { transfer in
            guard transfer.state == .underWay, transfer.request != nil, let holder = transfer.holder else { return false }
            return TransferFold.overridingAuthority(over: holder, in: tree) == unit
        }
        guard let transfer = dice.pick(asked), strikes(.override, node) else { return false }
        let isApproval = dice.happens(perMille: 700)
        if transfer.station.isOfDossier {
            guard let id = transfer.dossier, let dossier = node.store.look({ $0.register.folded[id] }) else { return false }
            return takeInStead(isApproval ? .approveTransfer : .returnTransfer, in: dossier, unit, node)
        }
        // The school alone gives its pupil away.
        guard isApproval, transfer.station != .releasingSchool else { return sendBack(transfer, by: unit, isInStead: true, node) }
        return pass(transfer, .pass, from: transfer.station, by: unit, isInStead: true, provinces: false, node)
    }

    // MARK: Steps of an application

    func sendBack(_ transfer: Transfer, by unit: UnitCode, isInStead: Bool = false, _ node: Node) -> Bool {
        transferStep(
            .sendBack, transfer.head, after: transfer.chain.last, by: unit, at: transfer.station, to: .receivingSchool,
            holder: transfer.head.receiving, node
        ) { ($0.reason, $0.isInStead) = ("请核对", isInStead) }
    }

    func pass(
        _ transfer: Transfer, _ kind: TransferStepKind, from station: TransferStation, by unit: UnitCode, isInStead: Bool = false, provinces: Bool,
        _ node: Node
    ) -> Bool {
        let route = TransferRoute(from: transfer.head.releasing, to: transfer.head.receiving, in: node.store.look { $0.register.tree })
        guard let next = route?.next(after: station, provinces: provinces) else { return false }
        return transferStep(kind, transfer.head, after: transfer.chain.last, by: unit, at: station, to: next.station, holder: next.unit, node) {
            $0.isInStead = isInStead
        }
    }

    func transferStep(
        _ kind: TransferStepKind, _ head: TransferHead, after previous: TransferStep?, by unit: UnitCode, at station: TransferStation,
        to next: TransferStation, holder: UnitCode, _ node: Node, act: ActID? = nil, _ change: (inout TransferStep) -> Void
    ) -> Bool {
        guard let entry = transferEntry(kind, head, after: previous, by: unit, at: station, to: next, holder: holder, node, act: act, change) else { return false }
        let tree = node.store.look { $0.register.tree }
        let isOurs = unit == head.receiving || unit == head.releasing
        let side = tree.contains(unit, head.releasing) && !tree.contains(unit, head.receiving) ? head.releasing : head.receiving
        return write([entry], as: unit, to: isOurs ? .up : .unit(side), node)
    }

    private func transferEntry(
        _ kind: TransferStepKind, _ head: TransferHead, after previous: TransferStep?, by unit: UnitCode, at station: TransferStation,
        to next: TransferStation, holder: UnitCode, _ node: Node, act: ActID? = nil, _ change: (inout TransferStep) -> Void
    ) -> Entry? {
        guard let blank = Digest([UInt8](repeating: 0, count: 32)), !isClosed(unit, at: node) else { return nil }
        let tree = node.store.look { $0.register.tree }
        var step = TransferStep(
            hash: blank, head: head, previous: previous?.hash, kind: kind, by: unit, station: station, next: next, nextHolder: holder,
            receivingVersion: tree.unit(head.receiving)?.version ?? 0, releasingVersion: tree.unit(head.releasing)?.version ?? 0,
            at: node.clock.now)
        change(&step)
        let payload = Payload.encode(step)
        return act.map { Entry(act: $0, kind: .transferStep, payload: payload) } ?? entry(.transferStep, payload)
    }

    // MARK: Policies

    /// Whether either province asks for its own station, as far as a node can know: settings go down from their province and up to the centre.
    func asksProvinces(_ transfer: Transfer, at node: Node) -> Bool {
        if transfer.hasProvinceSpoken { return true }
        let tree = node.store.look { $0.register.tree }
        return [transfer.head.receiving, transfer.head.releasing].compactMap { tree.province(of: $0) }.contains { province in
            isAsking(province) && (tree.contains(province, node.unit) || tree.contains(node.unit, province))
        }
    }

    private func isAsking(_ province: UnitCode) -> Bool { plan.seed % 5 == 1 && province == "330000" || plan.seed % 5 == 2 }
}
