/// What the steps of a dossier alone say about it (状态). Verdicts refine `.entered`; see `RegistrationState`.
public enum Stand: String, Sendable, Hashable, CaseIterable {
    /// Not yet a dossier.
    case none
    case entered, reviewed, submitted, returned, enrolled
    case deletionRequested, deletionConfirmed, deleted
    /// A case of a problem record: 佐证 and 变更 are prepared at the school, then with the authorities; 删除 waits for the group's (Q63).
    case evidencePrepared, evidenceSubmitted, changePrepared, changeSubmitted, problemDeletionRequested
    /// 关键数据变更 prepared at the school, then with the authorities (Q73).
    case keyChangePrepared, keyChangeSubmitted
    /// 转学 accepted by the releasing school and with its authorities, then with the common authority's node, which hands over.
    case transferAccepted, transferCleared
    /// 学籍异动 prepared at the school, then with the authority.
    case rollChangePrepared, rollChangeSubmitted
    /// In tables alone: where the dossier stood before its case.
    case asBefore

    /// Whether the dossier is in a case of its own and will stand again where it stood before.
    public var isInCase: Bool {
        switch self {
        case .evidencePrepared, .evidenceSubmitted, .changePrepared, .changeSubmitted, .problemDeletionRequested, .keyChangePrepared,
             .keyChangeSubmitted, .transferAccepted, .transferCleared, .rollChangePrepared, .rollChangeSubmitted: true
        default: false
        }
    }

    /// 转学.
    public var isTransfer: Bool { self == .transferAccepted || self == .transferCleared }

    /// 关键数据变更.
    public var isKeyChange: Bool { self == .keyChangePrepared || self == .keyChangeSubmitted }

    /// 学籍异动 other than transfers.
    public var isRollChange: Bool { self == .rollChangePrepared || self == .rollChangeSubmitted }

    /// With the school, nothing under way: from here a case may begin.
    public static let resting: [Stand] = [.entered, .reviewed, .returned, .enrolled]
}

/// The name of a step, a verb of the business. Raw values are on the wire: append-only.
public enum StepKind: String, Sendable, Hashable, CaseIterable {
    case enter, amend, review, withdraw, submit, forward, approve, sendBack, delete
    case applyForDeletion, refuseDeletion, confirmDeletion, carryOutDeletion, returnDeletion
    case handOver
    case prepareEvidence, prepareChange, withdrawCase, submitCase, forwardCase, sendBackCase, closeCase, approveChange
    case requestProblemDeletion, grantProblemDeletion, refuseProblemDeletion, deleteByRuling
    case prepareKeyChange, approveKeyChange
    case acceptTransfer, passTransfer, approveTransfer, returnTransfer
    case prepareRollChange, approveRollChange, recallCase
    case correctDeath

    /// Steps of cases travel as entries of their own kind, so that programs which do not know cases keep them for later.
    public var isOfCase: Bool {
        switch self {
        case .prepareEvidence, .prepareChange, .withdrawCase, .submitCase, .forwardCase, .sendBackCase, .closeCase, .approveChange,
             .requestProblemDeletion, .grantProblemDeletion, .refuseProblemDeletion, .deleteByRuling, .prepareKeyChange,
             .approveKeyChange, .acceptTransfer, .passTransfer, .approveTransfer, .returnTransfer, .prepareRollChange, .approveRollChange,
             .recallCase, .correctDeath: true
        default: false
        }
    }
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
    /// The lowest authority above the homes of all whom the case is about: it alone grants a deletion.
    case groupAuthority
    /// Any authority above the home school.
    case authorityAbove
    /// The first authority of province tier or above over the authority that holds the pen: it may act in its stead.
    case overridingAuthority
    /// The province of the home school.
    case homeProvince
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
    /// A problem is known about the dossier: there is something to decide.
    case problemKnown
    /// A problem that evidence can speak to: not a number that breaks the rules of numbers by itself (Q64).
    case disputable
    /// Other records stand in the group (重复).
    case inGroup
    /// A file of evidence is attached, and cited by the step (Q62).
    case evidence
    /// Authorities above have yet to speak: the case goes up until all pairs are this unit's to rule on.
    case notOursAlone
    /// The authority stands above all whom the case is about.
    case groupReached
    /// Nothing stands against the dossier any more.
    case problemSettled
    /// All changed fields are ones that province, city and county have put under control (Q70, Q72).
    case fieldsControlled
    /// A verdict of the tier that the province's policy names speaks about the proposed version (Q71).
    case proposalChecked
    /// Nothing of such a verdict is open, nor anything else about the dossier.
    case proposalClean
    /// Nothing of such a verdict is open; what it is to mend still is (Q63).
    case proposalSettled
    /// A ruling says that this is the same child's second registration.
    case ruledAgainst
    /// The home school has asked for an override of the step that gave the holder the pen (Q76).
    case requested
    /// The holder has had the pen longer than policy allows (Q76).
    case overdue
    /// Nothing stands against a transfer: 在校就读, no case, no problem, no term in which policy allows none (Q80).
    case transferable
    /// The receiving school has not taken its application back, as far as is known here.
    case notWithdrawn
    /// The pupil's standing, stage and the province's policy allow the roll change, and all that it asks for is there.
    case changeAllowed
    /// The pupil is registered as dead: there is something to correct.
    case deathRegistered
    /// A certificate of this case is attached, where its kind asks for one.
    case certificate
}

/// What taking the step brings with it.
public enum Effect: String, Sendable, Hashable, CaseIterable {
    /// The approving authority draws an L number from its lease (Q44).
    case drawProvisionalNumber
    /// The step carries a new version of the whole record.
    case newRecord
    /// A reason must be given and is shown to the other side.
    case reason
    /// The step opens a case: it says whom the case is about besides, and what it rests on.
    case opensCase
    /// The case carries the proposed new version of the record.
    case proposal
    /// Taken in the holder's stead (强制干预): the pen is not asked for.
    case override
    /// The opening says what is to change on the roll (学籍异动).
    case rollChange
    /// Taken by who asked, who has not the pen any more: takes back what is not decided yet.
    case withoutPen
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
    /// What the other party of a transfer is told of the step; nil in all other rows.
    public var tells: TransferTelling?

    /// Whether who takes the step need not have the pen.
    public var needsNoPen: Bool { effects.contains(.override) || effects.contains(.withoutPen) }
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

    /// The row by which the step is taken in the holder's stead (强制干预), nil where there is none.
    public func rowInStead(_ step: StepKind, from stand: Stand) -> Transition? {
        rows.first { $0.from == stand && $0.step == step && ($0.by == .overridingAuthority || $0.by == .homeProvince && $0.effects.contains(.override)) }
    }

    public func steps(from stand: Stand) -> [Transition] { rows.filter { $0.from == stand } }

    /// The unit a role stands for in a case of `home` while `holder` has the pen; nil when the topology has none.
    /// - Parameters:
    ///   - receiving: the school that the dossier goes to.
    ///   - parties: homes of the others whom the case is about.
    public static func resolve(
        _ role: Role, home: UnitCode, holder: UnitCode?, receiving: UnitCode? = nil, parties: [UnitCode] = [],
        in topology: some Topology
    ) -> UnitCode? {
        switch role {
        case .homeSchool: home
        case .competentAuthority: topology.unit(home)?.competent
        case .holdingAuthority: holder.flatMap { $0 != home && topology.contains($0, home) ? $0 : nil }
        case .superiorAuthority: holder.flatMap { topology.unit($0)?.competent }
        case .centre: .centre
        case .receivingSchool: receiving
        case .commonAuthority: receiving.flatMap { topology.lowestCommonAuthority(home, $0) }
        case .groupAuthority: topology.lowestCommonAuthority(of: [home] + parties)
        case .overridingAuthority:
            resolve(.holdingAuthority, home: home, holder: holder, in: topology).flatMap { authority in
                topology.path(of: authority).dropFirst().first { topology.tier(of: $0).map { $0 >= .province } ?? false }
            }
        case .homeProvince: topology.province(of: home)
        case .authorityAbove, .nobody: nil
        }
    }

    /// Whether a unit is who the row says may take the step.
    public static func isTaker(
        _ unit: UnitCode, of row: Transition, home: UnitCode, holder: UnitCode?, parties: [UnitCode] = [], in topology: some Topology
    ) -> Bool {
        if row.by == .authorityAbove {
            return unit != home && topology.contains(unit, home) && topology.tier(of: unit).map { $0 != .school } ?? false
        }
        return resolve(row.by, home: home, holder: holder, parties: parties, in: topology) == unit
    }
}
