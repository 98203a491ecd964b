/// What a case of 学籍异动 asks for: a part of the opening, and with the approval part of the state.
public struct RollChange: Sendable, Hashable {
    public var kind: RollChangeKind
    /// Code of `CodeTable.changeReason`; empty where none is asked for.
    public var cause: String
    /// The day from which it holds.
    public var date: CalendarDate
    /// The last day of a suspension.
    public var until: CalendarDate?
    /// Code of `CodeTable.country`; empty where none is asked for.
    public var country: String
    /// The class that the pupil joins; empty where he stays in his own.
    public var classCode: String
    /// The pupil's offset after the change, by all changes so far.
    public var gradeOffset: Int

    public init(
        _ kind: RollChangeKind, cause: String = "", date: CalendarDate, until: CalendarDate? = nil, country: String = "",
        classCode: String = "", gradeOffset: Int = 0
    ) {
        self.kind = kind
        self.cause = cause
        self.date = date
        self.until = until
        self.country = country
        self.classCode = classCode
        self.gradeOffset = gradeOffset
    }
}

/// What is known when a change is judged; loaded before, so that a rule never queries.
public struct RollChangeFacts: Sendable {
    public var today: CalendarDate
    public var roll: RollStanding
    /// The pupil's class now; empty while none is set (待分班).
    public var classCode: String
    /// Codes of the school's classes.
    public var classes: Set<String>
    /// What the province's policy opens beyond the table.
    public var permitted: Set<RollChangeKind>
    /// Months that a suspension may last; nil without a limit.
    public var longestSuspension: Int?

    public init(
        today: CalendarDate, roll: RollStanding, classCode: String, classes: Set<String> = [], permitted: Set<RollChangeKind> = [],
        longestSuspension: Int? = nil
    ) {
        self.today = today
        self.roll = roll
        self.classCode = classCode
        self.classes = classes
        self.permitted = permitted
        self.longestSuspension = longestSuspension
    }

    public var stage: Stage? { ClassCode(classCode)?.stage }
}
