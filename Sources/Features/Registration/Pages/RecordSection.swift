import Rules

/// The sections of the paper form (Q7), in its order; every item of the record stands in exactly one.
enum RecordSection: String, CaseIterable {
    case basic, auxiliary, registration, contact, extended, transport, family, statements

    var title: String {
        switch self {
        case .basic: "学生个人基础信息"
        case .auxiliary: "学生个人辅助信息"
        case .registration: "学生学籍基本信息"
        case .contact: "学生个人联系信息"
        case .extended: "学生个人扩展信息"
        case .transport: "学生上下学交通方式"
        case .family: "家庭成员或监护人信息"
        case .statements: "学校登记的证明"
        }
    }

    var fields: [StudentField] { StudentField.allCases.filter { Self.of($0) == self } }

    static func of(_ field: StudentField) -> RecordSection {
        switch field {
        case .noIDProof, .otherDocumentProof, .guardianConfirmation: .statements
        case .schoolCode, .classCode, .entryMonth, .entryWay, .studyWay, .studentSource, .auxiliaryNumber, .numberInClass, .grade,
             .continuationID: .registration
        case .formerName, .namePinyin, .idValidity, .bloodType, .talents, .email, .homepage: .auxiliary
        case .onlyChild, .preschool, .leftBehind, .needsAid, .boardingSubsidy, .orphan, .martyrChild, .disability, .governmentPlace,
             .inclusiveEducation, .migrantChild: .extended
        case .currentAddress, .mailingAddress, .homeAddress, .phone, .postcode: .contact
        case .distance, .transport, .schoolBus: .transport
        case .guardian1Name, .guardian1Relation, .guardian1RelationNote, .guardian1Address, .guardian1Division, .guardian1Phone,
             .guardian1IsGuardian, .guardian1IDType, .guardian1IDNumber, .guardian1Ethnicity, .guardian1Employer, .guardian1Position,
             .guardian2Name, .guardian2Relation, .guardian2RelationNote, .guardian2Address, .guardian2Division, .guardian2Phone,
             .guardian2IsGuardian, .guardian2IDType, .guardian2IDNumber, .guardian2Ethnicity, .guardian2Employer,
             .guardian2Position: .family
        default: .basic
        }
    }
}
