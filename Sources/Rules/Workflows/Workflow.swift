/// What the steps of a dossier alone say about it (状态). Verdicts refine `.entered`; see `RegistrationState`.
public enum Stand: String, Sendable, Hashable, CaseIterable {
    /// Not yet a dossier.
    case none
    case entered, reviewed, submitted, returned, enrolled
    case deletionRequested, deletionConfirmed, deleted
}

/// The name of a step, a verb of the business. Raw values are on the wire: append-only.
public enum StepKind: String, Sendable, Hashable, CaseIterable {
    case enter, amend, review, withdraw, submit, forward, approve, sendBack, delete
    case applyForDeletion, refuseDeletion, confirmDeletion, carryOutDeletion, returnDeletion
    case handOver
}

/// Who may take a step, relative to the case. Resolved against the topology by `Workflow.resolve`.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// The pupil's home school.
    case homeSchool
    /// The school's competent authority (Q10).
    case competentAuthority
    /// The authority that holds the pen: the competent one, or a superior it was forwarded to.
    case holdingAuthority
    /// The superior of the authority that holds the pen.
    case superiorAuthority
    case centre
    /// The school that a hand-over gives the dossier to.
    case receivingSchool
    /// The lowest authority above both the home and the receiving school: above the holder, so its step is an override.
    case commonAuthority
    /// Nobody: the dossier has ended.
    case nobody
}

/// A condition the writer's gate asks for; every other node judges by pen, tier and table alone.
public enum Guard: String, Sendable, Hashable, CaseIterable {
    /// A verdict of the tier that the province's policy names speaks clean about the present key fields (Q54).
    case cleanVerdict
    /// No problem is known about the dossier (问题学籍).
    case noProblem
    /// The statements that identity papers were seen are recorded (Q22, Q40).
    case proofs
    /// The window for new registrations is open, or this school has a late grant (Q58).
    case registrationOpen
    /// The route of a pupil without ID has reached the tier that policy asks for (M-REG).
    case routeComplete
    /// No formal number exists (Q60).
    case noFormalNumber
    /// The record has no error finding.
    case recordValid
}

/// What taking the step brings with it.
public enum Effect: String, Sendable, Hashable, CaseIterable {
    /// The approving authority draws an L number from its lease (Q44).
    case drawProvisionalNumber
    /// The step carries a new version of the whole record.
    case newRecord
    /// A reason must be given and is shown to the other side.
    case reason
    /// The step carries the whole dossier: everything before it is settled, and not needed after it.
    case archive
}

/// One row of a workflow table.
public struct Transition: Sendable, Hashable {
    public let from: Stand
    public let step: StepKind
    public let by: Role
    public let to: Stand
    public let holder: Role
    public let guards: [Guard]
    public let effects: [Effect]
}

/// A workflow as a table, and its one interpreter. Buttons, refusals, 当前处理单位, manual and simulator read the same rows.
public struct Workflow: Sendable {
    public let version: Int
    public let title: String
    public let rows: [Transition]

    /// The row for a step from a stand, nil when the table does not allow it.
    public func row(_ step: StepKind, from stand: Stand) -> Transition? {
        rows.first { $0.from == stand && $0.step == step }
    }

    public func steps(from stand: Stand) -> [Transition] { rows.filter { $0.from == stand } }

    /// The unit a role stands for in a case of `home` while `holder` has the pen; nil when the topology has none.
    /// - Parameter receiving: the school that the dossier goes to.
    public static func resolve(
        _ role: Role, home: UnitCode, holder: UnitCode?, receiving: UnitCode? = nil, in topology: some Topology
    ) -> UnitCode? {
        switch role {
        case .homeSchool: home
        case .competentAuthority: topology.unit(home)?.competent
        case .holdingAuthority: holder.flatMap { $0 != home && topology.contains($0, home) ? $0 : nil }
        case .superiorAuthority: holder.flatMap { topology.unit($0)?.competent }
        case .centre: .centre
        case .receivingSchool: receiving
        case .commonAuthority: receiving.flatMap { topology.lowestCommonAuthority(home, $0) }
        case .nobody: nil
        }
    }
}
