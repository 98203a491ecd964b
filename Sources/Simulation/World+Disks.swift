import Protocol
import Replication
import Rules

/// What happens to disks, and what operators do about it.
extension World {
    func backUp(_ node: Node) {
        var disk = node.store.disk
        guard !disk.secrets.isEmpty else { return }
        if let real = node.store.real, let scratch = plan.scratch {
            copies += 1
            disk.copy = "\(scratch)/copy-\(copies)"
            do { try real.copy(to: disk.copy ?? "") } catch { return }
        }
        node.backup = disk
    }

    /// The backup, where going back to it leaves every promised act on some disk, and forgets no enrolment: a child
    /// whose new key its parent has forgotten cannot even say hello to give it back, and whoever has gone back to before his own new key
    /// joins anew, as after a lost disk.
    private func usableBackup(_ node: Node) -> ModelDisk? {
        guard let old = node.backup, isSettled(node), !ledger.wouldLose(node.index, becoming: old) else { return nil }
        let (keys, secrets) = node.store.look { ($0.register.keys.mapValues(\.count), $0.secrets) }
        let hasSecrets = secrets.allSatisfy { old.secrets[$0.key]?.key.publicKey == $0.value.key.publicKey }
        return hasSecrets && old.register.keys.mapValues(\.count) == keys ? old : nil
    }

    /// A virtual machine goes back to a snapshot, and nobody says so.
    func rollBack(_ node: Node) {
        guard let old = usableBackup(node) else { return }
        guard strikes(node.parent == nil ? .centreRolledBack : .silentRollback, node) else { return }
        node.wentBack = true
        ledger.forkable.formUnion(old.secrets.keys)
        tempt(node, old)
        exchange(node, old)
        comeBackOffline(node)
        tell("\(node.unit) goes back to a snapshot")
    }

    /// Now and then a snapshot is made just before an authority decides, and the machine goes back to it when the decision is above:
    /// decided again, the stream is as long as it was, and another.
    func snapshotBefore(_ unit: UnitCode, _ node: Node) {
        guard node.parent != nil, WorldTree.tier(of: unit) != .school, !isCalm, plan.clockScript == nil, node.index < Self.cloneBase,
              dice.happens(perMille: 60) else { return }
        backUp(node)
        agenda.plan(.goesBack(node.index), at: now + dice.seconds(5...120))
    }

    func forgetLastAct(_ node: Node) {
        rollBack(node)
        guard node.wentBack else { return }
        node.requestsLostUntil = max(node.requestsLostUntil, now + dice.seconds(50...1500))
    }

    /// The centre's disk goes back behind a number that those below have. Now and then the province that passed it on loses its disk in
    /// the same hour and joins at once, and who could refill it does not reach it: it has nothing to show, which proves nothing.
    func forgetNumber(of home: UnitCode) {
        rollBack(centre)
        guard centre.wentBack, dice.happens(perMille: 400), let child = childToward(home, from: centre),
              let below = childToward(home, from: child) else { return }
        loseDisk(child)
        guard child.store.look({ $0.secrets.isEmpty }) else { return }
        breakLine(of: below, for: dice.seconds(2000...20_000))
        agenda.plan(.join(child.index), at: now + dice.seconds(5...60))
    }

    /// A machine that has been put back does not reach the tree at once; of those below the centre's one comes later than the others.
    private func comeBackOffline(_ node: Node) {
        guard dice.happens(perMille: 500), let late = node.parent == nil ? dice.pick(children(of: node)) : node else { return }
        late.requestsLostUntil = max(late.requestsLostUntil, now + dice.seconds(50...1500))
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
    func restoreBackup(_ node: Node) {
        guard var old = usableBackup(node) else { return }
        // Enrolled anew since: that backup may no longer speak for its units.
        let now = node.store.look { $0.secrets }
        guard old.secrets.allSatisfy({ now[$0.key]?.key.publicKey == $0.value.key.publicKey }),
              strikes(.backupRestored, node) else { return }
        if plan.mutant != .restoreKeepsIncarnation, node.store.real == nil { mint(&old) }
        old.isRefilling = node.parent != nil
        tempt(node, old)
        exchange(node, old, isRestored: true)
        let goesOn: Set<Mutant> = [.restoreKeepsIncarnation, .leaseOutlivesIncarnation, .restoreGoesOn]
        node.isRecovering = plan.mutant.map { !goesOn.contains($0) } ?? true
        node.isBehind = true
        comeBackOffline(node)
        tell("\(node.unit) restores a backup")
    }

    private func mint(_ disk: inout ModelDisk) {
        for unit in disk.secrets.keys.sorted() {
            if let incarnation = Incarnation(dice.bytes(8)) { disk.mint(incarnation, for: unit) }
        }
    }

    private func exchange(_ node: Node, _ disk: ModelDisk, isRestored: Bool = false) {
        if node.isUp { node.stop() }
        node.store.replace(disk, isRestored: isRestored)
        // The address of the parent is on the disk, too.
        if let parent = disk.parent { node.parent = indexOf[parent] }
        afterExchange(node)
        agenda.plan(.revive(node.index), at: now + dice.seconds(1...300))
    }

    /// The disk is gone. A one-time code lets the same units join again, with new keys and incarnations.
    func loseDisk(_ node: Node) {
        guard node.parent != nil, !ledger.wouldLose(node.index, becoming: nil), isSettled(node),
              strikes(.diskLost, node) else { return }
        wipe(node)
    }

    func emptyDisk(_ node: Node, _ root: StatementPublicKey, _ secrets: [UnitCode: ModelDisk.Secret] = [:]) -> ModelDisk {
        var disk = ModelDisk(founding: Register(root: root, mutant: plan.mutant), secrets: secrets, isCentre: false)
        disk.parent = node.parent.map { nodes[$0].unit }
        disk.owner = node.unit
        return disk
    }

    func wipe(_ node: Node) {
        guard let rootKey else { return }
        if node.isUp { node.stop() }
        node.backup = nil
        let empty = emptyDisk(node, rootKey)
        if plan.mutant == .rejoinKeepsIncarnation { node.lostIncarnations = node.store.look { $0.secrets.mapValues(\.incarnation) } }
        node.store.replace(empty)
        afterExchange(node)
        agenda.plan(.join(node.index), at: now + dice.seconds(10...3000))
        tell("\(node.unit) loses its disk")
    }

    /// The parent enrols the new keys; needs the parent.
    func rejoin(_ node: Node) {
        guard !node.isDormant, !node.isLeaving, node.store.look({ $0.secrets.isEmpty }) else { return }
        guard let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil, nodes[at].store.look({ $0.secrets[nodes[at].unit] != nil }) else {
            return agenda.plan(.join(node.index), at: now + 600)
        }
        let parent = nodes[at]
        // The code is asked for where the unit belongs now.
        if let competent = parent.store.look({ $0.register.tree.unit(node.unit)?.competent }), competent != parent.unit {
            node.parent = indexOf[competent]
            return agenda.plan(.join(node.index), at: now + 600)
        }
        count("join", node.index)
        var secrets: [UnitCode: ModelDisk.Secret] = [:]
        var entries: [Entry] = []
        for unit in WorldTree.units.map(\.code).sorted() where hosts[unit] == node.unit && mayEnrol(unit, parent) {
            // Given away meanwhile: it is hosted elsewhere from now on.
            guard parent.store.look({ $0.register.tree.contains(node.unit, unit) }) else { continue }
            guard var secret = mintSecret() else { continue }
            if let lost = node.lostIncarnations[unit] { secret.incarnation = lost }
            secrets[unit] = secret
            let enrolment = parent.store.look { $0.register.enrolment(secret.key.publicKey, of: unit, on: node.unit, by: parent.unit) }
            if let entry = entry(.key, Payload.encode(enrolment)) { entries.append(entry) }
        }
        guard write(keysPieces(entries, of: node.unit), as: parent.unit, parent) else {
            return agenda.plan(.join(node.index), at: now + 600)
        }
        for (unit, secret) in secrets { trueKeys[unit, default: []].append(secret.key.publicKey) }
        // The invitation brings the root's key alone: everything else comes by the link.
        guard let rootKey else { return }
        var disk = emptyDisk(node, rootKey, secrets)
        disk.isRefilling = true
        node.store.replace(disk)
        afterExchange(node)
        node.isRefilling = true
        node.isRecovering = true
        giveCertificate(node)
        boot(node)
        tell("\(node.unit) joins again")
        giveAwayBehindEnrolment(node, by: parent)
    }

    /// The parent went back to before it enrolled this node's keys: the operators enrol them once more.
    func readmit(_ node: Node) {
        guard node.isUp, !node.isLeaving, let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil else { return }
        let parent = nodes[at]
        guard mayEnrol(node.unit, parent) else { return }
        // Known, but another key of the unit is younger there: the operators give a new one.
        if !node.isSuperseded, let own = node.store.look({ $0.secrets[node.unit]?.key.publicKey }),
           parent.store.look({ $0.register.isSuperseded(own, of: node.unit) }) || parent.store.look({ $0.register.activeKey(of: node.unit)?.key != own && $0.register.key(of: node.unit, id: own.id) != nil }) {
            _ = enrolAnew(node)
        }
        let unknown = node.store.look { disk in disk.secrets.mapValues(\.key.publicKey) }.filter { unit, key in
            parent.store.look { $0.register.key(of: unit, id: key.id) } == nil
        }
        let entries = unknown.sorted { $0.key < $1.key }.compactMap { unit, key in
            let enrolment = parent.store.look { $0.register.enrolment(key, of: unit, on: node.unit, by: parent.unit) }
            return entry(.key, Payload.encode(enrolment))
        }
        write(keysPieces(entries, of: node.unit), as: parent.unit, parent)
        node.machine.retryNow()
        for lane in ChildLink.Lane.allCases where node[lane].isResting { wake(node, lane, after: 0.01) }
    }

    /// Whether the directory at an authority's node has a unit below it.
    func mayEnrol(_ unit: UnitCode, _ issuer: Node) -> Bool {
        issuer.store.look { $0.register.tree.contains(issuer.unit, unit) && unit != issuer.unit }
    }

    // MARK: Rot

    /// A bit of an envelope changes on the disk. Nobody notices before it is read. Of what is nowhere else yet the only copy would be
    /// gone, and nothing to get it from: `verify` says so, and an operator restores a backup.
    func flipBit(_ node: Node) {
        guard node.parent != nil, node.store.real == nil, isSettled(node), !ledger.wouldLose(node.index, becoming: nil) else { return }
        let places = node.store.look { disk in disk.journal.indices.filter { place in
            disk.journal[place].map { $0.sealed.entries.allSatisfy { $0.map { ledger.isElsewhere($0.act, than: node.index) } ?? true } } ?? false
        } }
        guard let place = dice.pick(places), let bytes = node.store.look({ $0.bytes(at: place) }), strikes(.bitFlip, node) else { return }
        let rotten = corrupted(bytes)
        node.store.change { $0.rot(at: place, rotten) }
        // A rotten copy is a lost one, also before anybody has read it: another disk that went back now would be the second.
        _ = ledger.recount(node.index, node.store.disk, afterLoss: true)
        agenda.plan(.verify(node.index), at: now + dice.seconds(100...9000))
        tell("\(node.unit) rots at \(place)")
    }

    /// Verification reads every envelope again. What it finds rotten is treated as a lost disk.
    /// - Returns: whether the disk was given up.
    func verifies(_ node: Node) -> Bool {
        guard plan.mutant != .verifyTrustsTables, isSettled(node) else { return false }
        guard node.store.look({ !$0.rottenPlaces.isEmpty }) else { return false }
        guard !ledger.wouldLose(node.index, becoming: nil) else {
            // Something here is nowhere else yet: the line first. What is rotten is refused there.
            agenda.plan(.verify(node.index), at: now + 600)
            return false
        }
        tell("\(node.unit) finds its disk rotten")
        wipe(node)
        return true
    }
}
