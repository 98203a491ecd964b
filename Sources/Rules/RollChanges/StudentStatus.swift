/// 学生状态: where an approved registration's pupil is. It follows from the approved roll changes alone (学籍异动); raw values are on the
/// wire and the contract's.
public enum StudentStatus: String, Sendable, Hashable, CaseIterable {
    case present, suspended, droppedOut, left, abroad, dead

    /// 在校就读 / 休学 / 辍学 / 其他离校 / 出国 / 死亡.
    public var label: String {
        switch self {
        case .present: "在校就读"
        case .suspended: "休学"
        case .droppedOut: "辍学"
        case .left: "其他离校"
        case .abroad: "出国"
        case .dead: "死亡"
        }
    }

    /// Code of `CodeTable.studentStatus` (JY/T 1001-2012 XSDQZT).
    public var code: String {
        switch self {
        case .present: "01"
        case .suspended: "02"
        case .droppedOut: "06"
        case .left: "99"
        case .abroad: "13"
        case .dead: "11"
        }
    }

    /// Whether the school goes on with the registration: the pupil is on its roll, though perhaps not in its rooms. What has left is an
    /// archive, which nobody edits.
    public var keepsRegistration: Bool {
        switch self {
        case .present, .suspended, .droppedOut: true
        case .left, .abroad, .dead: false
        }
    }

    /// Whether the seat in the class is free for another: a child who dropped out may be back any day.
    public var freesClass: Bool { self != .present && self != .droppedOut }

    /// Nothing changes any more but by a correction (M-DEATH); the number stays reserved for ever.
    public var isTerminal: Bool { self == .dead }

    /// Steps that the workflow's table would allow and the standing does not.
    public func bars(_ step: StepKind) -> Bool {
        isTerminal && step != .correctDeath || !keepsRegistration && [.prepareKeyChange, .applyForDeletion].contains(step)
    }
}

/// Where a pupil stands on the roll, and since when.
public struct RollStanding: Sendable, Hashable {
    public var status: StudentStatus
    /// The day from which the status holds; nil until the first change.
    public var since: CalendarDate?
    /// The last day of a suspension.
    public var until: CalendarDate?
    /// Grades skipped (positive) or repeated (negative) within the stage: grade = entry year, system length and this.
    public var gradeOffset: Int

    public init(_ status: StudentStatus = .present, since: CalendarDate? = nil, until: CalendarDate? = nil, gradeOffset: Int = 0) {
        self.status = status
        self.since = since
        self.until = until
        self.gradeOffset = gradeOffset
    }

    /// After a change has been approved.
    public func after(_ change: RollChange) -> RollStanding {
        RollStanding(change.kind.to, since: change.date, until: change.until, gradeOffset: change.gradeOffset)
    }
}

extension Dossier {
    /// 在校就读: registered, whatever case is under way, and nothing says that the pupil is elsewhere (Q80).
    public var isPresent: Bool { (openCase?.rest ?? stand) == .enrolled && roll.status == .present }
}
