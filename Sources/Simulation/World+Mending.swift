import Protocol
import Replication
import Rules

/// What links find out about copies that differ, and how that is mended.
extension World {
    func heed(_ report: LinkReport, _ node: Node) {
        tell("\(node.unit) reports \(report)")
        guard node.index < Self.cloneBase else { return }
        switch report {
        case .fork(let own, let parent):
            if let stream = own?.stream ?? parent?.stream { giveWay(stream, to: parent, node) }
        case .rolledBack(_, let parent): noteRolledBack(parent.stream, node)
        case .held(let stream, .fork, _): giveWay(stream, to: nil, node)
        case .moved(let parent, _): redirect(node, to: parent)
        case .notBelow: if let former = node.formerParent { redirect(node, to: nodes[former].unit) }
        case .held, .missing, .replaced, .compared, .clone, .shutOut: break
        }
    }

    /// The parent holds more of a stream that is written here: the whole store went back in time.
    private func noteRolledBack(_ stream: StreamID, _ node: Node) {
        guard let secret = node.store.look({ $0.secrets[stream.unit] }) else { return }
        node.isRecovering = true
        if node.store.noteRolledBack(stream) {
            introduce(node)
        } else if secret.incarnation == stream.incarnation {
            beginRecovery(node)
        }
        planMending(node)
    }

    /// Every unit written for here goes on under a new incarnation.
    private func beginRecovery(_ node: Node) {
        node.isRecovering = true
        if node.parent != nil { node.store.change { $0.isRefilling = true } }
        for unit in node.store.look({ $0.secrets.keys.sorted() }) {
            if let incarnation = Incarnation(dice.bytes(8)) { node.store.change { $0.mint(incarnation, for: unit) } }
        }
        introduce(node)
    }

    /// In a fork the copy nearest the root wins: our links after the last common one go to salvage, and where the stream is
    /// written here, its acts are written again under a new incarnation with the same act ids.
    private func giveWay(_ stream: StreamID, to parent: StreamHead?, _ node: Node) {
        guard plan.mutant != .nobodyGivesWay, node.store.fault == nil, node.store.look({ $0.streams[stream] != nil }) else { return }
        tally.count(.copiesDiffer)
        let secret = node.store.look { $0.secrets[stream.unit] }
        if secret?.incarnation == stream.incarnation {
            if node.store.real == nil { beginRecovery(node) } else { node.isRecovering = true }
        }
        let unit = node.parent.map { nodes[$0].unit }
        let entries = node.store.giveWay(stream, to: parent, at: unit, keeping: plan.mutant != .salvageDiscarded)
        tell("\(node.unit) gives way in \(stream.unit)/\(stream.audience.text): \(entries.count) entries")
        remember(node)
        if secret == nil, node.index < Self.cloneBase { ledger.gaveWay(node.index, node.store.disk) }
        if secret != nil, plan.mutant != .salvageDiscarded { rewrite(entries, as: stream.unit, to: stream.audience, node) }
        note(node)
        node.machine.compareHeads()
        if node.index < Self.cloneBase { for lane in ChildLink.Lane.allCases where node[lane].isResting { wake(node, lane, after: 0.01) } }
        planMending(node)
    }

    private func rewrite(_ orphans: [Entry], as unit: UnitCode, to audience: Audience, _ node: Node) {
        guard plan.mutant != .orphansDropped, !orphans.isEmpty else { return }
        var entries = orphans
        if plan.mutant == .orphansGetNewActs {
            entries = entries.compactMap { old in EntryKind(rawValue: old.kind).flatMap { entry($0, old.payload) } }
        }
        write(entries, as: unit, to: audience, node)
    }

    func planMending(_ node: Node) {
        guard node.index < Self.cloneBase else { return }
        agenda.plan(.mend(node.index), at: now + 90)
    }

    /// What was set aside of another's stream goes to its writer, who alone may write it again: down the path or up.
    private func handOn(_ node: Node) {
        let foreign = node.store.look { disk in
            disk.salvage.filter { disk.secrets[$0.envelope.stream.unit] == nil && !ledger.handed.contains(Ledger.Handed(node: node.index, hash: $0.envelope.hash)) }
        }
        var waits = false
        for sealed in foreign {
            let writer = sealed.envelope.stream.unit
            let below = childToward(writer, from: node)
            // Below, and nobody writes for it now: whoever will finds it on the way.
            guard below != nil || !node.store.look({ $0.register.tree.contains(node.unit, writer) }) else { continue }
            guard let next = below ?? node.parent.map({ nodes[$0] }) else { continue }
            guard next.isUp, next.store.fault == nil else {
                waits = true
                continue
            }
            let source: Neighbour = below == nil ? .child(node.unit) : .parent
            guard (try? next.store.accept([sealed.envelope.bytes], from: source)) != nil else { continue }
            // One that has nothing of the stream has it as an entry in the sender's.
            next.store.change { if $0.link(sealed.envelope.stream, sealed.envelope.sequence)?.envelope.hash != sealed.envelope.hash { $0.keepApart(sealed) } }
            ledger.handed.insert(Ledger.Handed(node: node.index, hash: sealed.envelope.hash))
            tell("\(node.unit) hands a lost envelope of \(writer) on to \(next.unit)")
            note(next)
            planMending(next)
        }
        // Once for all that wait: each further plan would plan as many again.
        if waits { planMending(node) }
    }

    /// Orphaned acts of units written for here, wherever they were found, are written again with the same act ids.
    func mend(_ node: Node) {
        // A real archive writes its orphans again by itself.
        guard plan.mutant != .orphansDropped, node.store.real == nil, node.isUp, node.index < Self.cloneBase else { return }
        guard node.parent == nil || node.machine.confirmedPosition != nil, node.store.fault == nil else { return planMending(node) }
        handOn(node)
        let (known, salvage) = node.store.look { disk in (disk.sayings, disk.salvage.filter { disk.secrets[$0.envelope.stream.unit] != nil }) }
        var written = known
        for sealed in salvage {
            let left = ModelDisk.Saying.of(sealed).filter { written.insert($0.saying).inserted }.map(\.entry)
            rewrite(left, as: sealed.envelope.stream.unit, to: sealed.envelope.stream.audience, node)
        }
    }
}
