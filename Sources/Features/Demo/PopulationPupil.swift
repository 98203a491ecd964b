import Rules

/// Why a synthetic pupil is in the population.
public enum PupilRole: String, Sendable, Hashable, CaseIterable {
    case ordinary, withoutID, underAge
    case idWithinSchool, idWithinCounty, idAcrossProvinces, idTriple
    case nsdWithinCounty, nsdAcrossProvinces
    case crossWithinCounty, crossAcrossProvinces
    case wrongCheckDigit, fifteenDigits
    case twin, sibling, namesake
    /// Two children in one county with equal name, sex and birth date, neither with a number; two in two provinces under one number.
    case namesakeWithoutID, numberTaken
    /// Entered again under a name that sounds the same and without a number: only a suspicion.
    case heardWrongly
    case refused
}

/// The ways in which a planted row must be refused.
public enum PlantedRefusal: String, Sendable, Hashable, CaseIterable {
    case distanceWithUnit, unknownClass, scientificNumber, numberInsteadOfText, numberMissing
    case sexAgainstNumber, textNotInList, guardianNumberMissing

    /// Code of the rule that must refuse the row.
    public var rule: String {
        switch self {
        case .distanceWithUnit: "Q38-distance"
        case .unknownClass: "Q51-class-unknown"
        case .scientificNumber, .numberInsteadOfText: "Q22-number-not-text"
        case .numberMissing: "Q22-number-required"
        case .sexAgainstNumber: "M-IMP-id-sex"
        case .textNotInList: "Q17-option-health"
        case .guardianNumberMissing: "Q39-guardian-number-required"
        }
    }
}

/// What must come of a synthetic pupil.
public struct PupilTruth: Sendable, Hashable {
    /// What the pupil ends up with once everything has gone its way.
    public enum Number: String, Sendable, Hashable, CaseIterable {
        case none
        /// L alone: approved, but the centre found a problem that the province cannot see.
        case provisional = "L"
        case formalWithID = "G"
        case formalWithoutID = "J"
    }

    public var role: PupilRole
    /// Nil when the row comes in.
    public var refusal: PlantedRefusal?
    /// What the centre's duplicate check says: problems and suspicions.
    public var kinds: Set<DuplicateKind>
    /// Serials of the pupils it is said together with, rising.
    public var peers: [Int]
    /// Whether one of the peers is in the same province.
    public var hasPeerInProvince: Bool
    public var hasResidentID: Bool
    /// Whether an authority has ruled that the kinds stand against this one no longer.
    public var isSettled = false

    public var isAccepted: Bool { refusal == nil }
    public var isProblem: Bool { !isSettled && kinds.contains(where: \.isProblem) }
    /// Let in and without any problem; a suspicion does not count.
    public var isClean: Bool { isAccepted && !isProblem }
    /// Whether the import itself must name the number wrong (Q64).
    public var hasWrongNumber: Bool { kinds.contains(.idInvalid) }

    /// - Parameter provinceSuffices: the policy "own province's verdict lets a school submit"; by default it needs the
    ///   centre's.
    public func number(provinceSuffices: Bool = false) -> Number {
        guard isAccepted else { return .none }
        if isProblem {
            return provinceSuffices && !hasWrongNumber && !hasPeerInProvince ? .provisional : .none
        }
        return hasResidentID ? .formalWithID : .formalWithoutID
    }
}

/// One synthetic pupil, small enough to keep a million of. The template row is made from it on demand.
public struct PopulationPupil: Sendable, Hashable {
    /// From 1, over the whole population.
    public var serial: Int
    /// Position of the school in the plan.
    public var school: Int
    public var classCode: ClassCode
    /// Twins, siblings and both records of one child share it.
    public var household: Int
    /// Position of the school near which the household lives.
    public var home: Int
    public var name: String
    /// `1` or `2`.
    public var sex: String
    public var birthDate: CalendarDate
    /// As written in the row; empty for document type Z.
    public var idNumber: String
    public var truth: PupilTruth

    /// `1` or `Z`.
    public var idType: String { truth.hasResidentID ? "1" : "Z" }

    public var keyFields: KeyFields {
        KeyFields(name: name, sex: sex, birthDate: birthDate.compact, idType: idType, idNumber: idNumber)
    }
}

/// One row of a school's workbook.
public struct PopulationRow: Sendable, Hashable {
    public var serial: Int
    /// All 71 columns of the 2013 template in the template's own texts; optional ones may be empty.
    public var cells: [StudentField: String]
    /// Columns to be written as numbers instead of text, to plant what Excel does to long numbers.
    public var numberCells: Set<StudentField>
    public var truth: PupilTruth

    /// The row as an import reads it.
    public var rawRow: RawRow {
        var raw: [StudentField: RawCell] = [:]
        for (field, text) in cells where !text.isEmpty {
            raw[field] = RawCell(text, kind: numberCells.contains(field) ? .number : .text)
        }
        return RawRow(raw)
    }
}
