import Protocol
import Rules

/// Transfers judged: the same everywhere, each completed once at one school, nothing left on its way.
extension World {
    func checkTransfer(_ id: DossierID, _ node: Node) {
        let seen: (transfer: Transfer?, facts: [TransferBook.Fact], tree: UnitTree) = node.store.look { disk in
            (disk.register.transfers.folded[id], disk.register.transfers.said(about: id), disk.register.tree)
        }
        guard let transfer = seen.transfer else { return }
        let isOwn = !transfer.chain.contains { ledger.rogueSteps.contains($0.hash) }
        tally.judge(.authorisedOnly, isOwn, step: step, "a step under another's id counts in transfer \(id) at \(node.unit)")
        var key = Trail()
        key.add(id.bytes)
        for fact in seen.facts { key.add(fact.hash.bytes) }
        for school in [transfer.head.receiving, transfer.head.releasing] {
            for version in 1...max(seen.tree.unit(school)?.version ?? 1, 1) { key.add(seen.tree.unit(school, version: version)?.competent?.text ?? "") }
        }
        let known = ledger.faces[key.value]
        tally.judge(.sameFactsSameState, known == nil || known == transfer.face, step: step, "transfer \(id) looks different at \(node.unit)")
        ledger.faces[key.value] = transfer.face
    }

    /// A hand-over in a chain, by a reading of its own: by the lowest authority above both schools, for a closed school's successor or on an
    /// approved application of the new home, whose case ends with it; with the name and number that the pupil had.
    func isRightful(_ handOver: Step, after chain: ArraySlice<Step>, home: UnitCode?) -> Bool {
        guard let archive = handOver.archive, let target = handOver.nextHolder, archive.from != target,
              history.common(archive.from, handOver.topology, target, archive.topology).contains(handOver.by) else { return false }
        // A node of the new home has nothing of what came before.
        guard let last = chain.last else { return true }
        let isSame = chain.last { $0.record != nil }?.record?[.name] == handOver.record?[.name]
            && chain.last { $0.provisionalNumber != nil }?.provisionalNumber == handOver.provisionalNumber
        guard archive.from == home, handOver.previous == last.hash, isSame else { return false }
        if mergers[archive.from] == target, last.kind != .approveTransfer { return true }
        let opened = chain.last { $0.opening != nil }
        return last.kind == .approveTransfer && opened?.kind == .acceptTransfer && opened?.opening?.parties.first?.home == target
    }

    /// After one step one hand-over: judged of what has left the node that wrote it. One whose disk went back may write a second one
    /// where nobody above it had the first; that one of the two takes effect nowhere `judgeMergers` sees.
    func checkHandOver(_ step: Step, in envelope: Envelope, at here: Int) {
        guard let previous = step.previous, ledger.mintedAt[envelope.hash] != here else { return }
        let known = ledger.handOvers[previous] ?? step.hash
        tally.judge(.effectsOnce, known == step.hash || ledger.forkable.contains(step.by), step: self.step, "\(step.by) hands one dossier over twice")
        ledger.handOvers[previous] = step.hash
    }

    // MARK: The end

    func judgeTransfers() {
        let all = centre.store.look { disk in disk.register.transfers.folded.values.sorted { $0.head.application < $1.head.application } }
        for transfer in all where transfer.isSubmitted {
            judgeEnd(of: transfer)
            judgeAgreement(on: transfer)
        }
        judgeHomes()
    }

    /// Nothing waits where nobody has to be asked, and what ended has ended in the dossier as well.
    private func judgeEnd(of transfer: Transfer) {
        let id = transfer.head.application
        tally.judge(.transfersEnd, transfer.state != .underWay || !transfer.station.isAutomatic, step: step, "transfer \(id) waits at \(transfer.station), \(pupil(of: transfer))")
        let isClosed = centre.store.look { $0.register.tree.unit(transfer.head.releasing)?.isClosed ?? false }
        tally.judge(.transfersEnd, !transfer.isAtSchool || !isClosed, step: step, "transfer \(id) waits for a closed school")
        let known = centre.store.look { $0.register.folded.values.map { ($0, $0.openCase) } }
        let open = known.first { $0.1?.stand.isTransfer ?? false && $0.1?.opening.parties.first?.dossier == id }
        // Where the acceptance was not the answer that counts, the authority may still have the case, and is a person.
        let isPersons = transfer.withdrawal == nil && open?.1?.stand == .transferAccepted
        tally.judge(.transfersEnd, open == nil || transfer.state == .underWay || isPersons, step: step, "transfer \(id) is \(transfer.state), and its case is open")
        // Where the authority's disk went back before the tree above had its approval, the hand-over alone came back from the new home.
        let handed = known.filter { dossier, _ in
            dossier.transferNotices.contains { $0.head.application == id && $0.outcome == .completed }
                || dossier.id == transfer.dossier && dossier.chain.first?.archive != nil && dossier.chain.first?.nextHolder == transfer.head.receiving
        }
        tally.judge(.transfersEnd, handed.count == (transfer.state == .completed ? 1 : 0), step: step, "transfer \(id) is \(transfer.state), \(handed.count) dossiers were handed over: \(pupil(of: transfer))")
        guard transfer.state == .completed else { return }
        tally.count(.transfer)
    }

    /// How the centre shows the pupil of a transfer.
    private func pupil(of transfer: Transfer) -> String {
        guard let dossier = transfer.dossier.flatMap({ id in centre.store.look { $0.register.folded[id] } }) else { return "without a dossier" }
        return "\(dossier.home) pen=\(dossier.holder?.text ?? "-") \(dossier.openCase.map { "\($0.stand)" } ?? "no case") \(dossier.chain.map(\.kind)) \(dossier.problems) void=\(dossier.void.count) parked=\(dossier.parked.count)"
    }

    /// Whoever is on either path shows the same.
    private func judgeAgreement(on transfer: Transfer) {
        let id = transfer.head.application
        for node in present where [transfer.head.receiving, transfer.head.releasing].contains(where: { school in
            node.store.look { $0.register.tree.contains(node.unit, school) }
        }) {
            let shown = self.transfer(id, at: node)
            tally.judge(.pathsAgree, shown?.face == transfer.face, step: step, "\(node.unit) shows transfer \(id) as \(shown.map { "\($0.state) \($0.station) \($0.chain.map(\.kind))" } ?? "absent"), the centre as \(transfer.state) \(transfer.station) \(transfer.chain.map(\.kind)); \(lacking(id, node))")
        }
    }

    /// What the centre has about a transfer and another node has not.
    private func lacking(_ id: DossierID, _ node: Node) -> String {
        let own = Set(node.store.look { $0.register.transfers.said(about: id).map(\.hash) })
        let left = centre.store.look { $0.register.transfers.said(about: id) }.filter { !own.contains($0.hash) }
        return "not there: \(left.map { "\($0.kind) by \($0.by)" }.sorted())"
    }

    /// Every pupil is at one school, and that school's node knows it.
    private func judgeHomes() {
        let schools = WorldTree.units.filter { $0.tier == .school }.map(\.code)
        var homes: [DossierID: [UnitCode]] = [:]
        for school in schools {
            guard let index = indexOf[hosts[school] ?? school] else { continue }
            let own = nodes[index].store.look { disk in disk.register.folded.values.filter { $0.home == school }.map(\.id) }
            for id in own { homes[id, default: []].append(school) }
        }
        for (id, dossier) in centre.store.look({ disk in disk.register.folded.sorted { $0.key < $1.key } }) {
            tally.judge(.onePenOneHome, homes[id] == [dossier.home], step: step, "\(id) is at \(homes[id] ?? []), for the centre at \(dossier.home)")
        }
    }
}
