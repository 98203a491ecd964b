import Protocol
import Rules

/// Schools that are merged into others: the record of the lowest authority above both, and its hand-overs, by the product's rules.
extension World {
    /// One school is closed, whatever its node is doing.
    func mergeSchools() {
        let schools = WorldTree.units.filter { $0.tier == .school }.map(\.code)
        let crowded = dice.happens(perMille: 700) ? schools.filter { !restingDossiers(of: $0, at: centre).isEmpty } : []
        guard let source = dice.pick(crowded.isEmpty ? schools : crowded), let target = dice.pick(schools.filter { $0 != source }),
              let authority = WorldTree.tree.lowestCommonAuthority(source, target), let at = indexOf[authority] else { return }
        let node = nodes[at]
        guard history.movedSchools.allSatisfy({ $0 != source && $0 != target }), !nodes.contains(where: { $0.unit == source && $0.isLeaving }),
              node.isUp, node.store.fault == nil, !node.isRecovering, node.pausedUntil == nil, mergers.count < 3, mergers[source] == nil, mergers[target] == nil
        else { return }
        let seen: (source: Unit, target: Unit, isOpen: Bool)? = node.store.look { disk in
            let register = disk.register
            guard disk.secrets[authority] != nil, let source = register.tree.unit(source), let target = register.tree.unit(target),
                  !source.isClosed, !target.isClosed else { return nil }
            let isOpen = register.folded.values.contains { $0.home == source.code && $0.holder != nil && $0.holder != source.code }
            return (source, target, isOpen)
        }
        guard let seen, !seen.isOpen, strikes(.merger, node) else { return }
        var record = seen.source
        (record.isClosed, record.version) = (true, record.version + 1)
        let merger = UnitMerger(
            source: source, target: target, version: record.version, targetVersion: seen.target.version, at: node.clock.now)
        let entries = [entry(.unit, Payload.encode(record)), entry(.merger, Payload.encode(merger))].compactMap { $0 }
        let mayFeed = WorldTree.tier(of: authority).map { TierRights.may($0, .importUnits) } ?? false
        mergers[source] = target
        // The worst moment for the authority's disk to go back is just after it closed a school, with one of the two not reached.
        let isForgotten = !isCalm && plan.clockScript == nil && dice.happens(perMille: 450)
        if isForgotten { backUp(node) }
        if plan.clockScript == nil, dice.happens(perMille: isForgotten ? 900 : 500) { cutOff(dice.happens(perMille: 500) ? source : target, source, node) }
        let audiences: [Audience] = [mayFeed ? .everyone : .subtree(authority), .unit(source), .unit(target)]
        guard write(audiences.map { (entries, $0) }, as: authority, node) else {
            mergers[source] = nil
            return
        }
        handOver(node, isFirst: true)
        if isForgotten { agenda.plan(.goesBack(node.index), at: now + dice.seconds(1...60)) }
        goOnUnaware(source)
        tell("\(source) is merged into \(target)")
    }

    /// One of the two schools is not reached just then: its copies are still where they were written when that disk goes back, and a school
    /// that does not know that it is closed goes on.
    private func cutOff(_ school: UnitCode, _ source: UnitCode, _ node: Node) {
        guard let child = childToward(school, from: node) else { return }
        breakLine(of: child, for: dice.seconds(100...3000))
        guard school == source, let at = indexOf[hosts[source] ?? source] else { return }
        nodes[at].tempting += restingDossiers(of: source, at: nodes[at])
    }

    /// The school that was closed this moment does not know it yet, and takes another step.
    private func goOnUnaware(_ school: UnitCode) {
        guard plan.clockScript == nil, dice.happens(perMille: 600), let index = indexOf[hosts[school] ?? school] else { return }
        let node = nodes[index]
        guard node.isUp, node.pausedUntil == nil, !node.isRecovering, node.store.look({ $0.secrets[school] != nil }),
              let id = dice.pick(restingDossiers(of: school, at: node)), let dossier = node.store.look({ $0.register.folded[id] }) else { return }
        goOn(with: dossier, school, node)
    }

    private func restingDossiers(of school: UnitCode, at node: Node) -> [DossierID] {
        node.store.look { disk in disk.register.folded.values.filter { $0.home == school && $0.holder == school }.map(\.id).sorted() }
    }

    /// The office: everything that is at rest with a school that a unit of this node has closed.
    func handOver(_ node: Node, isFirst: Bool = false) {
        guard !isHandingOver, node.isUp, node.pausedUntil == nil, node.index < Self.cloneBase, !node.isRecovering, !node.isBehind, !node.wentBack,
              !node.isRefilling, node.store.fault == nil, isFirst || plan.mutant != .lateDossiersLeftBehind else { return }
        isHandingOver = true
        defer { isHandingOver = false }
        let due = mergers.isEmpty ? [] : node.store.look { disk -> [(Dossier, UnitMerger, UnitCode)] in
            let mine = disk.register.mergers.values.filter { disk.secrets[$0.writer] != nil }
            guard !mine.isEmpty else { return [] }
            return disk.register.folded.values.sorted { $0.id < $1.id }.compactMap { dossier in
                guard dossier.holder == dossier.home, let found = disk.register.mergers[dossier.home], disk.secrets[found.writer] != nil,
                      Workflow.registrationWithHandOver.row(.handOver, from: dossier.openCase?.rest ?? dossier.stand) != nil else { return nil }
                return (dossier, found.merger, found.writer)
            }
        }
        for (dossier, merger, writer) in due {
            guard let step = handOverStep(dossier, merger, writer, node), let entry = entry(.handOver, Payload.encode(step)),
                  write([([entry], .unit(merger.source)), ([entry], .unit(merger.target))], as: writer, node) else { return }
        }
        completeCopies(node)
    }

    /// A hand-over that came back from one of its two schools alone, after this node's disk went back, goes to the other one again.
    private func completeCopies(_ node: Node) {
        guard plan.mutant != .handOverCopyForgotten else { return }
        let due = node.store.look { disk -> [(Entry, UnitCode, UnitCode)] in
            let copies = disk.register.handOverCopies.filter { $0.value.count == 1 }
            guard !copies.isEmpty else { return [] }
            return disk.journal.flatMap { $0?.sealed.entries ?? [] }.compactMap { entry in
                guard let entry, entry.kind == EntryKind.handOver.rawValue, let step = Payload.step(entry.payload),
                      let present = copies[step.hash], disk.secrets[step.by] != nil, let from = step.archive?.from,
                      let to = step.nextHolder, let lacking = [from, to].first(where: { !present.contains($0) }) else { return nil }
                return (entry, step.by, lacking)
            }
        }
        for (entry, writer, school) in due {
            let step = Payload.step(entry.payload)
            let other = step?.archive?.from == school ? step?.nextHolder : step?.archive?.from
            let record = other.map { recordOfOther($0, writer, node.store.look { $0.register.tree }) } ?? []
            guard write([entry] + record, as: writer, to: .unit(school), node) else { return }
        }
    }

    /// The office: hand-overs that do not count are repealed by the lowest authority above all their schools.
    func repealHandOvers(_ node: Node) {
        guard plan.mutant != .outrunHandOverStands, !isHandingOver, node.isUp, node.pausedUntil == nil, node.index < Self.cloneBase, !node.isRecovering,
              !node.isBehind, !node.wentBack, !node.isRefilling, node.store.fault == nil else { return }
        let due = node.store.look { disk -> [(HandOverRepeal, [UnitCode])] in
            disk.register.outrun.sorted().flatMap { id -> [(HandOverRepeal, [UnitCode])] in
                guard let dossier = disk.register.folded[id], let facts = disk.register.facts[id] else { return [] }
                return HandOverRepeal.due(dossier, facts, at: node.clock.now, in: disk.register.tree)
                    .filter { disk.secrets[$0.by] != nil }
                    .map { word in (word, facts.steps.first { $0.hash == word.handOver }?.schoolsOfHandOver ?? []) }
            }
        }
        isHandingOver = true
        defer { isHandingOver = false }
        for (word, schools) in due {
            guard let entry = entry(.handOverRepeal, Payload.encode(word)),
                  write(schools.sorted().map { ([entry], .unit($0)) }, as: word.by, node) else { return }
        }
    }

    private func handOverStep(_ dossier: Dossier, _ merger: UnitMerger, _ writer: UnitCode, _ node: Node) -> Step? {
        let seen: (facts: DossierFacts, tree: UnitTree, isHeldBack: Bool) = node.store.look { disk in
            (disk.register.facts[dossier.id] ?? DossierFacts(), disk.register.tree, disk.heldBack[dossier.id] != nil)
        }
        let order = HandOverOrder(
            source: merger.source, target: merger.target, targetVersion: merger.targetVersion, writer: writer,
            stand: dossier.openCase?.rest ?? dossier.stand, record: dossier.record, isNumberHeldBack: seen.isHeldBack)
        return order.step(after: dossier, seen.facts, at: node.clock.now, in: seen.tree)
    }

    /// The centre's words that a hand-over does not list follow the dossier. False when the disk refuses.
    func forwardWords(_ id: DossierID) -> Bool {
        guard plan.mutant != .wordsStayBehind, let dossier = centre.store.look({ $0.register.folded[id] }),
              let archive = dossier.handOver?.archive else { return true }
        let due = centre.store.look { disk -> [(EntryKind, [UInt8])] in
            let words = (disk.register.facts[dossier.id] ?? DossierFacts()).words.counting.subtracting(archive.words)
            let entries = words.verdicts.filter { $0.by == .centre }.map { (EntryKind.verdict, Payload.encode($0)) }
                + words.numbers.map { (.number, Payload.encode($0)) }
            return entries.filter { !disk.register.isTold(dossier.id, $0.0, $0.1, to: dossier.home) }
        }
        for (kind, payload) in due {
            guard let entry = entry(kind, payload), write([entry], as: .centre, to: .unit(dossier.home), centre) else { return false }
        }
        return true
    }

    /// At the end nothing is left with a closed school that could go on, and no pupil stands at a school by a hand-over that does not count.
    func judgeMergers() {
        let outrun = centre.store.look { $0.register.outrun.sorted() }
        tally.judge(.effectsOnce, outrun.isEmpty, step: step, "nobody has repealed the hand-overs of \(outrun) that do not count")
        for (source, target) in mergers.sorted(by: { $0.key < $1.key }) {
            // A record that went with a disk before anybody had it has closed nothing.
            guard centre.store.look({ $0.register.mergers[source] != nil }) else { continue }
            let left = centre.store.look { disk in disk.register.folded.values.filter { $0.home == source && $0.holder == source }.count }
            tally.judge(.movesComplete, left == 0, step: step, "\(left) dossiers are left at \(source), which is closed")
            let came = centre.store.look { disk in disk.register.folded.values.contains { $0.home == target && $0.handOver != nil } }
            if came { tally.count(.merger) }
        }
    }
}
