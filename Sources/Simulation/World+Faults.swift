import Protocol
import Replication
import Rules

/// What happens to nodes and disks, and what operators do about it.
extension World {
    /// One thing goes wrong.
    func strike() {
        guard let node = dice.pick(nodes) else { return }
        // Backups are made all the time; what is restored is hours or days old.
        if let other = dice.pick(nodes), dice.happens(perMille: 300) { backUp(other) }
        if centre.backup == nil || dice.happens(perMille: 100) { backUp(centre) }
        switch dice.below(plan.clockScript == nil ? 26 : 10) {
        case 0, 1: strikeLine(node)
        case 2:
            tally.count(.kill)
            kill(node, for: dice.seconds(1...5000))
        case 3:
            guard node.isUp else { return }
            tally.count(.pause)
            node.pausedUntil = now + dice.seconds(10...4000)
            agenda.plan(.unpause(node.index), at: node.pausedUntil ?? now)
        case 4:
            tally.count(.diskFull)
            node.store.setFault(.full)
            agenda.plan(.roomAgain(node.index), at: now + dice.seconds(60...20_000))
        case 5:
            tally.count(dice.happens(perMille: 500) ? .inputOutputError : .diskFullOnce)
            node.store.setFault(.failing)
        case 6: node.store.setFault(.crashed)
        case 7: leap()
        case 8: clockJump(node)
        case 9: killTogether()
        case 10, 11, 12: rollBack(node)
        case 13: rollBack(centre)
        case 14, 15: restoreBackup(node)
        case 16: loseDisk(node)
        case 17: startClone(node)
        case 18: forge(at: node)
        case 20: replay(at: node)
        case 21: misaddress(at: node)
        case 22: oversize(at: node)
        case 19, 23: rogue(at: node)
        case 24: secondInstance(node)
        default: backUp(node)
        }
    }

    private func backUp(_ node: Node) {
        let disk = node.store.disk
        if !disk.secrets.isEmpty { node.backup = disk }
    }

    /// The backup, where going back to it leaves every promised act on some disk, and forgets no enrolment: a child
    /// whose new key its parent has forgotten cannot even say hello to give it back.
    private func usableBackup(_ node: Node) -> ModelDisk? {
        guard let old = node.backup, clones[node.index] == nil, !ledger.wouldLose(node.index, becoming: old) else { return nil }
        let keys = node.store.look { $0.register.keys.mapValues(\.count) }
        return old.register.keys.mapValues(\.count) == keys ? old : nil
    }

    private func strikeLine(_ node: Node) {
        guard node.parent != nil else { return }
        switch dice.below(4) {
        case 0:
            tally.count(.longPartition)
            node.requestsLostUntil = now + 70 * 86_400
            agendaLeapLater(70 * 86_400)
        case 1:
            tally.count(.asymmetricPartition)
            node.repliesLostUntil = now + dice.seconds(100...20_000)
        default:
            tally.count(.partition)
            node.requestsLostUntil = now + dice.seconds(100...50_000)
        }
    }

    /// Time passes in one go: nobody does anything until then.
    private func leap() {
        tally.count(.leap)
        now += dice.seconds(3600...5 * 86_400)
    }

    private func agendaLeapLater(_ seconds: Double) {
        guard dice.happens(perMille: 500) else { return }
        tally.count(.leap)
        now += seconds
    }

    private func clockJump(_ node: Node) {
        tally.count(.clockJump)
        node.clockError = Int64(dice.seconds(-315_000_000...315_000_000))
    }

    /// Power fails for several at once.
    private func killTogether() {
        for node in nodes where dice.happens(perMille: 300) {
            tally.count(.kill)
            kill(node, for: dice.seconds(1...600))
        }
    }

    // MARK: Disks

    /// A virtual machine goes back to a snapshot, and nobody says so.
    func rollBack(_ node: Node) {
        guard let old = usableBackup(node) else { return }
        tally.count(node.parent == nil ? .centreRolledBack : .silentRollback)
        ledger.forkable.formUnion(old.secrets.keys)
        tempt(node, old)
        exchange(node, old)
        if node.parent != nil, dice.happens(perMille: 500) { node.requestsLostUntil = now + dice.seconds(50...1500) }
        tell("\(node.unit) goes back to a snapshot")
    }

    /// What was done since the copy was made will be done again.
    private func tempt(_ node: Node, _ old: ModelDisk) {
        let present = node.store.look { $0.register.folded }
        node.tempting = old.register.folded.values.filter { dossier in
            guard let holder = dossier.holder, old.secrets[holder] != nil else { return false }
            return present[dossier.id]?.head != dossier.head
        }.map(\.id).sorted()
    }

    /// A backup is restored by command: it mints new incarnations, and takes in new pupils only until its own is back.
    private func restoreBackup(_ node: Node) {
        guard var old = usableBackup(node) else { return }
        tally.count(.backupRestored)
        // Enrolled anew since: that backup may no longer speak for its units.
        let now = node.store.look { $0.secrets }
        guard old.secrets.allSatisfy({ now[$0.key]?.key.publicKey == $0.value.key.publicKey }) else { return }
        if plan.mutant == .restoreKeepsIncarnation { ledger.forkable.formUnion([]) } else { mint(&old) }
        tempt(node, old)
        exchange(node, old)
        node.isRecovering = plan.mutant != .restoreKeepsIncarnation && plan.mutant != .leaseOutlivesIncarnation
        tell("\(node.unit) restores a backup")
    }

    private func mint(_ disk: inout ModelDisk) {
        for unit in disk.secrets.keys.sorted() {
            if let incarnation = Incarnation(dice.bytes(8)) { disk.secrets[unit]?.incarnation = incarnation }
        }
    }

    private func exchange(_ node: Node, _ disk: ModelDisk) {
        if node.isUp { node.stop() }
        node.store.replace(disk)
        afterExchange(node)
        agenda.plan(.revive(node.index), at: now + dice.seconds(1...300))
    }

    /// The disk is gone. A one-time code lets the same units join again, with new keys and incarnations.
    private func loseDisk(_ node: Node) {
        guard node.parent != nil, !ledger.wouldLose(node.index, becoming: nil), clones[node.index] == nil else { return }
        tally.count(.diskLost)
        if node.isUp { node.stop() }
        node.backup = nil
        let empty = ModelDisk(founding: node.store.look { $0.founding }, secrets: [:], isCentre: false)
        node.store.replace(empty)
        afterExchange(node)
        agenda.plan(.join(node.index), at: now + dice.seconds(10...3000))
        tell("\(node.unit) loses its disk")
    }

    /// The parent enrols the new keys; needs the parent.
    func rejoin(_ node: Node) {
        guard node.store.look({ $0.secrets.isEmpty }) else { return }
        guard let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil, nodes[at].store.look({ $0.secrets[nodes[at].unit] != nil }) else {
            return agenda.plan(.join(node.index), at: now + 600)
        }
        let parent = nodes[at]
        count("join", node.index)
        var secrets: [UnitCode: ModelDisk.Secret] = [:]
        var entries: [Entry] = []
        for unit in WorldTree.units.map(\.code).sorted() where hosts[unit] == node.unit {
            guard let secret = mintSecret() else { continue }
            secrets[unit] = secret
            let generation = 1 + parent.store.look { $0.register.activeKey(of: unit)?.generation ?? 0 }
            let enrolment = KeyEnrolment(
                unit: unit, publicKey: secret.key.publicKey, issuer: parent.unit, generation: generation, node: node.unit)
            if let entry = entry(.key, Payload.encode(enrolment)) { entries.append(entry) }
        }
        guard write(entries, as: parent.unit, to: .subtree(node.unit), parent) else {
            return agenda.plan(.join(node.index), at: now + 600)
        }
        for (unit, secret) in secrets { trueKeys[unit, default: []].append(secret.key.publicKey) }
        // The invitation brings the directory as the parent has it.
        let keys = parent.store.look { $0.register.keys }
        var founding = node.store.look { $0.founding }
        founding.keys = keys
        node.store.replace(ModelDisk(founding: founding, secrets: secrets, isCentre: false))
        afterExchange(node)
        boot(node)
        tell("\(node.unit) joins again")
    }

    /// The parent went back to before it enrolled this node's keys: the operators enrol them once more.
    func readmit(_ node: Node) {
        guard node.isUp, let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil else { return }
        let parent = nodes[at]
        let unknown = node.store.look { disk in disk.secrets.mapValues(\.key.publicKey) }.filter { unit, key in
            parent.store.look { $0.register.key(of: unit, id: key.id) } == nil
        }
        let entries = unknown.sorted { $0.key < $1.key }.compactMap { unit, key in
            let generation = 1 + parent.store.look { $0.register.activeKey(of: unit)?.generation ?? 0 }
            return entry(.key, Payload.encode(KeyEnrolment(
                unit: unit, publicKey: key, issuer: parent.unit, generation: generation, node: node.unit)))
        }
        write(entries, as: parent.unit, to: .subtree(node.unit), parent)
        node.machine.retryNow()
        for lane in ChildLink.Lane.allCases where node[lane].isResting { wake(node, lane, after: 0.01) }
    }

    // MARK: Clones

    /// A copy of a school's machine is started beside it.
    private func startClone(_ node: Node) {
        guard node.isUp, children(of: node).isEmpty, clones[node.index] == nil, plan.clockScript == nil else { return }
        tally.count(.clone)
        let disk = node.store.disk
        let store = ModelStore(node.unit, disk: disk, reader: reader, mutant: plan.mutant)
        let clone = Node(index: Self.cloneBase + node.index, unit: node.unit, store: store, parent: node.parent)
        clone.epoch = callCount
        clones[node.index] = clone
        remember(clone)
        ledger.forkable.formUnion(disk.secrets.keys)
        ledger.cloned.formUnion(disk.secrets.keys)
        boot(clone)
        node.tempting = disk.register.folded.values.filter { $0.holder.map { disk.secrets[$0] != nil } ?? false }.map(\.id).sorted()
        agenda.plan(.cloneEnds(node.index), at: now + dice.seconds(500...8000))
        tell("\(node.unit) has a clone")
    }

    /// The operator finds the copy and ends it.
    func endClone(_ index: Int) {
        guard let clone = clones.removeValue(forKey: index) else { return }
        clone.stop()
        ended[index] = clone
        planMending(nodes[index])
    }

    /// A second start on the same folder: the lock refuses it, as here; the parent sees nothing.
    private func secondInstance(_ node: Node) { if node.isUp { tally.count(.secondInstance) } }

    // MARK: Reports

    /// What the link found out, and what is done about it.
    func heed(_ report: LinkReport, _ node: Node) {
        tell("\(node.unit) reports \(report)")
        guard node.index < Self.cloneBase else { return }
        switch report {
        case .fork(let own, let parent):
            if let stream = own?.stream ?? parent?.stream { setAside(stream, node) }
        case .rolledBack(_, let parent):
            mintIncarnation(parent.stream, node)
            node.isRecovering = true
            planMending(node)
        case .held(let stream, .fork, _): setAside(stream, node)
        case .held, .missing, .replaced, .compared, .clone, .moved: break
        }
    }

    /// The copy nearest the root wins; what is ours alone waits in salvage and is written again.
    private func setAside(_ stream: StreamID, _ node: Node) {
        node.store.change { $0.setAside(stream, keeping: plan.mutant != .salvageDiscarded) }
        mintIncarnation(stream, node)
        remember(node)
        node.machine.retryNow()
        planMending(node)
    }

    /// The writer goes on in another incarnation.
    private func mintIncarnation(_ stream: StreamID, _ node: Node) {
        guard let incarnation = Incarnation(dice.bytes(8)) else { return }
        node.store.change { disk in
            if disk.secrets[stream.unit]?.incarnation == stream.incarnation { disk.secrets[stream.unit]?.incarnation = incarnation }
        }
        introduce(node)
    }

    func planMending(_ node: Node) {
        guard node.index < Self.cloneBase else { return }
        agenda.plan(.mend(node.index), at: now + 90)
    }

    /// What was set aside of another's stream goes up to its writer, who alone may append it again.
    private func handUp(_ node: Node) {
        guard let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil else { return }
        let parent = nodes[at]
        let foreign = node.store.look { disk in disk.salvage.filter { disk.secrets[$0.envelope.stream.unit] == nil } }
        guard !foreign.isEmpty else { return }
        _ = try? parent.store.accept(foreign.map(\.envelope.bytes), from: .child(node.unit))
        note(parent)
        planMending(parent)
    }

    /// Orphaned acts of units written for here are appended again, with the same act ids.
    func mend(_ node: Node) {
        guard plan.mutant != .orphansDropped, node.isUp, node.index < Self.cloneBase else { return }
        guard node.parent == nil || node.machine.confirmedPosition != nil, node.store.fault == nil else { return planMending(node) }
        handUp(node)
        let known = node.store.look { disk in
            Set(disk.journal.flatMap { $0?.sealed.entries ?? [] }.compactMap { $0?.act })
        }
        let orphans: [(unit: UnitCode, audience: Audience, entries: [Entry])] = node.store.look { disk in
            disk.salvage.compactMap { sealed in
                let stream = sealed.envelope.stream
                guard disk.secrets[stream.unit] != nil, disk.streams[stream] != nil || disk.secrets[stream.unit]?.incarnation != stream.incarnation
                else { return nil }
                let left = sealed.entries.compactMap { $0 }.filter { !known.contains($0.act) }
                return left.isEmpty ? nil : (stream.unit, stream.audience, left)
            }
        }
        var written: Set<ActID> = []
        for orphan in orphans {
            var entries = orphan.entries.filter { written.insert($0.act).inserted }
            if plan.mutant == .orphansGetNewActs {
                entries = entries.compactMap { old in EntryKind(rawValue: old.kind).flatMap { entry($0, old.payload) } }
            }
            write(entries, as: orphan.unit, to: orphan.audience, node)
        }
    }

    /// An authority whose incarnation nobody knows yet says a word, so that numbers can be lent to it.
    func introduce(_ node: Node) {
        guard node.isUp else { return }
        for unit in node.store.look({ $0.secrets.keys.sorted() }) where WorldTree.tier(of: unit) != .school && unit != .centre {
            let isKnown = node.store.look { disk in
                disk.streams.keys.contains { $0.unit == unit && $0.incarnation == disk.secrets[unit]?.incarnation }
            }
            if !isKnown, let entry = entry(.division, Array("opened".utf8)) { write([entry], as: unit, to: .up, node) }
        }
    }

    // MARK: Strangers

    private func inject(_ bytes: [UInt8], at node: Node, from neighbour: Neighbour?) {
        guard node.isUp, let source = neighbour ?? children(of: node).first.map({ .child($0.unit) }) else { return }
        _ = try? node.store.accept([bytes], from: source)
        note(node)
    }

    /// Well-formed, in a unit's name, signed by a key that is not the unit's.
    private func forge(at node: Node) {
        guard let child = dice.pick(children(of: node)), let key = StatementKey(seed: dice.bytes(32)),
              let incarnation = node.store.look({ disk in disk.streams.keys.first { $0.unit == child.unit }?.incarnation }) ?? Incarnation(dice.bytes(8)),
              let entry = entry(.number, Payload.encode(IssuedNumber(
                dossier: node.store.look { $0.register.folded.keys.min() } ?? DossierID([UInt8](repeating: 1, count: 16)) ?? Self.nobody,
                number: "G-forged", cites: Hashing.sha256([1]), at: 0))),
              let honest = trueKeys[child.unit]?.last else { return }
        tally.count(.forged)
        let stream = StreamID(unit: child.unit, incarnation: incarnation, audience: .up)
        guard let envelope = try? Envelope.seal(
            [entry], stream: stream, after: node.store.look { $0.head(of: stream) }, key: key), let forged = Self.claiming(envelope, honest)
        else { return }
        inject(forged, at: node, from: .child(child.unit))
    }

    static let nobody: DossierID = {
        guard let id = DossierID([UInt8](repeating: 0, count: 16)) else { preconditionFailure("16 bytes") }
        return id
    }()

    /// The forger names the honest key in the header.
    private static func claiming(_ envelope: Envelope, _ key: StatementPublicKey) -> [UInt8]? {
        let (from, to) = (envelope.keyID, key.id)
        guard let at = envelope.bytes.indices.dropLast(8).first(where: { Array(envelope.bytes[$0..<$0 + 8]) == from }) else { return nil }
        var bytes = envelope.bytes
        bytes.replaceSubrange(at..<at + 8, with: to)
        return bytes
    }

    /// An old envelope once more.
    private func replay(at node: Node) {
        guard let child = dice.pick(children(of: node)) else { return }
        let old = node.store.look { disk in disk.journal.compactMap { $0?.sealed.envelope }.filter { $0.stream.unit == child.unit } }
        guard let envelope = dice.pick(old) else { return }
        tally.count(.replayed)
        inject(envelope.bytes, at: node, from: .child(child.unit))
    }

    /// A true envelope brought by a child that has nothing to do with it.
    private func misaddress(at node: Node) {
        let others = nodes.filter { other in
            !WorldTree.contains(node.unit, other.unit) && WorldTree.tier(of: other.unit) == .school
        }
        guard let other = dice.pick(others), let child = dice.pick(children(of: node)),
              let envelope = dice.pick(other.store.look { disk in
                  disk.journal.compactMap { $0?.sealed.envelope }.filter { $0.stream.unit == other.unit }
              }) else { return }
        tally.count(.misaddressed)
        inject(envelope.bytes, at: node, from: .child(child.unit))
    }

    private func oversize(at node: Node) {
        guard node.isUp, let endpoint = node.endpoint else { return }
        tally.count(.oversize)
        let body = [UInt8](repeating: 10, count: PeerCall.requestLimit + 1)
        if case .answer(let answer) = endpoint.outcome(path: "/peer/v1/push", body: body) {
            tally.judge(.capsHold, answer.status == 413, step: step, "an oversize body gets \(answer.status)")
        }
    }

    /// No rightful verdict comes so far.
    static let rogueVerdict: Int64 = 1 << 40

    /// A unit with a good key says what is not its to say: stored, without effect.
    private func rogue(at node: Node) {
        let schools = node.store.look { $0.secrets.keys.sorted() }.filter { WorldTree.tier(of: $0) == .school }
        guard node.isUp, let school = dice.pick(schools), let dossier = dice.pick(node.store.look { disk in
            let own = disk.register.folded.values.filter { $0.home == school }.sorted { $0.id < $1.id }
            let submitted = own.filter { $0.stand == .submitted }
            return submitted.isEmpty ? own : submitted
        }), let digest = dossier.keyDigest, let above = WorldTree.units.first(where: { $0.code == school })?.competent,
        let blank = dossier.head else { return }
        tally.count(.rogueStatement)
        let step = Step(
            hash: blank, dossier: dossier.id, previous: dossier.head, kind: .approve,
            by: dice.happens(perMille: 700) ? above : school, nextHolder: school, topology: 1, at: 0, provisionalNumber: "L-rogue")
        let payload = Payload.encode(step)
        ledger.rogueSteps.insert(Payload.stepHash(payload))
        let verdict = Verdict(
            dossier: dossier.id, keyDigest: digest, by: .centre, tier: .centre, position: World.rogueVerdict, problems: [], peers: [], at: 0)
        let number = IssuedNumber(dossier: dossier.id, number: "G-rogue-\(dice.below(1000))", cites: blank, at: 0)
        let entries = [entry(.step, payload), entry(.verdict, Payload.encode(verdict)), entry(.number, Payload.encode(number))]
        write(entries.compactMap { $0 }, as: school, to: .up, node)
    }
}

extension WorldTree {
    static let tree = UnitTree(units)
    static func contains(_ ancestor: UnitCode, _ unit: UnitCode) -> Bool { tree.contains(ancestor, unit) }
}
