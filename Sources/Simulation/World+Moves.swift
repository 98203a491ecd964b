import Protocol
import Replication
import Rules

/// Units that move from one node to another: a hosted school gets a node of its own, or gives it up.
extension World {
    /// One school's unit moves.
    func moveUnit() {
        let schools = nodes.filter { WorldTree.tier(of: $0.unit) == .school && mergers[$0.unit] == nil }
        guard let node = dice.pick(schools), let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil,
              node.isDormant || isSettled(node),
              nodes[at].store.look({ $0.register.tree.unit(node.unit)?.competent }) == nodes[at].unit else { return }
        if node.isDormant { moveOut(node, nodes[at]) } else { moveIn(node, nodes[at]) }
    }

    /// By a one-time code: the school's machine joins, and its authority writes for it no longer.
    private func moveOut(_ node: Node, _ parent: Node) {
        guard let rootKey, parent.store.look({ $0.secrets[node.unit] != nil }), !node.isLeaving, let secret = mintSecret(),
              let entry = enrolment(secret, of: node.unit, on: node.unit, parent), strikes(.unitMovedOut, node) else { return }
        guard write([entry], as: parent.unit, to: .subtree(node.unit), parent) else { return }
        trueKeys[node.unit, default: []].append(secret.key.publicKey)
        hosts[node.unit] = node.unit
        node.isDormant = false
        node.store.replace(emptyDisk(node, rootKey, [node.unit: secret]))
        afterExchange(node)
        giveCertificate(node)
        boot(node)
        node.isMoving = true
        tell("\(node.unit) works on a node of its own")
    }

    /// Hosted from now on. Its former node hands over what it had not yet told, learns of the move, and is switched off.
    private func moveIn(_ node: Node, _ parent: Node) {
        guard node.isUp, node.store.look({ $0.secrets[node.unit] != nil }), parent.store.look({ $0.secrets[parent.unit] != nil }),
              let secret = mintSecret(), let entry = enrolment(secret, of: node.unit, on: parent.unit, parent),
              strikes(.unitMovedIn, node) else { return }
        guard write([entry], as: parent.unit, to: .subtree(node.unit), parent) else { return }
        trueKeys[node.unit, default: []].append(secret.key.publicKey)
        hosts[node.unit] = parent.unit
        parent.store.keep(secret, of: node.unit)
        parent.endpoint?.close(node.unit)
        node.isLeaving = true
        agenda.plan(.switchOff(node.index), at: now + (plan.mutant == .moveDropsQueue ? 1 : 300))
        tell("\(node.unit) is hosted by \(parent.unit)")
    }

    /// Its host does not write for a unit, for another key won against the host's of one generation: the operators host it once more.
    /// - Returns: whether another key was enrolled.
    @discardableResult
    func enrolOnceMore(_ node: Node) -> Bool {
        guard let at = node.parent, nodes[at].isUp, nodes[at].store.fault == nil, let host = hosts[node.unit], host == nodes[at].unit,
              mayEnrol(node.unit, nodes[at]), nodes[at].store.look({ $0.register.activeKey(of: node.unit)?.key != $0.secrets[node.unit]?.key.publicKey }),
              let secret = mintSecret(), let entry = enrolment(secret, of: node.unit, on: host, nodes[at]),
              write([entry], as: host, to: .subtree(node.unit), nodes[at]) else { return false }
        trueKeys[node.unit, default: []].append(secret.key.publicKey)
        nodes[at].store.keep(secret, of: node.unit)
        planMending(nodes[at])
        return true
    }

    /// A unit's own node does not write for it, for a key that its former host has won against the node's own of one generation: the
    /// operators invite it once more.
    func inviteOnceMore(_ node: Node) -> Bool {
        guard !node.isDormant, !node.isLeaving, node.isUp, node.store.fault == nil, hosts[node.unit] == node.unit, let at = node.parent,
              nodes[at].isUp, nodes[at].store.fault == nil, mayEnrol(node.unit, nodes[at]),
              node.store.look({ $0.secrets[node.unit] == nil }), nodes[at].store.look({ $0.secrets[node.unit] != nil }),
              let secret = mintSecret(), let entry = enrolment(secret, of: node.unit, on: node.unit, nodes[at]),
              write([entry], as: nodes[at].unit, to: .subtree(node.unit), nodes[at]) else { return false }
        trueKeys[node.unit, default: []].append(secret.key.publicKey)
        node.store.keep(secret, of: node.unit)
        introduce(node)
        planMending(node)
        return true
    }

    func enrolment(_ secret: ModelDisk.Secret, of unit: UnitCode, on host: UnitCode, _ issuer: Node) -> Entry? {
        let enrolment = issuer.store.look { $0.register.enrolment(secret.key.publicKey, of: unit, on: host, by: issuer.unit) }
        return entry(.key, Payload.encode(enrolment))
    }

    /// The operators have the parent's store verified, for it is to be the only one, and heads compared, and go by what that says at this
    /// moment: what was confirmed before the parent's disk went, or while a comparison is under way, is no word about now.
    private func hasAllAtParent(_ node: Node) -> Bool {
        guard let at = node.parent, nodes[at].isUp, nodes[at].store.look({ $0.rottenPlaces.isEmpty }), let own = try? node.store.heads(.up)
        else { return false }
        return Set(own) == (try? Set(nodes[at].store.heads(.down(node.unit))))
    }

    /// Only when the former node has handed everything over and knows itself that it is read-only.
    func switchOff(_ node: Node) {
        guard node.isLeaving else { return }
        if node.isConfirmed { enrolOnceMore(node) }
        let isDone = node.isConfirmed && node.store.look { $0.secrets.isEmpty } && node.machine.held.isEmpty && hasAllAtParent(node)
        guard isDone || plan.mutant == .moveDropsQueue else {
            node.machine.compareHeads()
            return agenda.plan(.switchOff(node.index), at: now + 300)
        }
        if node.isUp { node.stop() }
        node.isLeaving = false
        node.isDormant = true
        node.backup = nil
        node.tempting = []
        guard let rootKey else { return }
        node.store.replace(emptyDisk(node, rootKey))
        afterExchange(node, isLoss: false)
        tally.count(.unitMoved)
        tell("\(node.unit) has been switched off")
    }
}
