/// What the steps of an application alone say about it.
public enum TransferStand: String, Sendable, Hashable, CaseIterable {
    case none, prepared, underWay, returned, accepted
}

/// Who may take a step of an application.
public enum TransferTaker: String, Sendable, Hashable, CaseIterable {
    case receivingSchool
    /// Who holds it, but for the releasing school; for `sendBack` that one too, or the authority over it.
    case holder
    case releasingSchool
}

/// One row of the application's table.
public struct TransferRow: Sendable, Hashable {
    public let from: TransferStand
    public let step: TransferStepKind
    public let by: TransferTaker
    public let to: TransferStand
}

/// 转学申请 as a table: the application's own run, up to the acceptance. The case in the dossier is `Workflow.transferRows`.
public enum TransferTable {
    public static let rows: [TransferRow] = [
        .init(from: .none, step: .apply, by: .receivingSchool, to: .prepared),
        .init(from: .prepared, step: .amend, by: .receivingSchool, to: .prepared),
        .init(from: .prepared, step: .submit, by: .receivingSchool, to: .underWay),
        .init(from: .underWay, step: .pass, by: .holder, to: .underWay),
        .init(from: .underWay, step: .sendBack, by: .holder, to: .returned),
        .init(from: .underWay, step: .accept, by: .releasingSchool, to: .accepted),
        .init(from: .returned, step: .amend, by: .receivingSchool, to: .prepared),
        // After a return from the case in the dossier, which the gate asks for.
        .init(from: .accepted, step: .amend, by: .receivingSchool, to: .prepared),
    ]

    public static func row(_ step: TransferStepKind, from stand: TransferStand) -> TransferRow? {
        rows.first { $0.from == stand && $0.step == step }
    }
}

/// State is `fold(steps, withdrawals, notices)`: of the *set* of facts, whatever the order of their arrival.
public struct TransferFold<T: Topology> {
    let topology: T
    let children: [Digest?: [TransferStep]]

    struct Position {
        var stand = TransferStand.none
        var station = TransferStation.receivingSchool
        var holder: UnitCode?
    }

    /// - Returns: nil while the first step is not known.
    public static func transfer(_ facts: TransferFacts, topology: T) -> Transfer? {
        TransferFold(facts, topology).transfer(facts)
    }

    private init(_ facts: TransferFacts, _ topology: T) {
        self.topology = topology
        children = Dictionary(grouping: facts.steps, by: \.previous)
    }

    private func transfer(_ facts: TransferFacts) -> Transfer? {
        var position = Position()
        var chain: [TransferStep] = []
        while let (step, next) = choose(after: chain.last?.hash, of: chain.first?.head, at: position) {
            chain.append(step)
            position = next
        }
        guard let first = chain.first, let last = chain.last, let content = chain.last(where: { $0.content != nil })?.content else { return nil }
        var transfer = Transfer(
            head: first.head, content: content, chain: chain, notices: [], withdrawal: withdrawal(facts, first.head),
            stand: position.stand, state: position.stand == .prepared ? .prepared : position.stand == .returned ? .returned : .underWay,
            station: position.station, holder: position.holder, since: last.at, due: last.due,
            reason: last.kind == .sendBack ? last.reason : "")
        apply(facts.notices, to: &transfer)
        if transfer.state != .completed, transfer.withdrawal != nil { transfer.state = .withdrawn }
        if tree(of: last) != nil { transfer.holder = Self.holder(transfer.holder, at: transfer.station, of: first.head, in: topology) }
        if transfer.state == .prepared || transfer.state == .returned, topology.unit(first.head.receiving)?.isClosed ?? false {
            (transfer.state, transfer.reason) = (.withdrawn, "转入学校已撤销；需要转学的，请由并入的学校重新申请。")
        }
        if transfer.state.isOver { (transfer.holder, transfer.due) = (nil, "") }
        if transfer.state == .withdrawn, let withdrawal = transfer.withdrawal {
            (transfer.since, transfer.reason) = (withdrawal.at, withdrawal.reason)
        }
        if !transfer.state.isOver {
            transfer.request = facts.requests.filter { $0.head == first.head && $0.by == first.head.receiving && $0.step == transfer.current }
                .min { ($0.at, $0.reason) < ($1.at, $1.reason) }
        }
        return transfer
    }

    private func withdrawal(_ facts: TransferFacts, _ head: TransferHead) -> TransferWithdrawal? {
        facts.withdrawals.filter { $0.head == head && $0.by == head.receiving }.min { ($0.at, $0.reason) < ($1.at, $1.reason) }
    }

    /// What the case in the dossier has come to; of the one that the last acceptance opened. A hand-over is the end whatever
    /// else is said.
    private func apply(_ all: [TransferNotice], to transfer: inout Transfer) {
        let own = all.filter { $0.head == transfer.head }
        let opened = transfer.accepted?.opened
        transfer.notices = own.filter { $0.opened == opened || $0.outcome == .completed }.sorted { Self.order($0) < Self.order($1) }
        guard let last = transfer.notices.last(where: { $0.outcome == .completed }) ?? (opened == nil ? nil : transfer.notices.last) else { return }
        transfer.station = last.station
        transfer.holder = last.holder
        transfer.since = last.at
        transfer.due = last.due
        transfer.reason = last.outcome == .returned ? last.reason : ""
        switch last.outcome {
        case .underWay: transfer.state = .underWay
        case .returned: transfer.state = .returned
        case .completed: transfer.state = .completed
        }
    }

    /// The longer chain goes last and counts; at a fork what was done in the holder's stead, then the smaller hash.
    private static func order(_ notice: TransferNotice) -> (Int, Int, Int, Digest) {
        (notice.length, notice.isInStead ? 1 : 0, notice.outcome == .returned ? 0 : 1, notice.step)
    }

    // MARK: The chain

    private func choose(after previous: Digest?, of head: TransferHead?, at position: Position) -> (TransferStep, Position)? {
        let allowed = (children[previous] ?? []).filter { head == nil || $0.head == head }
            .compactMap { step in advance(step, from: position).map { (step, $0) } }
        guard allowed.count > 1 else { return allowed.first }
        return allowed.min { rank($0.0, $0.1) < rank($1.0, $1.1) }
    }

    /// Smaller ranks win: in the holder's stead, higher tier, built upon by another unit, smaller hash.
    private func rank(_ step: TransferStep, _ next: Position) -> (Int, Int, Int, Digest) {
        let isBuiltUpon = (children[step.hash] ?? []).contains { $0.by != step.by && advance($0, from: next) != nil }
        return (step.isInStead ? 0 : 1, -(topology.tier(of: step.by)?.rank ?? -1), isBuiltUpon ? 0 : 1, step.hash)
    }

    /// The position after a step, nil when holder or table does not allow it.
    func advance(_ step: TransferStep, from position: Position) -> Position? {
        let head = step.head
        guard let row = TransferTable.row(step.kind, from: position.stand), (step.content != nil) == (step.kind == .apply || step.kind == .amend),
              (step.dossier != nil && step.opened != nil) == (step.kind == .accept) else { return nil }
        let tree = tree(of: step)
        let isAtSchool = position.stand != .underWay
        guard step.station == (isAtSchool ? .receivingSchool : position.station) else { return nil }
        switch row.by {
        case .receivingSchool: guard step.by == head.receiving, !step.isInStead else { return nil }
        case .releasingSchool, .holder:
            if row.by == .holder, step.kind == .pass, position.station == .releasingSchool { return nil }
            if row.by == .releasingSchool, position.station != .releasingSchool { return nil }
            guard isTaker(step, position, in: tree) else { return nil }
        }
        guard let stop = destination(of: step, row, in: tree) else { return nil }
        return Position(stand: row.to, station: stop.station, holder: stop.unit)
    }

    private func isTaker(_ step: TransferStep, _ position: Position, in tree: TopologyOfRecords<T>?) -> Bool {
        let known = tree.flatMap { Self.holder(position.holder, at: position.station, of: step.head, in: $0) }
        guard let holder = known ?? position.holder else { return false }
        if step.isInStead { return step.by == Self.overridingAuthority(over: holder, in: topology) }
        if step.by == holder { return true }
        // The school may be closed: the authority over it answers in its name.
        return step.kind == .sendBack && position.station == .releasingSchool && step.by == topology.unit(holder)?.competent
    }

    /// Who has it. The record that moves a school passes on what an authority left behind holds: to the one that is competent now.
    private static func holder(
        _ holder: UnitCode?, at station: TransferStation, of head: TransferHead, in topology: some Topology
    ) -> UnitCode? {
        let school: UnitCode? = switch station {
        case .receivingAuthority, .receivingProvince: head.receiving
        case .releasingAuthority, .releasingProvince: head.releasing
        case .receivingSchool, .forwarding, .releasingSchool, .ferry, .placing: nil
        }
        guard let holder, let school, !topology.contains(holder, school) else { return holder }
        return topology.unit(school)?.competent ?? holder
    }

    /// The tree as it was for both schools by the records that the step's writer applied; nil while one of them has not come.
    private func tree(of step: TransferStep) -> TopologyOfRecords<T>? {
        guard let new = topology.unit(step.head.receiving, version: step.receivingVersion),
              let old = topology.unit(step.head.releasing, version: step.releasingVersion) else { return nil }
        return TopologyOfRecords(topology, [new, old])
    }

    /// Who may act in the holder's stead: the first of province tier or above over it.
    public static func overridingAuthority(over holder: UnitCode, in topology: T) -> UnitCode? {
        topology.path(of: holder).dropFirst().first { topology.tier(of: $0).map { $0 >= .province } ?? false }
    }

    /// Where the step leads, by the records of both schools that its writer applied. A node that one of them has not reached, of a
    /// school that was moved inside another province say, relies on the carrier's check.
    private func destination(of step: TransferStep, _ row: TransferRow, in tree: TopologyOfRecords<T>?) -> TransferRoute.Stop? {
        let head = step.head
        let said = TransferRoute.Stop(station: step.next, unit: step.nextHolder, isByPolicy: false)
        let atSchool = TransferRoute.Stop(station: .receivingSchool, unit: head.receiving, isByPolicy: false)
        guard row.to == .underWay || row.to == .accepted else {
            return said == atSchool ? said : nil
        }
        guard let tree else { return said }
        guard let route = TransferRoute(from: head.releasing, to: head.receiving, in: tree) else { return nil }
        return route.successors(of: step.station).first { $0.station == step.next && $0.unit == step.nextHolder }.map { _ in said }
    }
}
