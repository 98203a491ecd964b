import Protocol
import Replication
import Rules

/// The promises, judged after every step on what has changed.
extension World {
    /// Looks at everything a node has done since the last look: checks it, wakes links, lets the centre work.
    func note(_ node: Node) {
        let news = node.store.takeNews()
        for sealed in news.written { ledger.mint(sealed, at: node.index % Self.cloneBase) }
        if node.store.real != nil {
            tally.judge(.rebuildEqual, news.differs.isEmpty, step: step, news.differs.prefix(3).joined(separator: "; "))
        }
        for sealed in news.stored { checkStored(sealed, node) }
        for sealed in news.salvaged where node.index < Self.cloneBase && node.store.look({ $0.secrets[sealed.envelope.stream.unit] != nil }) {
            ledger.hold(sealed, at: node.index)
        }
        for id in news.touched.sorted() { checkDossier(id, node) }
        if news.refused > 0 { tally.checks[.authorisedOnly, default: 0] += news.refused }
        if !news.stored.isEmpty { checkNode(node) }
        if news.salvaged.contains(where: { sealed in node.store.look { $0.secrets[sealed.envelope.stream.unit] != nil } }) {
            planMending(node)
        }
        noteRecoveries(node)
        followMoves(node)
        passOnHosted(node)
        rememberVersions(node)
        sayOnRecords(node)
        welcomeLate(node)
        handOver(node)
        repealHandOvers(node)
        if node.parent == nil { serveCentre(news) }
        workOnTransfers(node)
        workOnInquiries(node)
        if node.store.rings != node.ringsSeen { lastChange = now }
        guard node.store.rings != node.ringsSeen, node.isUp else { return }
        node.ringsSeen = node.store.rings
        for lane in ChildLink.Lane.allCases where node[lane].isResting && node.parent != nil { wake(node, lane, after: 0.005) }
        ring(node)
    }

    private func serveCentre(_ news: ModelStore.News) {
        let hasNewWriter = news.stored.contains { $0.envelope.sequence == 1 && WorldTree.tier(of: $0.envelope.stream.unit) != .school }
        if hasNewWriter { centre.store.change { $0.errands.formUnion($0.register.folded.keys) } }
        let wasOpen = centre.isFenceOpen
        lookAtFence()
        // What came in behind the closed fence waits for the next process too.
        if !centre.isFenceOpen, !news.touched.isEmpty, !isCalm, plan.clockScript == nil, dice.happens(perMille: 40) {
            agenda.plan(.centreStops(dice.seconds(1...60)), at: now + dice.seconds(0.001...30))
        }
        if !wasOpen || !news.touched.isEmpty || !centre.store.look({ $0.errands.isEmpty && $0.heldBack.isEmpty }) { workAtCentre() }
    }

    /// What a recovery has promised, where it has come about by now.
    private func noteRecoveries(_ node: Node) {
        guard node.isUp, node.parent == nil ? node.isFenceOpen : node.isConfirmed else { return }
        // As in the product: not while a stream of its own stands still, and so is not back.
        if node.isRecovering, !hasHeldBack(node) {
            node.store.endRecovery()
            node.isRecovering = false
        }
        if node.isBehind {
            node.isBehind = false
            tally.count(.backupRestored)
        }
        if node.wentBack {
            node.wentBack = false
            tally.count(node.parent == nil ? .centreRolledBack : .silentRollback)
        }
        if node.isRefilling {
            node.isRefilling = false
            tally.count(.diskLost)
            if !children(of: node).isEmpty { tally.count(.countyLost) }
        }
        if node.isMoving {
            node.isMoving = false
            tally.count(.unitMoved)
        }
        if node.isGivenAway {
            node.isGivenAway = false
            tally.count(.schoolMoved)
        }
        endRefill(node)
    }

    private func hasHeldBack(_ node: Node) -> Bool {
        node.machine.held.keys.contains { stream in node.store.look { $0.secrets[stream.unit] != nil } }
    }

    /// A lost disk is whole again when all below have shown what they hold: only now what it lacks proves something.
    private func endRefill(_ node: Node) {
        guard node.store.look({ $0.isRefilling }), let endpoint = node.endpoint,
              children(of: node).allSatisfy({ endpoint.hasWhole($0.unit) }) else { return }
        node.store.change { $0.isRefilling = false }
        node.machine.compareHeads()
        for lane in ChildLink.Lane.allCases where node[lane].isResting { wake(node, lane, after: 0.01) }
        tell("\(node.unit) is refilled")
    }

    private func checkStored(_ sealed: Sealed, _ node: Node) {
        let envelope = sealed.envelope
        let (stream, here) = (envelope.stream, node.index % Self.cloneBase)
        trail.add(number: sealed.mark)
        if node.index < Self.cloneBase { ledger.hold(sealed, at: here) }
        let before = node.mirror[stream]
        let isNext = envelope.sequence == (before?.sequence ?? 0) + 1 && envelope.previous == before?.hash
        let isSigned = trueKeys[stream.unit]?.contains { $0.id == envelope.keyID && reader.verifies(sealed, $0) } ?? false
        tally.judge(.chains, isNext && isSigned, step: step, "\(node.unit) stored \(stream.unit) \(envelope.sequence) after \(before?.sequence ?? 0)")
        node.mirror[stream] = envelope.head
        tally.judge(.authorisedOnly, ledger.minted.contains(envelope.hash), step: step, "\(node.unit) stored what \(stream.unit) never wrote")
        let isTainted = node.index < Self.cloneBase && ledger.tainted.contains(envelope.hash)
        tally.judge(.authorisedOnly, !isTainted, step: step, "\(node.unit) stored what a copy of \(stream.unit) wrote after its key was replaced")
        tally.judge(.onlyOwnMail, isMail(envelope, of: node), step: step, "\(node.unit) holds \(stream.unit) \(stream.audience.text)")
        if ledger.forkable.contains(stream.unit) {
            ledger.places[stream, default: [:]][envelope.sequence] = envelope.hash
        } else {
            let known = ledger.places[stream]?[envelope.sequence]
            tally.judge(.oneEnvelopeOnePlace, known == nil || known == envelope.hash, step: step, "two envelopes at \(stream.unit) \(envelope.sequence)")
            ledger.places[stream, default: [:]][envelope.sequence] = envelope.hash
        }
        for entry in sealed.entries {
            if here != 0, let entry, entry.kind == EntryKind.number.rawValue, let number = Payload.number(entry.payload) {
                ledger.copied.insert(number.number)
            }
            guard let entry, [EntryKind.step, .handOver, .caseStep].map(\.rawValue).contains(entry.kind) else { continue }
            let hash = Payload.stepHash(entry.payload)
            if entry.kind == EntryKind.handOver.rawValue, let step = Payload.step(entry.payload) { checkHandOver(step, in: envelope, at: here) }
            // The same rogue statement may be made twice; it counts for nothing.
            guard !ledger.rogueSteps.contains(hash) else { continue }
            let isOnce = (ledger.stepOfAct[entry.act] ?? hash) == hash && ((ledger.actOfStep[hash] ?? entry.act) == entry.act || ledger.cloned.contains(stream.unit))
            tally.judge(.effectsOnce, isOnce, step: step, "one act, two effects, of \(stream.unit)")
            ledger.stepOfAct[entry.act] = hash
            ledger.actOfStep[hash] = entry.act
        }
    }

    private func checkNode(_ node: Node) {
        let quarantined = node.store.look { $0.register.quarantined }
        if quarantined > node.quarantinedSeen {
            node.quarantinedSeen = quarantined
            tally.count(.poison)
        }
        let (stored, applied, journal) = node.store.look { ($0.storedEntries, $0.register.appliedEntries, $0.kept) }
        tally.judge(.poisonDelaysNobody, stored == applied, step: step, "\(node.unit) applied \(applied) of \(stored) entries")
        tally.judge(.nothingPruned, journal >= node.journalSeen, step: step, "\(node.unit) had \(node.journalSeen) envelopes, has \(journal)")
        node.journalSeen = journal
        tally.judge(.capsHold, node.held.count <= 2 * children(of: node).count + 4 && node.calls.count <= 4, step: step, "\(node.unit) holds \(node.held.count) pulls, \(node.calls.count) calls")
    }

    private func checkDossier(_ id: DossierID, _ node: Node) {
        let seen: (Dossier?, Set<UInt64>, Bool, DossierFacts) = node.store.look { disk in
            (disk.register.folded[id], disk.register.marks[id] ?? [], disk.heldBack[id] != nil, disk.register.facts[id] ?? DossierFacts())
        }
        guard let dossier = seen.0 else { return }
        checkFace(dossier, marks: seen.1, isHeldBack: seen.2, records: node.store.look { $0.register.mark(ofHome: id) }, node)
        checkChain(dossier, node)
        let isOwnWord = !dossier.verdicts.contains { $0.position == World.rogueVerdict && ($0.by == .centre || !history.hasEverContained($0.by, dossier.home)) }
        tally.judge(.authorisedOnly, isOwnWord, step: step, "a verdict of a unit that never stood above the pupil counts at \(node.unit)")
        guard let number = dossier.formalNumber, node.index < Self.cloneBase else { return }
        let isIssued = ledger.issued[number]?.contains(id) ?? false
        tally.judge(.authorisedOnly, isIssued, step: step, "\(node.unit) shows a number that the centre never gave")
        tally.judge(.oneNumberOnePerson, ledger.copied.contains(number), step: step, "a number is shown that the centre alone has")
        let isOne = (ledger.shown[number] ?? id) == id && (ledger.numberOf[id] ?? number) == number
        tally.judge(.oneNumberOnePerson, isOne, step: step, "\(number) at \(node.unit) is a second person's, or a person's second")
        ledger.shown[number] = id
        ledger.numberOf[id] = number
        // What a number cites is settled, once it is here with all before it. Of a pupil who has come back the years between are not.
        if dossier.handOver != nil, dossier.chain.first?.previous != nil { return }
        let settled = Set(seen.3.numbers.map(\.cites)).intersection(seen.3.steps.map(\.hash)).subtracting(dossier.parked)
        tally.judge(
            .onePenOneHome, settled.isEmpty || dossier.chain.contains { settled.contains($0.hash) },
            step: step, "a settled step of \(id) was undone at \(node.unit)")
    }

    private func checkFace(_ dossier: Dossier, marks: Set<UInt64>, isHeldBack: Bool, records: UInt64, _ node: Node) {
        var key = Trail()
        key.add(dossier.id.bytes)
        key.add(number: marks.reduce(0, ^))
        key.add(isHeldBack ? 1 : 0)
        key.add(number: records)
        let face = Register.face(dossier)
        let known = ledger.faces[key.value]
        tally.judge(.sameFactsSameState, known == nil || known == face, step: step, "\(dossier.id) looks different at \(node.unit)")
        ledger.faces[key.value] = face
    }

    /// Walks the chain by a reading of its own: who had the pen, and was it theirs to take, by the record of the home school that
    /// the step names. A pen that an authority left behind holds is the new one's.
    private func checkChain(_ dossier: Dossier, _ node: Node) {
        let chain = knownChain(dossier, node)
        var holders: Set<UnitCode?> = [nil]
        var home = chain.first?.by
        var isGood = true
        for (place, step) in chain.enumerated() {
            if step.archive == nil, let home { holders = passed(holders, home, version: step.topology) }
            if step.archive != nil {
                isGood = isGood && isRightful(step, after: chain.prefix(place), home: home)
                home = step.nextHolder
            } else if place == 0 { isGood = isGood && step.by == home && step.kind == .enter && step.previous == nil }
            else {
                let isAllowed = holders.contains { step.by == $0 || isInStead(step, of: $0) } || step.kind == .recallCase && step.by == home
                isGood = isGood && isAllowed && step.previous == chain[place - 1].hash
            }
            if [.approve, .sendBack, .confirmDeletion, .refuseDeletion, .approveRollChange, .sendBackCase, .passTransfer, .approveTransfer, .returnTransfer]
                .contains(step.kind), let home {
                isGood = isGood && step.by != home && history.contains(step.by, home, versions: step.topology...step.topology)
            }
            isGood = isGood && !ledger.rogueSteps.contains(step.hash)
            holders = [step.nextHolder]
        }
        let version = node.store.look { $0.register.tree.unit(dossier.home)?.version ?? 1 }
        holders = passed(holders, dossier.home, version: version)
        isGood = isGood && (dossier.chain.isEmpty || dossier.home == home)
        tally.judge(.onePenOneHome, isGood && holders.contains(dossier.holder), step: step, "the chain of \(dossier.id) at \(node.unit)")
        guard let approval = dossier.chain.last(where: { $0.kind == .approve }), let number = approval.provisionalNumber,
              node.index < Self.cloneBase, !ledger.forkable.contains(approval.by) else { return }
        tally.judge(.oneNumberOnePerson, (ledger.provisional[number] ?? dossier.id) == dossier.id, step: step, "\(number) is lent to two")
        ledger.provisional[number] = dossier.id
    }

    /// The chain, without the steps before a hand-over whose own beginning is not here: a copy that is being mended has some of them,
    /// as a node of the new home has none.
    private func knownChain(_ dossier: Dossier, _ node: Node) -> [Step] {
        guard let first = dossier.chain.first, first.archive == nil, let previous = first.previous,
              node.store.look({ disk in !(disk.register.facts[dossier.id]?.steps.contains { $0.hash == previous } ?? false) }) else { return dossier.chain }
        return Array(dossier.chain.drop { $0.archive == nil })
    }

    /// A province may approve or send back what an authority below it holds, and nothing else.
    private func isInStead(_ step: Step, of holder: UnitCode?) -> Bool {
        guard let holder, [.approve, .sendBack, .approveRollChange, .sendBackCase, .approveTransfer, .returnTransfer].contains(step.kind),
              WorldTree.tier(of: step.by) == .province else { return false }
        return [.county, .city].contains(WorldTree.tier(of: holder)) && WorldTree.tree.contains(step.by, holder)
    }

    /// Who has the pen by a record of that version: where two authorities have said one, either's.
    private func passed(_ holders: Set<UnitCode?>, _ home: UnitCode, version: Int) -> Set<UnitCode?> {
        holders.reduce(into: []) { passed, holder in
            let competent = history.competent(home, versions: version...version)
            let stays = holder.map { history.contains($0, home, versions: version...version) } ?? true
            if stays || competent.isEmpty { passed.insert(holder) }
            if holder != nil, !stays || competent.count > 1 { passed.formUnion(competent.map { Optional($0) }) }
        }
    }

    /// Heads that a reply names are stored at this moment.
    func checkDurable(_ path: String, _ body: [UInt8], _ parent: Node) {
        guard path == "/peer/v1/push", let reply = PushReply(bytes: body) else { return }
        for head in reply.heads {
            let isStored = parent.store.look { disk in
                disk.link(head.stream, head.sequence)?.envelope.hash == head.hash
            }
            tally.judge(.repliesAreDurable, isStored && parent.store.isDurable, step: step, "\(parent.unit) acknowledges \(head.stream.unit) \(head.sequence)")
        }
    }

    // MARK: Disks

    /// After a disk was exchanged on purpose.
    /// - Parameter isLoss: false where a node was switched off in order, which must cost nothing.
    func afterExchange(_ node: Node, isLoss: Bool = true) {
        node.machine = ChildLink(plan: Node.plan)
        remember(node)
        let broken = ledger.recount(node.index, node.store.disk, afterLoss: isLoss)
        tally.judge(.acknowledgedSurvives, isLoss || broken == 0, step: step, "\(broken) acts went with the former node of \(node.unit)")
        for (number, id) in ledger.shown {
            let isKept = nodes.contains { other in other.store.look { $0.register.numbers[number] == id } }
            tally.judge(.oneNumberOnePerson, isKept, step: step, "\(number) was shown and is on no disk")
        }
    }

    func remember(_ node: Node) {
        node.mirror = node.store.look { disk in
            Dictionary(uniqueKeysWithValues: disk.streams.keys.compactMap { stream in disk.head(of: stream).map { (stream, $0) } })
        }
        // What a real archive wrote again as it gave way is still to be judged: the mirror stands before it.
        for sealed in node.store.pending.reversed() {
            let envelope = sealed.envelope
            node.mirror[envelope.stream] = node.store.look { $0.link(envelope.stream, envelope.sequence - 1)?.envelope.head }
        }
        node.journalSeen = node.store.look { $0.kept }
        node.versionsSeen = [:]
        rememberVersions(node)
    }

    private static func isChained(_ disk: ModelDisk) -> Bool {
        disk.streams.values.allSatisfy { places in
            var before: Digest?
            return places.enumerated().allSatisfy { offset, place in
                guard let envelope = disk.journal[place]?.sealed.envelope else { return false }
                defer { before = envelope.hash }
                return envelope.sequence == UInt64(offset) + 1 && envelope.previous == before
            }
        }
    }

    /// At each start: the journal tells the same as the tables, and nothing promised is gone.
    func audit(_ node: Node) {
        let disk = node.store.disk
        let rebuilt = disk.rebuilt()
        tally.judge(.rebuildEqual, rebuilt.digest(under: .centre) == disk.register.digest(under: .centre), step: step, "\(node.unit) rebuilt differs")
        tally.judge(.rebuildEqual, rebuilt.inquiries.face == disk.register.inquiries.face, step: step, "inquiries at \(node.unit) rebuilt differ")
        tally.judge(.nothingPruned, disk.kept >= node.journalSeen, step: step, "\(node.unit) had \(node.journalSeen) envelopes, has \(disk.kept)")
        tally.judge(.chains, Self.isChained(disk), step: step, "a chain at \(node.unit) does not hold")
        tally.judge(.acknowledgedSurvives, ledger.recount(node.index, disk, afterLoss: false) == 0, step: step, "acts that were saved are on no disk")
    }
}
