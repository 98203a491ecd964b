/// One item of the student record (学生基本信息). The raw value is the number on the wire: append-only, never reused.
///
/// Items 1…71 stand in the order of the 2013 template; later ones were added by the 2016 and 2020 templates or are
/// recorded by the school beside the workbook. Source: template-2013/2016/2020, paper form (72 items).
public enum StudentField: Int, CaseIterable, Sendable, Hashable, Comparable {
    case schoolCode = 1, name, sex, birthDate, birthplace, nativePlace, ethnicity, nationality
    case idType, overseasKind, health, politicalStatus, idNumber, hukouType, hukouDivision
    case classCode, entryMonth, entryWay, studyWay
    case currentAddress, mailingAddress, homeAddress, phone, postcode
    case onlyChild, preschool, leftBehind, needsAid, boardingSubsidy, orphan, martyrChild
    case distance, transport, schoolBus
    case formerName, idValidity, bloodType, talents, auxiliaryNumber, numberInClass, studentSource
    case email, homepage, disability, governmentPlace, inclusiveEducation
    case guardian1Name, guardian1Relation, guardian1RelationNote, guardian1Address, guardian1Division
    case guardian1Phone, guardian1IsGuardian, guardian1IDType, guardian1IDNumber, guardian1Ethnicity
    case guardian1Employer, guardian1Position
    case guardian2Name, guardian2Relation, guardian2RelationNote, guardian2Address, guardian2Division
    case guardian2Phone, guardian2IsGuardian, guardian2IDType, guardian2IDNumber, guardian2Ethnicity
    case guardian2Employer, guardian2Position
    case migrantChild
    /// 学籍接续标识, first column since 2016; optional (requirements §1.21).
    case continuationID
    /// 年级, a column of the 2020 template only; must agree with the class code.
    case grade
    /// 姓名拼音, on the paper form only.
    case namePinyin
    /// Statement 无身份证在校就读证明 (Q22): `kind|YYYYMMDD|where the paper lies`.
    case noIDProof
    /// Statement that other identity papers of the pupil or a guardian were seen and filed (Q22, Q40); same shape.
    case otherDocumentProof
    /// Statement that guardians confirmed the sheet by signature (Q7); same shape.
    case guardianConfirmation

    public static func < (lhs: StudentField, rhs: StudentField) -> Bool { lhs.rawValue < rhs.rawValue }

    /// Key fields decide identity: a verdict of the duplicate check speaks about exactly these (Q56).
    public static let key: [StudentField] = [.name, .sex, .birthDate, .idType, .idNumber]
}
