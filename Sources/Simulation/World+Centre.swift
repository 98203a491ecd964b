import Protocol
import Rules

/// The centre's offices, by the product's rules: verdicts, leases, numbers, the end of deletions, behind fence and gate.
extension World {
    /// Every child must have shown its copies to this process, and none may have more of the centre's streams.
    func lookAtFence() {
        guard centre.isUp, !centre.isFenceOpen, let endpoint = centre.endpoint else { return }
        let waiting = children(of: centre).filter { !endpoint.hasWhole($0.unit) }
        switch plan.mutant {
        case .fenceNeverOpens: centre.isFenceOpen = false
        case .noBootFence: centre.isFenceOpen = true
        case .fenceOpensForFirstChild: centre.isFenceOpen = waiting.count < children(of: centre).count
        default: centre.isFenceOpen = waiting.isEmpty
        }
        guard centre.isFenceOpen else { return }
        tell("the fence opens")
        for child in children(of: centre) where child.store.look({ $0.isRefilling }) { judgeFence(child) }
    }

    /// A child that has still to get back what it lost has shown nothing of what those below it hold: none of the centre's own streams may
    /// be longer there.
    private func judgeFence(_ child: Node) {
        let own = centre.store.look { disk in disk.streams.filter { $0.key.unit == .centre }.mapValues(\.count) }
        for node in present where node.index != centre.index && node.store.look({ $0.register.tree.contains(child.unit, node.unit) }) {
            let unseen = node.store.look { disk in disk.streams.contains { $0.key.unit == .centre && $0.value.count > own[$0.key] ?? 0 } }
            tally.judge(.oneNumberOnePerson, !unseen, step: step, "the fence opens, and what \(node.unit) has of the centre's streams was not shown")
        }
    }

    /// A number is shown when a child has stored it.
    func lookAtGate() {
        guard centre.isUp, let endpoint = centre.endpoint else { return }
        let held = centre.store.look { $0.heldBack }
        for (id, place) in held.sorted(by: { $0.key < $1.key })
        where endpoint.copies(of: place.stream, sequence: place.sequence) > 0 {
            centre.store.refold(id) { $0.heldBack[id] = nil }
        }
    }

    func workAtCentre() {
        guard centre.isUp, centre.pausedUntil == nil else { return }
        lookAtFence()
        lookAtGate()
        guard centre.isFenceOpen, !centre.isRecovering else { return }
        let isOutermost = !isTreating
        isTreating = true
        defer { if isOutermost { isTreating = false } }
        let errands = centre.store.look { $0.errands.sorted() }
        for id in errands.prefix(20) {
            centre.store.change { $0.errands.remove(id) }
            if !treat(id) { centre.store.change { $0.errands.insert(id) }; return }
        }
        if isOutermost { judgeErrands() }
    }

    /// Once in each process of the centre, when it has worked off what waited for it: nobody waits for its word any more.
    private func judgeErrands() {
        guard centre.isUp, !centre.hasWorkedOff, centre.store.look({ $0.errands.isEmpty }) else { return }
        centre.hasWorkedOff = true
        let all = centre.store.look { disk in disk.register.folded.values.sorted { $0.id < $1.id } }
        let waiting = all.filter { dossier in
            guard dossier.stand != .deleted, dossier.keyDigest != nil else { return false }
            return dossier.verdicts.first { $0.by == .centre }?.problems != World.problems(of: dossier, among: all)
        }
        tally.judge(.inquiriesAnswered, waiting.isEmpty, step: step, "the centre owes its word on \(waiting.count) dossiers and knows nothing of it")
    }

    /// False when the disk refuses: the errand stays.
    private func treat(_ id: DossierID) -> Bool {
        guard let dossier = centre.store.look({ $0.register.folded[id] }) else { return true }
        if dossier.stand == .deletionConfirmed {
            let isNumbered = dossier.formalNumber != nil || centre.store.look { $0.heldBack[id] != nil }
            return take(isNumbered ? .returnDeletion : .carryOutDeletion, in: dossier, .centre, centre)
                || centre.store.fault == nil
        }
        var affected = [dossier]
        if dossier.record.hasResidentID {
            affected += centre.store.look { disk in
                disk.register.folded.values.filter { $0.record.idNumber == dossier.record.idNumber && $0.id != id }.sorted { $0.id < $1.id }
            }
        }
        for one in affected { guard speak(one) else { return false } }
        return lend(dossier) && number(id) && forwardWords(id)
    }

    private func speak(_ dossier: Dossier) -> Bool {
        guard dossier.stand != .deleted, let digest = dossier.keyDigest else { return true }
        let problems = World.problems(of: dossier, among: centre.store.look { Array($0.register.folded.values) })
        if let last = dossier.verdicts.first(where: { $0.by == .centre }), last.problems == problems { return true }
        let next = centre.store.look { $0.register.lastVerdict } + 1
        let position = plan.mutant == .numberFollowsClock ? centre.clock.now : next
        let verdict = Verdict(
            dossier: dossier.id, keyDigest: digest, by: .centre, tier: .centre, position: position, problems: problems,
            peers: [], at: centre.clock.now)
        guard let entry = entry(.verdict, Payload.encode(verdict)) else { return true }
        return write([entry], as: .centre, to: .unit(dossier.home), centre)
    }

    /// What a complete index says about a dossier.
    static func problems(of dossier: Dossier, among all: [Dossier]) -> [String] {
        guard dossier.record.hasResidentID else { return [] }
        let isDouble = all.contains {
            $0.id != dossier.id && $0.stand != .deleted && $0.record.hasResidentID && $0.record.idNumber == dossier.record.idNumber
        }
        return isDouble ? [DuplicateKind.idDuplicate.rawValue] : []
    }

    private func lend(_ dossier: Dossier) -> Bool {
        guard dossier.provisionalNumber == nil, [.entered, .reviewed, .submitted, .returned].contains(dossier.stand),
              let competent = centre.store.look({ $0.register.tree.unit(dossier.home)?.competent }) else { return true }
        guard lend(dossier, to: competent) else { return false }
        // Who is asked to act in its stead draws numbers of its own.
        guard dossier.overrideRequest != nil, let above = centre.store.look({ dossier.overridingAuthority(in: $0.register.tree) }) else { return true }
        return lend(dossier, to: above)
    }

    private func lend(_ dossier: Dossier, to holder: UnitCode) -> Bool {
        let birth = dossier.record.birthDate
        let order: (division: String, free: Int, waiting: Int, next: Int, incarnation: Incarnation?) = centre.store.look { disk in
            let register = disk.register
            // The incarnation that the holder writes under now, as it said.
            let incarnation = disk.secrets[holder]?.incarnation ?? register.openings[holder]?.last
            let division = register.tree.unit(dossier.home)?.division ?? ""
            let own = register.leases.filter { $0.holder == holder && $0.birthDates.contains(birth) && $0.incarnation == incarnation && $0.division == division }
            let free = own.reduce(0) { sum, range in
                sum + range.tails.count { register.numbers[World.provisional(division, birth, $0)] == nil }
            }
            let waiting = register.folded.values.count {
                $0.record.birthDate == birth && $0.provisionalNumber == nil && $0.stand != .deleted
                    && (register.tree.unit($0.home)?.competent == holder
                        || $0.overrideRequest != nil && $0.overridingAuthority(in: register.tree) == holder)
            }
            let next = 1 + (register.leases.filter { $0.birthDates.contains(birth) && $0.division == division }.map(\.tails.upperBound).max() ?? -1)
            return (division, free, waiting, next, incarnation)
        }
        guard let incarnation = order.incarnation, order.free < order.waiting else { return true }
        let lease = Lease(
            holder: holder, incarnation: incarnation, division: order.division, birthDates: birth...birth,
            tails: order.next...order.next + 3)
        guard let entry = entry(.lease, Payload.encode(lease)) else { return true }
        return write([entry], as: .centre, to: .unit(holder), centre)
    }

    private func number(_ id: DossierID) -> Bool {
        guard let dossier = centre.store.look({ $0.register.folded[id] }), dossier.state == .enrolled, dossier.formalNumber == nil,
              dossier.problems.isEmpty, centre.store.look({ $0.heldBack[id] == nil }),
              dossier.verdicts.contains(where: { $0.by == .centre && dossier.isClean($0) }),
              let approval = dossier.chain.last(where: { $0.provisionalNumber != nil })?.hash,
              let text = nextNumber(dossier) else { return true }
        let word = IssuedNumber(dossier: id, number: text, cites: approval, at: centre.clock.now)
        guard let entry = entry(.number, Payload.encode(word)) else { return true }
        ledger.issued[text, default: []].insert(id)
        let place = centre.store.look { disk -> ModelDisk.Place? in
            guard let secret = disk.secrets[.centre] else { return nil }
            let stream = StreamID(unit: .centre, incarnation: secret.incarnation, audience: .unit(dossier.home))
            return ModelDisk.Place(stream: stream, sequence: (disk.head(of: stream)?.sequence ?? 0) + 1)
        }
        // Held back in the very transaction that writes it.
        if plan.mutant != .noReleaseGate { centre.store.change { $0.heldBack[id] = place } }
        let isWritten = write([entry], as: .centre, to: .unit(dossier.home), centre)
        // The worst moment for the centre's disk to go back is just after it gave a number.
        if isWritten, !isCalm, plan.clockScript == nil {
            if dice.happens(perMille: 60) { agenda.plan(.centreGoesBack(dossier.home), at: now + dice.seconds(0.001...0.5)) }
            // Or a little later: those below have the number, and the centre alone has forgotten it.
            if dice.happens(perMille: 60) { agenda.plan(.centreGoesBack(dossier.home), at: now + dice.seconds(1...300)) }
            // Or to stop: what it held back must be held back by the next process too.
            if dice.happens(perMille: 60) { agenda.plan(.centreStops(dice.seconds(1...60)), at: now + dice.seconds(0.001...0.5)) }
        }
        if !isWritten { centre.store.change { $0.heldBack[id] = nil } }
        return isWritten
    }

    private func nextNumber(_ dossier: Dossier) -> String? {
        if dossier.record.hasResidentID {
            let number = "G" + dossier.record.idNumber
            return centre.store.look { $0.register.numbers[number] } == nil ? number : nil
        }
        let prefix = "J" + dossier.record.birthDate
        let used = centre.store.look { disk in disk.register.numbers.keys.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.suffix(4)) } }
        return prefix + String(10_001 + (used.max() ?? 0)).dropFirst()
    }
}
