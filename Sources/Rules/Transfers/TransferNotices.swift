extension Dossier {
    /// What is to be told of the steps that transfers have taken in this dossier, first step first; whoever has taken the step tells it.
    /// `due` is empty: only who knows the holder's policies can reckon it.
    public var transferNotices: [TransferNotice] {
        var notices: [TransferNotice] = []
        var opened: (step: Step, home: UnitCode)?
        var home = chain.first.map { $0.archive?.from ?? $0.by } ?? self.home
        let before = length - chain.count
        for (place, step) in chain.enumerated() {
            defer { if step.kind == .handOver { home = step.nextHolder ?? home } }
            // A province may have accepted in the school's stead: whose pupil it was the chain tells.
            if step.opening != nil { opened = step.kind == .acceptTransfer ? (step, home) : nil }
            guard let opening = opened, let notice = notice(of: step, opening.step, of: opening.home, length: before + place + 1) else { continue }
            notices.append(notice)
            // What comes after the end of a case is not of it: a merger into the very school that once applied, say.
            if notice.outcome != .underWay { opened = nil }
        }
        return notices
    }

    /// That a transfer is completed, where its case is known nowhere any more: the releasing authority lost its disk before anybody had its
    /// approval, and the hand-over alone came back, from the new home. That one stands first in the chain.
    /// - Parameter known: all applications for this pupil that are known.
    public func lostCompletion(of known: [Transfer]) -> TransferNotice? {
        guard let step = chain.first, let archive = step.archive,
              !known.contains(where: { transfer in transfer.notices.contains { $0.step == step.hash } }) else { return nil }
        let ended = known.filter { transfer in
            transfer.dossier == id && (transfer.state == .underWay || transfer.state == .withdrawn)
                && transfer.head.releasing == archive.from && transfer.head.receiving == step.nextHolder
                // A case that was returned, or that was opened after the hand-over, did not end with it.
                && transfer.notices.allSatisfy { $0.outcome == .underWay && $0.length <= archive.length }
        }
        // Of several of one school the last that was accepted.
        func place(_ transfer: Transfer) -> (Int, DossierID) { (transfer.notices.last?.length ?? 0, transfer.head.application) }
        guard let transfer = ended.max(by: { place($0) < place($1) }), let opened = transfer.accepted?.opened else { return nil }
        return TransferNotice(
            head: transfer.head, dossier: id, opened: opened, step: step.hash, by: step.by, outcome: .completed, station: .placing,
            holder: transfer.head.receiving, length: archive.length + 1, reason: step.reason ?? "", at: step.at)
    }

    /// Whether what a transfer that is under way shows of its case is on no chain that counts, and nobody will come to it: the acceptance has lost to
    /// another step, or the last step that was told has, an approval on a disk that went back say, and the case has ended otherwise.
    public func hasLost(_ transfer: Transfer) -> Bool {
        guard let opened = transfer.accepted?.opened else { return false }
        if void.contains(opened) { return true }
        guard let last = transfer.notices.last, void.contains(last.step) else { return false }
        return openCase?.opened.hash != opened
    }

    private func notice(of step: Step, _ opened: Step, of home: UnitCode, length: Int) -> TransferNotice? {
        guard let party = opened.opening?.parties.first, let telling = TransferTelling.of(step.kind) else { return nil }
        let head = TransferHead(application: party.dossier, receiving: party.home, releasing: home)
        if step.kind == .handOver, step.nextHolder != head.receiving { return nil }
        return TransferNotice(
            head: head, dossier: id, opened: opened.hash, step: step.hash, by: step.by, outcome: telling.outcome, station: telling.station,
            holder: telling.outcome == .underWay ? step.nextHolder ?? head.receiving : head.receiving, length: length,
            isInStead: overrides.contains(step.hash),
            reason: step.kind == .deleteByRuling ? "该生学籍已按裁定删除。" : step.reason ?? "", at: step.at)
    }
}
