import Protocol
import Replication
import Rules

/// Two machines that speak for one unit.
extension World {
    /// A copy of a school's machine is started beside it.
    func startClone(_ node: Node) {
        guard node.isUp, children(of: node).isEmpty, isSettled(node), plan.clockScript == nil,
              node.store.look({ !$0.secrets.isEmpty }), strikes(.clone, node) else { return }
        let disk = node.store.disk
        let store = ModelStore(node.unit, disk: disk, reader: reader, mutant: plan.mutant, real: cloneReal(node))
        let clone = Node(index: Self.cloneBase + node.index, unit: node.unit, store: store, parent: node.parent)
        clone.epoch = callCount
        clone.certificate = node.certificate
        clones[node.index] = clone
        remember(clone)
        ledger.forkable.formUnion(disk.secrets.keys)
        ledger.cloned.formUnion(disk.secrets.keys)
        boot(clone)
        node.tempting = disk.register.folded.values.filter { $0.holder.map { disk.secrets[$0] != nil } ?? false }.map(\.id).sorted()
        agenda.plan(.cloneEnds(node.index), at: now + dice.seconds(500...8000))
        tell("\(node.unit) has a clone")
    }

    private func cloneReal(_ node: Node) -> ArchiveStore? {
        guard let scratch = plan.scratch, let real = node.store.real, let rootKey else { return nil }
        copies += 1
        let path = "\(scratch)/copy-\(copies)"
        let clone = openReal("\(scratch)/clone-\(copies)", node.store.disk, node.unit, rootKey)
        do {
            try real.copy(to: path)
            try clone?.goBack(to: path)
        } catch { tally.judge(.rebuildEqual, false, step: step, "cloning \(node.unit): \(error)") }
        return clone
    }

    /// The operators have seen that two speak for one unit. Either somebody finds the copy and ends it, or the original gets a new
    /// key: then the copy is refused at the door, becomes read-only, and ends later.
    func endClone(_ index: Int) {
        let node = nodes[index]
        if let clone = clones[index], !clone.isSuperseded, !isCalm, dice.happens(perMille: 500), enrolAnew(node) {
            clone.isSuperseded = true
            agenda.plan(.cloneEnds(index), at: now + dice.seconds(1000...6000))
            return tell("\(node.unit) gets a new key, its clone does not")
        }
        removeClone(index)
    }

    func removeClone(_ index: Int) {
        guard let clone = clones.removeValue(forKey: index) else { return }
        clone.stop()
        ended[index] = clone
        tally.count(.clone)
        planMending(nodes[index])
    }

    /// The parent enrols a new key of a node whose disk is as it was. Of units that it hosts it enrols new ones itself, as the product's
    /// `host` does: their keys lie with it, and so does what says that they are good.
    func enrolAnew(_ node: Node) -> Bool {
        guard node.isUp, let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil, node.store.fault == nil else { return false }
        let parent = nodes[at]
        guard mayEnrol(node.unit, parent), node.store.look({ $0.secrets[node.unit] != nil }), let secret = mintSecret(),
              let entry = enrolment(secret, of: node.unit, on: node.unit, parent) else { return false }
        trueKeys[node.unit, default: []].append(secret.key.publicKey)
        node.store.keep(secret, of: node.unit)
        guard write(keysPieces([entry], of: node.unit), as: parent.unit, parent) else { return false }
        parent.endpoint?.close(node.unit)
        giveCertificate(node)
        introduce(node)
        enrolHosted(node)
        return true
    }

    private func enrolHosted(_ node: Node) {
        let hosted = node.store.look { $0.secrets.keys.sorted() }.filter { mayEnrol($0, node) }
        for unit in hosted {
            guard let secret = mintSecret(), let entry = enrolment(secret, of: unit, on: node.unit, node),
                  write(keysPieces([entry], of: unit), as: node.unit, node) else { continue }
            trueKeys[unit, default: []].append(secret.key.publicKey)
            node.store.keep(secret, of: unit)
        }
    }

    /// A second start on the same folder: the lock refuses it, as here; the parent sees nothing.
    func secondInstance(_ node: Node) {
        guard node.isUp, strikes(.secondInstance, node) else { return }
        tally.judge(.capsHold, !node.store.takeLock(), step: step, "a second process opens the folder of \(node.unit)")
    }
}
