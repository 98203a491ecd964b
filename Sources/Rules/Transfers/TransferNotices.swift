extension Dossier {
    /// What is to be told of the steps that transfers have taken in this dossier, first step first; whoever has taken the step tells it.
    /// `due` is empty: only who knows the holder's policies can reckon it.
    public var transferNotices: [TransferNotice] {
        var notices: [TransferNotice] = []
        var opened: Step?
        let before = length - chain.count
        for (place, step) in chain.enumerated() {
            if step.opening != nil { opened = step.kind == .acceptTransfer ? step : nil }
            guard let opening = opened, let notice = notice(of: step, opening, length: before + place + 1) else { continue }
            notices.append(notice)
            // What comes after the end of a case is not of it: a merger into the very school that once applied, say.
            if notice.outcome != .underWay { opened = nil }
        }
        return notices
    }

    private func notice(of step: Step, _ opened: Step, length: Int) -> TransferNotice? {
        guard let party = opened.opening?.parties.first else { return nil }
        let head = TransferHead(application: party.dossier, receiving: party.home, releasing: opened.by)
        let (outcome, station): (TransferNotice.Outcome, TransferStation)
        switch step.kind {
        case .acceptTransfer: (outcome, station) = (.underWay, .releasingAuthority)
        case .passTransfer: (outcome, station) = (.underWay, .releasingProvince)
        case .approveTransfer: (outcome, station) = (.underWay, .ferry)
        case .returnTransfer, .deleteByRuling: (outcome, station) = (.returned, .receivingSchool)
        case .handOver where step.nextHolder == head.receiving: (outcome, station) = (.completed, .placing)
        default: return nil
        }
        return TransferNotice(
            head: head, dossier: id, opened: opened.hash, step: step.hash, by: step.by, outcome: outcome, station: station,
            holder: outcome == .underWay ? step.nextHolder ?? head.receiving : head.receiving, length: length,
            isInStead: overrides.contains(step.hash),
            reason: step.kind == .deleteByRuling ? "该生学籍已按裁定删除。" : step.reason ?? "", at: step.at)
    }
}
