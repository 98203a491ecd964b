import Protocol
import Replication
import Rules

/// Faults stop, and everything that was promised for then must come true.
extension World {
    /// Runs the given steps under faults, then in calm until nothing moves, then judges the end.
    func run() {
        beginWithWrongClock()
        while step < plan.steps, advance() {}
        if tally.failure == nil {
            calm()
            settle()
        }
        if tally.failure == nil { judgeEnd() }
        tally.steps = step
        tally.envelopes = ledger.minted.count
        tally.dossiers = centre.store.look { $0.register.folded.count }
        tally.rollChanges = centre.store.look { disk in
            disk.register.folded.values.reduce(0) { $0 + $1.chain.count { $0.kind == .approveRollChange } }
        }
        let submitted = centre.store.look { $0.register.transfers.folded.values.filter(\.isSubmitted).map(\.state) }
        (tally.applications, tally.transfers) = (submitted.count, submitted.count { $0 == .completed })
        tally.numbers = ledger.shown.count
        trail.add(number: centre.store.look { $0.register.digest(under: .centre) })
        tally.trace = trail.value
        tally.face = publicFace()
    }

    private func calm() {
        tell("faults stop")
        isCalm = true
        hostForsaken()
        for index in clones.keys.sorted() { endClone(index) }
        for node in present {
            node.store.setFault(nil)
            node.clockError = 0
            node.pausedUntil = nil
            node.requestsLostUntil = 0
            node.repliesLostUntil = 0
            if let serial = node.certificate?.serial, ledger.revoked.contains(serial) { giveCertificate(node) }
            if !node.isUp, node.isLeaving || node.store.look({ !$0.secrets.isEmpty }) { boot(node) }
            _ = verifies(node)
            upgrade(node)
            node.machine.retryNow()
            for lane in ChildLink.Lane.allCases where node[lane].isResting && node.parent != nil { wake(node, lane, after: 0.01) }
        }
    }

    private func settle() {
        let end = step + 6000 + plan.steps * 4
        lastChange = now
        var quiet = 0
        // Many comparisons without any change: what has not come about by then will not.
        while step < end, now - lastChange < 20_000 || isQuiet, advance() {
            if isQuiet { quiet += 1 } else { quiet = 0 }
            // Quiet for a while of steps, with comparisons of heads in between.
            if quiet > 80, hasMended {
                // The operators see units that nobody writes for, and host them once more.
                guard nodes.contains(where: { $0.isDormant ? enrolOnceMore($0) : inviteOnceMore($0) }) || tryInquiriesOnceMore() else { return }
                quiet = 0
            }
        }
        tally.judge(.pathsAgree, tally.failure != nil, step: step, "the links do not come to rest: " + unrest())
    }

    /// Ten minutes later, so to say: the nodes look once more at what nobody has answered.
    private func tryInquiriesOnceMore() -> Bool {
        guard !hasTriedInquiries else { return false }
        hasTriedInquiries = true
        let before = ledger.minted.count
        for node in present where tryInquiriesAgain(node) { note(node) }
        return ledger.minted.count > before
    }

    private var hasMended: Bool { present.allSatisfy { $0.machine.held.isEmpty } }

    private var isQuiet: Bool {
        present.allSatisfy { node in
            guard node.isUp, !node.isLeaving else { return false }
            guard let parent = node.parent else { return true }
            guard node.isConfirmed, node.store.look({ $0.rottenPlaces.isEmpty }), let own = try? node.store.heads(.up) else { return false }
            return Set(own) == (try? Set(nodes[parent].store.heads(.down(node.unit))))
        } && awaitingHost.isEmpty && present.allSatisfy { isAtItsParent($0) && !$0.store.look { $0.isRefilling } } && present.allSatisfy { $0.store.look { $0.register.transfers.errands.isEmpty && $0.register.inquiries.errands.isEmpty } }
            && centre.isFenceOpen && centre.store.look { $0.errands.isEmpty && $0.heldBack.isEmpty }
    }

    /// Whether a node calls the authority that its unit belongs to.
    private func isAtItsParent(_ node: Node) -> Bool {
        let competent = centre.store.look { $0.register.tree.unit(node.unit)?.competent }
        return competent == node.parent.map { nodes[$0].unit }
    }

    private func unrest() -> String {
        present.compactMap { node -> String? in
            guard let parent = node.parent, let own = try? Set(node.store.heads(.up)),
                  let above = try? Set(nodes[parent].store.heads(.down(node.unit))), own != above || node.isLeaving else { return nil }
            let streams = own.symmetricDifference(above).map { "\($0.stream.unit)/\($0.stream.audience.text)#\($0.sequence)" }
            return "\(node.unit) leaving=\(node.isLeaving) differs: \(streams.sorted().prefix(4))"
        }.joined(separator: "; ") +
        present.filter { !$0.isUp || $0.parent != nil && !$0.isConfirmed }.map { node in
            "\(node.unit) up=\(node.isUp) \(node.machine.condition(at: now)) held=\(node.machine.held.count) leaving=\(node.isLeaving)"
        }.joined(separator: "; ") + (centre.isFenceOpen ? "" : " fence closed")
            + present.filter { !isAtItsParent($0) }.map { " \($0.unit) at a former parent" }.joined()
            + present.filter { $0.store.look { $0.isRefilling } }.map { " \($0.unit) refilling" }.joined()
            + (awaitingHost.isEmpty ? "" : " \(awaitingHost.sorted()) wait for a host") + " errands=\(centre.store.look { $0.errands.count }) gate=\(centre.store.look { $0.heldBack.count })"
    }

    // MARK: The end

    private func judgeEnd() {
        for node in present {
            tally.judge(.chains, node.store.look { $0.rottenPlaces.isEmpty }, step: step, "\(node.unit) still reads rotten envelopes")
            let parked = node.store.look { $0.register.parkedEntries }
            tally.judge(.poisonDelaysNobody, parked == 0, step: step, "\(parked) entries are parked for ever at \(node.unit), waiting for \(node.store.look { $0.register.waits })")
            let units = Set(hosts.filter { $0.value == node.unit }.keys)
            tally.judge(.movesComplete, Set(node.store.look { $0.secrets.keys }) == units, step: step, "\(node.unit) writes for \(node.store.look { $0.secrets.keys.sorted() }), and \(units.sorted()) work there")
            tally.judge(.movesComplete, isAtItsParent(node), step: step, "\(node.unit) calls an authority that it does not belong to")
            audit(node)
            checkAgreement(node)
            judgeRecords(node)
        }
        tally.judge(.fenceOpens, centre.isFenceOpen, step: step, "the centre stays behind its fence")
        let atCentre = centre.store.look { disk in Set(disk.journal.flatMap { $0?.sealed.entries ?? [] }.compactMap { $0?.act }) }
        let missing = ledger.acts.filter { !$0.value.isLost && $0.value.holders != 0 && !atCentre.contains($0.key) }
        tally.judge(.everythingAtCentre, missing.isEmpty, step: step, "\(missing.count) acts never reached the centre: " + describe(Set(missing.keys)))
        judgeVerdicts()
        judgeQuestions()
        judgeMergers()
        judgeTransfers()
    }

    private func describe(_ acts: Set<ActID>) -> String {
        var found: [String] = []
        for node in present {
            for stored in node.store.disk.journal {
                guard let sealed = stored?.sealed, sealed.entries.contains(where: { $0.map { acts.contains($0.act) } ?? false }) else { continue }
                found.append("\(node.unit) has \(sealed.envelope.stream.unit)/\(sealed.envelope.stream.audience.text)#\(sealed.envelope.sequence)")
            }
            for sealed in node.store.disk.salvage where sealed.entries.contains(where: { $0.map { acts.contains($0.act) } ?? false }) {
                found.append("\(node.unit) salvaged \(sealed.envelope.stream.unit)/\(sealed.envelope.stream.audience.text)#\(sealed.envelope.sequence)")
            }
        }
        return found.prefix(6).joined(separator: ", ")
    }

    private func checkAgreement(_ node: Node) {
        guard let at = node.parent else { return }
        let (own, above) = (Set(node.store.trueHeads(.up)), Set(nodes[at].store.trueHeads(.down(node.unit))))
        tally.judge(.pathsAgree, own == above, step: step, "\(node.unit) and \(nodes[at].unit) hold different heads, \(own.symmetricDifference(above).count)")
        let digest = node.store.look { $0.register.digest(under: node.unit) }
        let digestAbove = nodes[at].store.look { $0.register.digest(under: node.unit) }
        tally.judge(.pathsAgree, digest == digestAbove, step: step, "\(node.unit) and \(nodes[at].unit) show different dossiers: " + differing(node, nodes[at]))
    }

    /// The first dossiers that two nodes show differently, with what can be said of them without their record.
    private func differing(_ node: Node, _ above: Node) -> String {
        let shown = { (one: Node) in
            one.store.look { disk in disk.register.folded.filter { disk.register.tree.contains(node.unit, $0.value.home) } }
        }
        let (own, theirs) = (shown(node), shown(above))
        let ids = Set(own.keys).union(theirs.keys).filter { own[$0].map(Register.face) != theirs[$0].map(Register.face) }
        return ids.sorted().prefix(2).map { id in
            "\(id) " + [own[id], theirs[id]].map { dossier in
                dossier.map { "\($0.home) \($0.state) pen=\($0.holder?.text ?? "-") \($0.chain.map(\.kind)) verdicts=\($0.verdicts.map { "\($0.by)#\($0.position)" })" } ?? "absent"
            }.joined(separator: " / ")
        }.joined(separator: "; ")
    }

    /// Each live dossier has the centre's last word at home, and the number it is due.
    private func judgeVerdicts() {
        let all = centre.store.look { disk in disk.register.folded.values.sorted { $0.id < $1.id } }
        for dossier in all where dossier.stand != .deleted && dossier.keyDigest != nil {
            guard let home = indexOf[hosts[dossier.home] ?? dossier.home], let shown = nodes[home].store.look({ $0.register.folded[dossier.id] }) else { continue }
            let truth = World.problems(of: dossier, among: all)
            let word = shown.verdicts.first { $0.by == .centre }
            tally.judge(.inquiriesAnswered, word?.problems == truth, step: step, "\(dossier.home) waits for the centre's word on \(dossier.id)")
            if dossier.stand == .enrolled, truth.isEmpty {
                tally.judge(.inquiriesAnswered, shown.formalNumber != nil || isBarred(dossier), step: step, "\(dossier.id) has no number")
            }
        }
    }

    /// A number once given to another person's dossier is never given again.
    private func isBarred(_ dossier: Dossier) -> Bool {
        dossier.record.hasResidentID && ledger.shown["G" + dossier.record.idNumber].map { $0 != dossier.id } ?? false
    }

    private func publicFace() -> UInt64 {
        var trail = Trail()
        for (id, dossier) in centre.store.look({ disk in disk.register.folded.sorted { $0.key < $1.key } }) {
            trail.add(id.bytes)
            trail.add(dossier.state.rawValue)
            trail.add(dossier.number ?? "")
            for step in dossier.chain { trail.add(step.kind.rawValue) }
        }
        return trail.value
    }
}
