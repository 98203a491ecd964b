/// The columns of one of the two family members, so that a rule is written once for both.
struct Guardian: Sendable {
    /// 1 or 2.
    let number: Int
    let name, relation, relationNote, address, division, phone, isGuardian, idType, idNumber: StudentField
    let ethnicity, employer, position: StudentField

    static let first = Guardian(
        number: 1, name: .guardian1Name, relation: .guardian1Relation, relationNote: .guardian1RelationNote,
        address: .guardian1Address, division: .guardian1Division, phone: .guardian1Phone,
        isGuardian: .guardian1IsGuardian, idType: .guardian1IDType, idNumber: .guardian1IDNumber,
        ethnicity: .guardian1Ethnicity, employer: .guardian1Employer, position: .guardian1Position
    )

    static let second = Guardian(
        number: 2, name: .guardian2Name, relation: .guardian2Relation, relationNote: .guardian2RelationNote,
        address: .guardian2Address, division: .guardian2Division, phone: .guardian2Phone,
        isGuardian: .guardian2IsGuardian, idType: .guardian2IDType, idNumber: .guardian2IDNumber,
        ethnicity: .guardian2Ethnicity, employer: .guardian2Employer, position: .guardian2Position
    )

    static let both = [first, second]

    func isParent(_ subject: Subject) -> Bool {
        subject[relation] == "father" || subject[relation] == "mother"
    }

    func isMarkedGuardian(_ subject: Subject) -> Bool { subject[isGuardian] == "1" }

    /// Lives where the pupil lives, as far as the addresses say.
    func livesWithPupil(_ subject: Subject) -> Bool {
        guard let address = subject[address], let home = subject[.currentAddress] else { return false }
        return address == home
    }
}
