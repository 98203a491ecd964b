/// What a rule looks at: the row as typed, the record as read, and the facts, with what several rules need worked out once.
public struct Subject: Sendable {
    public let row: RawRow
    public let facts: Facts
    public let mendings: [Mending]
    /// Columns whose cell holds a spreadsheet's error instead of a value.
    public let brokenCells: [StudentField]
    /// The class code, when it is one.
    public let classCode: ClassCode?
    /// What the pupil's resident ID number is worth; nil without one (type 1 and a number that Excel did not spoil).
    public let idVerdict: ResidentIDVerdict?

    /// What any cell has.
    let allTraits: TextTraits

    private let values: [String?]
    private let traits: [TextTraits]
    private let guardianVerdicts: [ResidentIDVerdict?]

    init(row: RawRow, read: ReadRow, facts: Facts) {
        self.row = row
        self.facts = facts
        mendings = read.mendings
        brokenCells = read.brokenCells
        values = read.values
        traits = read.traits
        allTraits = read.allTraits
        classCode = read[.classCode].flatMap { ClassCode($0) }
        idVerdict = Subject.verdict(type: .idType, number: .idNumber, row: row, read: read, facts: facts)
        guardianVerdicts = Guardian.both.map {
            Subject.verdict(type: $0.idType, number: $0.idNumber, row: row, read: read, facts: facts)
        }
    }

    private static func verdict(
        type: StudentField, number: StudentField, row: RawRow, read: ReadRow, facts: Facts
    ) -> ResidentIDVerdict? {
        guard read[type] == "1", let text = read[number],
              !ExcelDamage.isDamaged(row[number], text: text) else { return nil }
        return ResidentIDNumber.judge(text, on: facts.today, divisions: facts.divisions)
    }

    public subscript(field: StudentField) -> String? { values[field.rawValue] }

    func lacks(anyOf fields: [StudentField]) -> Bool { fields.contains { values[$0.rawValue] == nil } }

    func traits(of field: StudentField) -> TextTraits { traits[field.rawValue] }

    public var stage: Stage? { classCode?.stage }
    public var isCompulsory: Bool { stage?.isCompulsory ?? false }

    /// Whether the pupil's own number is a resident ID number that passes every test.
    public var hasSoundResidentID: Bool { idVerdict?.isValid ?? false }

    /// Whether the pupil stands under a resident ID number at all, right or wrong (Q39).
    public var hasResidentIDNumber: Bool { self[.idType] == "1" && self[.idNumber] != nil }

    /// The verdict on a guardian's number; nil as for the pupil's.
    func verdict(of guardian: Guardian) -> ResidentIDVerdict? { guardianVerdicts[guardian.number - 1] }
}
