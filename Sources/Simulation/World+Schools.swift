import Protocol
import Replication
import Rules

/// Schools that are given to another authority: a signed record by the lowest authority above both, as the product's `units move`.
extension World {
    /// One school is given away, whatever its node is doing.
    func moveSchool() {
        let schools = nodes.filter { WorldTree.tier(of: $0.unit) == .school }
        // What the former authority has decided and what it holds is what a move may spoil.
        let decided = dice.happens(perMille: 600) ? schools.filter { hasDecided(about: $0.unit) } : []
        // Keys that came after the beginning are known on the school's own path alone.
        let renewed = dice.happens(perMille: 400) ? schools.filter { hasNewKeys($0.unit) } : []
        guard let node = dice.pick(renewed) ?? dice.pick(decided.isEmpty ? schools : decided), !node.isLeaving,
              mergers.allSatisfy({ $0.key != node.unit && $0.value != node.unit }),
              let target = dice.pick(WorldTree.units.filter { $0.tier != .school && $0.tier != .centre }) else { return }
        let known = centre.store.look { $0.register.tree.unit(node.unit)?.competent }
        guard let former = known, former != target.code,
              let common = WorldTree.tree.lowestCommonAuthority(former, target.code), let at = indexOf[common] else { return }
        move(node.unit, from: former, to: target.code, by: nodes[at])
    }

    /// A node that hosts schools has joined anew, and its parent has enrolled their new keys. One of the schools may be given away just then by
    /// who stands above both and hears of these keys only after the school has written under its own.
    func giveAwayBehindEnrolment(_ node: Node, by parent: Node) {
        let hosted = nodes.map(\.unit).filter { $0 != node.unit && hosts[$0] == node.unit }
        guard !isCalm, let school = dice.pick(hosted), dice.happens(perMille: 400), mergers.allSatisfy({ $0.key != school && $0.value != school }),
              let target = dice.pick(WorldTree.units.filter {
                  $0.tier != .school && $0.tier != .centre && !WorldTree.tree.contains(parent.unit, $0.code)
              }), let above = WorldTree.tree.lowestCommonAuthority(node.unit, target.code), above != parent.unit, let at = indexOf[above] else { return }
        breakLine(of: parent, for: dice.seconds(500...20_000))
        move(school, from: node.unit, to: target.code, by: nodes[at])
    }

    /// Whether the authority of a school has decided something about its pupils, or has to.
    private func hasDecided(about school: UnitCode) -> Bool {
        centre.store.look { disk in
            let competent = disk.register.tree.unit(school)?.competent
            return disk.register.folded.values.contains { dossier in
                dossier.home == school && (dossier.holder == competent || dossier.chain.contains { $0.by == competent })
            }
        }
    }

    /// Whether the school or its authority has got another key since the beginning.
    private func hasNewKeys(_ school: UnitCode) -> Bool {
        let competent = centre.store.look { $0.register.tree.unit(school)?.competent }
        return [school, competent].compactMap { $0 }.contains { (trueKeys[$0]?.count ?? 0) > 1 }
    }

    private func move(_ school: UnitCode, from former: UnitCode, to target: UnitCode, by mover: Node) {
        guard mover.isUp, mover.store.fault == nil, !mover.isRecovering,
              mover.store.look({ $0.secrets[mover.unit] != nil }) else { return }
        let tree = mover.store.look { $0.register.tree }
        // The operators at the mover see the school where its record there says.
        guard var record = tree.unit(school), record.competent == former, tree.unit(target) != nil else { return }
        guard strikes(.schoolMoved, mover) else { return }
        record.competent = target
        record.version += 1
        let move = UnitMove(unit: school, from: former, to: target, version: record.version, address: target.text, at: mover.clock.now)
        let audience: Audience = TierRights.may(tree.tier(of: mover.unit) ?? .school, .importUnits) ? .everyone : .subtree(mover.unit)
        let records = [entry(.unit, Payload.encode(record)), entry(.move, Payload.encode(move))].compactMap { $0 }
        let welcome = plan.mutant == .moveWithoutWelcome ? [] : welcome(record, tree, mover)
        history.add(record)
        guard write([(records, audience), (welcome, .subtree(school))], as: mover.unit, mover) else { return }
        tell("\(mover.unit) gives \(school) from \(former) to \(target)")
    }

    /// The school's keys, and those of the authorities that wrote to it, so that the new path can verify what there is.
    private func welcome(_ moved: Unit, _ tree: UnitTree, _ mover: Node) -> [Entry] {
        let below = tree.path(of: moved.code).prefix { $0 != mover.unit }
        let keys = mover.store.look { disk in below.flatMap { unit in (disk.register.keys[unit] ?? []).map { (unit, $0) } } }
        return keys.compactMap { unit, key in
            entry(.key, Payload.encode(KeyEnrolment(
                unit: unit, publicKey: key.key, issuer: mover.unit, generation: key.generation, node: key.node,
                topology: unit == moved.code ? moved.version : tree.unit(unit)?.version ?? 0)))
        }
    }

    // MARK: What follows at the nodes concerned

    /// Sessions of children that have another parent now are ended, and a node whose own unit has moved calls its new parent.
    func followMoves(_ node: Node) {
        guard !history.movedSchools.isEmpty, node.isUp else { return }
        if node.index < Self.cloneBase, plan.mutant != .formerParentServesOn { closeMoved(node) }
        // Once: a parent that has sent it on since knew of a move which is not here yet.
        guard let move = node.store.look({ $0.register.moves[node.unit] }), node.store.look({ $0.followedMove < move.version }), !node.isDormant,
              node.store.look({ !$0.secrets.isEmpty }) || node.isLeaving else { return }
        node.store.changeUnheard { $0.followedMove = move.version }
        redirect(node, to: move.to)
    }

    private func closeMoved(_ node: Node) {
        guard let endpoint = node.endpoint else { return }
        for child in endpoint.children where child.isConnected {
            guard let standing = try? node.store.standing(of: child.unit, keyID: []), standing.endsSession else { continue }
            endpoint.close(child.unit)
        }
    }

    /// The node takes another parent; the same one again changes nothing.
    func redirect(_ node: Node, to parent: UnitCode) {
        guard plan.mutant != .movedChildStays, let at = node.parent, let index = indexOf[parent], index != at, !node.isDormant,
              node.store.look({ !$0.secrets.isEmpty }) || node.isLeaving else { return }
        node.formerParent = at
        node.parent = index
        node.store.change { $0.parent = parent }
        node.machine = ChildLink(plan: Node.plan)
        node.isGivenAway = true
        for lane in ChildLink.Lane.allCases where node[lane].isResting { wake(node, lane, after: 0.01) }
        tell("\(node.unit) calls \(parent) from now on")
    }

    /// The authorities that hosted a school and have lost it write for it no longer: its new authority takes it in.
    func passOnHosted(_ node: Node) {
        guard node.index < Self.cloneBase, !history.movedSchools.isEmpty else { return }
        for school in history.movedSchools where hosts[school] == node.unit && school != node.unit {
            let isGone = node.store.look { disk in disk.secrets[school] == nil && disk.register.tree.unit(school).map { $0.competent != node.unit } ?? false }
            if isGone { planHosting(school) }
        }
    }

    private func planHosting(_ school: UnitCode) {
        guard !awaitingHost.contains(school), let index = indexOf[school] else { return }
        awaitingHost.insert(school)
        agenda.plan(.host(index), at: now + dice.seconds(30...3000))
    }

    /// `xueji host` at the authority that the school belongs to now.
    func host(_ node: Node) {
        let school = node.unit
        awaitingHost.remove(school)
        guard node.isDormant, let former = hosts[school], let competent = centre.store.look({ $0.register.tree.unit(school)?.competent }),
              let at = indexOf[competent] else { return }
        guard former != competent else { return }
        let parent = nodes[at]
        guard parent.isUp, parent.store.fault == nil, let secret = mintSecret(),
              parent.store.look({ $0.secrets[competent] != nil && $0.register.tree.unit(school)?.competent == competent
                  && !($0.register.keys[school] ?? []).isEmpty }),
              let entry = enrolment(secret, of: school, on: competent, parent),
              write([entry], as: competent, to: .subtree(school), parent) else {
            return planHosting(school)
        }
        trueKeys[school, default: []].append(secret.key.publicKey)
        hosts[school] = competent
        node.parent = at
        parent.store.keep(secret, of: school)
        planMending(parent)
        tally.count(.schoolMoved)
        tell("\(school) is hosted by \(competent) from now on")
    }

    /// After the faults: schools that were hosted and given away are looked after to the end.
    func hostForsaken() {
        for node in nodes where node.isDormant {
            let competent = centre.store.look { $0.register.tree.unit(node.unit)?.competent }
            if hosts[node.unit] != competent { planHosting(node.unit) }
        }
    }

    // MARK: Truth

    /// By which versions of a unit's record a node judges now, and did when this was last looked at.
    private func versions(_ code: UnitCode, at node: Node) -> ClosedRange<Int> {
        let present = max(node.store.look { $0.register.tree.unit(code)?.version ?? 1 }, 1)
        let before = min(node.versionsSeen[code] ?? 1, present)
        return before...present
    }

    /// Whether an authority stands above a unit by the records that a node has, or had a moment ago.
    func stands(_ ancestor: UnitCode, above code: UnitCode, at node: Node) -> Bool {
        history.contains(ancestor, code, versions: versions(code, at: node))
    }

    /// Whether an envelope is a node's to hold: its writer's or its addressee's place says so, or it was written below the node, for a
    /// unit that was given away since, and is on its way up.
    func isMail(_ envelope: Envelope, of node: Node) -> Bool {
        let stream = envelope.stream
        if stands(node.unit, above: stream.unit, at: node) { return true }
        if history.hasEverContained(node.unit, stream.unit), let place = ledger.mintedAt[envelope.hash],
           history.hasEverContained(node.unit, nodes[place].unit) { return true }
        // What those above wrote for a unit that was given away since goes up by the former path where the writer has lost it.
        if let code = stream.audience.addressee, history.hasEverContained(node.unit, code), stands(stream.unit, above: node.unit, at: node) {
            return true
        }
        switch stream.audience {
        case .up: return false
        case .everyone: return true
        case .unit(let code): return stands(node.unit, above: code, at: node)
        case .subtree(let code): return stands(node.unit, above: code, at: node) || stands(code, above: node.unit, at: node)
        }
    }

    func rememberVersions(_ node: Node) {
        for code in history.movedSchools {
            node.versionsSeen[code] = node.store.look { $0.register.tree.unit(code)?.version ?? 1 }
        }
    }

    /// The child through which a unit's writer is reached, by the links as they are.
    func childToward(_ writer: UnitCode, from node: Node) -> Node? {
        let path = node.store.look { $0.register.tree.path(of: writer) }
        guard let at = path.firstIndex(of: node.unit), at > 0, let index = indexOf[path[at - 1]] else { return nil }
        return nodes[index].isDormant || nodes[index].parent != node.index ? nil : nodes[index]
    }
}
