import Protocol
import Rules

/// What nodes do by themselves about transfers: carry each side's facts to the other, pass on, answer what cannot be, tell of steps in
/// dossiers, hand over or give the pen back. The decisions are the product's (`FerryDecision`, `TransferFold`, `TransferRoute`).
extension World {
    func workOnTransfers(_ node: Node) {
        guard !isFerrying, node.isUp, node.pausedUntil == nil, node.index < Self.cloneBase, !node.isRecovering, !node.isBehind, !node.wentBack,
              !node.isRefilling, node.store.fault == nil, node.parent != nil || node.isFenceOpen,
              node.store.look({ !$0.register.transfers.errands.isEmpty }) else { return }
        isFerrying = true
        defer { isFerrying = false }
        for _ in 0..<20 {
            var left = node.store.changeUnheard { $0.takeTransferErrands() }
            guard !left.isEmpty else { return }
            for id in left.applications.sorted() {
                guard treat(application: id, node) else { return node.store.changeUnheard { $0.giveBack(left) } }
                left.applications.remove(id)
            }
            for id in left.dossiers.sorted() {
                guard treat(dossier: id, node) else { return node.store.changeUnheard { $0.giveBack(left) } }
                left.dossiers.remove(id)
            }
        }
        tally.judge(.capsHold, false, step: step, "the offices for transfers at \(node.unit) never come to an end")
    }

    private func hosts(_ unit: UnitCode, _ node: Node) -> Bool { node.store.look { $0.secrets[unit] != nil } }

    // MARK: Applications

    /// False when the disk refuses: the errand stays.
    private func treat(application id: DossierID, _ node: Node) -> Bool {
        checkTransfer(id, node)
        guard let transfer = transfer(id, at: node) else { return true }
        if transfer.state == .underWay, let holder = transfer.holder {
            switch transfer.station {
            case .forwarding where hosts(holder, node): guard forward(transfer, as: holder, node) else { return node.store.fault == nil }
            case .releasingSchool: guard answerAtOnce(transfer, node) else { return node.store.fault == nil }
            default: break
            }
        }
        return carry(id, node)
    }

    /// 中央转发: first to the receiving province where the releasing one's policy asks for it.
    private func forward(_ transfer: Transfer, as unit: UnitCode, _ node: Node) -> Bool {
        let route = TransferRoute(from: transfer.head.releasing, to: transfer.head.receiving, in: node.store.look { $0.register.tree })
        guard route?.stop(.forwarding) != nil else { return sendBack(transfer, by: unit, node) }
        guard !transfer.hasProvinceSpoken, let province = route?.stop(.receivingProvince), asksProvinces(transfer, at: node) else {
            return pass(transfer, .pass, from: .forwarding, by: unit, provinces: true, node)
        }
        return transferStep(
            .pass, transfer.head, after: transfer.chain.last, by: unit, at: .forwarding, to: province.station, holder: province.unit, node
        ) { _ in }
    }

    /// What cannot be is answered by the node that has the pupil; for a closed school by the authority over it.
    private func answerAtOnce(_ transfer: Transfer, _ node: Node) -> Bool {
        let school = transfer.head.releasing
        if let unit = node.store.look({ $0.register.tree.unit(school) }), unit.isClosed {
            guard let authority = unit.competent, hosts(authority, node) else { return true }
            return sendBack(transfer, by: authority, node)
        }
        guard hosts(school, node) else { return true }
        guard let pupil = pupil(transfer.content, of: school, at: node), pupil.transferObstacle == nil else {
            return sendBack(transfer, by: school, node)
        }
        return true
    }

    /// Each fact again for the school that its own stream does not reach.
    private func carry(_ id: DossierID, _ node: Node) -> Bool {
        let due: (common: UnitCode, pieces: [(entries: [Entry], audience: Audience)])? = node.store.look { disk in
            let (register, tree) = (disk.register, disk.register.tree)
            guard let transfer = register.transfers.folded[id], transfer.isSubmitted,
                  let common = tree.lowestCommonAuthority(transfer.head.receiving, transfer.head.releasing), disk.secrets[common] != nil else { return nil }
            let said = register.transfers.said(about: id).filter { $0.kind != .transferStep || transfer.carries(step: $0.hash) }
            let pieces = [transfer.head.receiving, transfer.head.releasing].map { school in
                (entries: said.filter { !register.transfers.isCopied($0.hash, to: school) }.compactMap { fact in
                    // The same act however often it is carried there.
                    ActID(Hashing.sha256(Array("carried\n".utf8) + fact.hash.bytes + Array(school.text.utf8)).bytes.prefix(16))
                        .map { Entry(act: $0, kind: fact.kind, payload: fact.payload) }
                }, audience: Audience.unit(school))
            }.filter { !$0.entries.isEmpty }
            return pieces.isEmpty ? nil : (common, pieces)
        }
        guard let due, plan.mutant != .carrierForgets else { return true }
        return write(due.pieces, as: due.common, node)
    }

    // MARK: Dossiers

    private func treat(dossier id: DossierID, _ node: Node) -> Bool {
        guard let dossier = node.store.look({ $0.register.folded[id] }) else { return true }
        guard tell(dossier, node), completeLost(dossier, node), returnLost(dossier, node) else { return false }
        skipAuthority(dossier, node)
        guard let open = dossier.openCase, open.stand.isTransfer, let holder = dossier.holder, hosts(holder, node),
              let transfer = node.store.look({ $0.register.transfers.transfer(of: dossier) }) else { return true }
        switch decision(dossier, transfer, node) {
        case .wait: return true
        case .giveBack: return take(.returnTransfer, in: dossier, holder, node) || node.store.fault == nil
        case .handOver: return handOver(dossier, transfer, by: holder, node)
        }
    }

    private func decision(_ dossier: Dossier, _ transfer: Transfer, _ node: Node) -> FerryDecision {
        var transfer = transfer
        if plan.mutant == .withdrawnIsHandedOver { transfer.withdrawal = nil }
        return FerryDecision(dossier, transfer, in: node.store.look { $0.register.tree })
    }

    /// Only for `Mutant.releasingAuthoritySkipped`.
    private func skipAuthority(_ dossier: Dossier, _ node: Node) {
        guard plan.mutant == .releasingAuthoritySkipped, dossier.openCase?.stand == .transferAccepted,
              let transfer = node.store.look({ $0.register.transfers.transfer(of: dossier) }),
              let ferry = node.store.look({ $0.register.tree.lowestCommonAuthority(dossier.home, transfer.head.receiving) }),
              hosts(ferry, node) else { return }
        _ = handOver(dossier, transfer, by: ferry, node)
    }

    /// A notice of each step that a unit of this node has taken.
    private func tell(_ dossier: Dossier, _ node: Node) -> Bool {
        for notice in dossier.transferNotices where hosts(notice.by, node) {
            let isTold = node.store.look { $0.register.transfers.facts(notice.head.application).notices.contains { $0.step == notice.step } }
            guard isTold || say(notice, node) else { return false }
        }
        return true
    }

    private func say(_ notice: TransferNotice, _ node: Node) -> Bool {
        guard let act = ActID(Hashing.sha256(Array("told\n".utf8) + notice.step.bytes).bytes.prefix(16)) else { return true }
        let entry = Entry(act: act, kind: .transferNotice, payload: Payload.encode(notice))
        let home = notice.head.releasing
        return write([entry], as: notice.by, to: notice.by == home ? .up : .unit(home), node)
    }

    /// The word of a completion was lost, and with it the case that would tell it again: the hand-over says it.
    private func completeLost(_ dossier: Dossier, _ node: Node) -> Bool {
        guard let handOver = dossier.chain.first, let archive = handOver.archive, hosts(handOver.by, node) else { return true }
        let notice = node.store.look { disk -> TransferNotice? in
            guard disk.register.mergers[archive.from]?.merger.target != handOver.nextHolder else { return nil }
            return dossier.lostCompletion(of: disk.register.transfers.folded.values.filter { $0.dossier == dossier.id })
        }
        return notice.map { say($0, node) } ?? true
    }

    /// An acceptance that has lost to another step of the same dossier: the application goes back.
    private func returnLost(_ dossier: Dossier, _ node: Node) -> Bool {
        for transfer in node.store.look({ $0.register.transfers.underWay(of: dossier.id) }) {
            guard let opened = transfer.accepted?.opened, dossier.hasLost(transfer), let head = dossier.head,
                  let school = node.store.look({ $0.register.tree.unit(transfer.head.releasing) }),
                  let speaker = school.isClosed ? school.competent : school.code, hosts(speaker, node) else { continue }
            let longest = node.store.look { $0.register.transfers.facts(transfer.head.application).notices.map(\.length).max() ?? 0 }
            let notice = TransferNotice(
                head: transfer.head, dossier: dossier.id, opened: opened, step: head, by: speaker, outcome: .returned, station: .receivingSchool,
                holder: transfer.head.receiving, length: longest + 1, reason: "同意未能生效", at: node.clock.now)
            guard let entry = entry(.transferNotice, Payload.encode(notice)),
                  write([entry], as: speaker, to: speaker == school.code ? .up : .unit(school.code), node) else { return false }
        }
        return true
    }

    private func handOver(_ dossier: Dossier, _ transfer: Transfer, by writer: UnitCode, _ node: Node) -> Bool {
        tally.judge(.onePenOneHome, node.store.look { $0.register.transfers.transfer(of: dossier)?.withdrawal == nil }, step: step, "\(writer) hands over what it knows to be withdrawn")
        let target = transfer.head.receiving
        let seen: (facts: DossierFacts, tree: UnitTree, isHeldBack: Bool) = node.store.look { disk in
            (disk.register.facts[dossier.id] ?? DossierFacts(), disk.register.tree, disk.heldBack[dossier.id] != nil)
        }
        let order = HandOverOrder(
            source: dossier.home, target: target, targetVersion: seen.tree.unit(target)?.version ?? 0, writer: writer,
            stand: dossier.openCase?.rest ?? dossier.stand, record: transfer.record(of: dossier), isNumberHeldBack: seen.isHeldBack)
        for again in 0..<(plan.mutant == .ferryHandsOverTwice ? 2 : 1) {
            guard let step = order.step(after: dossier, seen.facts, at: node.clock.now + Int64(again), in: seen.tree),
                  let entry = entry(.handOver, Payload.encode(step)) else { return true }
            let pieces = [dossier.home, target].map { school in
                ([entry] + recordOfOther(school == target ? dossier.home : target, writer, seen.tree), Audience.unit(school))
            }
            guard write(pieces, as: writer, node) else { return false }
        }
        regretHandOver(of: transfer, at: node)
        return true
    }

    /// The record that a hand-over names and that the other school's path may not have: a city says its moves to its own subtree alone.
    func recordOfOther(_ school: UnitCode, _ writer: UnitCode, _ tree: UnitTree) -> [Entry] {
        guard plan.mutant != .recordStaysBehind, let record = tree.unit(school), record.version > 1,
              tree.tier(of: writer).map({ TierRights.may($0, .importUnits) }) ?? false else { return [] }
        return [entry(.unit, Payload.encode(record))].compactMap { $0 }
    }
}
