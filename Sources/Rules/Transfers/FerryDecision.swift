/// 调档: what the node of the pen's holder does by itself about the transfer that a dossier is in, of what is known there.
public enum FerryDecision: Sendable, Hashable {
    /// Someone else's to do, or a person's.
    case wait
    /// The pen goes back to the home school.
    case giveBack(FerryHindrance)
    case handOver
}

/// Why the pen goes back.
public enum FerryHindrance: Sendable, Hashable {
    /// The receiving school has taken its application back; with its reason.
    case withdrawn(String)
    /// The releasing school was closed.
    case homeClosed
    /// Another answer to the application has prevailed: the case has no ground.
    case answeredOtherwise
    case receivingClosed
    /// One of the schools was given to another authority: who has the pen is not the lowest authority above both any more.
    case moved
    case problem([String])
}

extension FerryDecision {
    /// What reached this node first decides: a withdrawal that comes after the hand-over changes nothing.
    /// - Parameter transfer: the application on which the dossier's open case rests, as folded here.
    public init(_ dossier: Dossier, _ transfer: Transfer, in topology: some Topology) {
        guard let open = dossier.openCase, open.stand.isTransfer, dossier.holder != nil else { self = .wait; return }
        if let hindrance = Self.hindrance(dossier, open, transfer, topology) { self = .giveBack(hindrance); return }
        self = open.stand == .transferCleared ? .handOver : .wait
    }

    private static func hindrance(
        _ dossier: Dossier, _ open: OpenCase, _ transfer: Transfer, _ topology: some Topology
    ) -> FerryHindrance? {
        if let withdrawal = transfer.withdrawal { return .withdrawn(withdrawal.reason) }
        if topology.unit(dossier.home)?.isClosed ?? false { return .homeClosed }
        guard open.stand == .transferCleared else { return nil }
        // Acceptance and opening are one act.
        if transfer.accepted?.opened != open.opened.hash { return .answeredOtherwise }
        if topology.unit(transfer.head.receiving)?.isClosed ?? true { return .receivingClosed }
        if topology.lowestCommonAuthority(dossier.home, transfer.head.receiving) != dossier.holder { return .moved }
        return dossier.problems.isEmpty ? nil : .problem(dossier.problems)
    }
}

extension Transfer {
    /// The record with which the pupil comes to the receiving school: 正常入学, and the grade that the receiving side has set, which
    /// tells into which classes the pupil may be placed (Q46, Q79).
    public func record(of dossier: Dossier) -> StudentRecord {
        var record = dossier.record
        record[.studentSource] = "1"
        record[.studyWay] = content.stay
        record[.grade] = cohort
        return record
    }

    /// Whether the receiving province has agreed, also in the stead of the authority below it.
    public var hasProvinceSpoken: Bool {
        chain.contains { $0.kind == .pass && ($0.station == .receivingProvince || $0.isInStead) }
    }

    /// Whether the carrier says a step again for the other school: only one that counts.
    public func carries(step: Digest) -> Bool { chain.contains { $0.hash == step } }
}
