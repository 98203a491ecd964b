extension Workflow {
    /// 学籍异动 other than transfers: the school's registrar applies, its head reviews, the competent authority decides. Until then the
    /// school may take it back though it has not the pen: at once with a decision, the higher tier's counts.
    ///
    /// What a change does to the pupil is the table `RollChangeKind`'s; the rows are the same for all kinds.
    static let rollChangeRows: [Transition] = [
        .init(from: .enrolled, step: .prepareRollChange, by: .homeSchool, to: .rollChangePrepared, holder: .homeSchool,
              guards: [.noProblem, .changeAllowed, .certificate], effects: [.opensCase, .rollChange]),
        .init(from: .rollChangePrepared, step: .prepareRollChange, by: .homeSchool, to: .rollChangePrepared, holder: .homeSchool,
              guards: [.changeAllowed, .certificate], effects: [.opensCase, .rollChange]),
        .init(from: .rollChangePrepared, step: .withdrawCase, by: .homeSchool, to: .asBefore, holder: .homeSchool,
              guards: [], effects: []),
        .init(from: .rollChangePrepared, step: .submitCase, by: .homeSchool, to: .rollChangeSubmitted, holder: .competentAuthority,
              guards: [.noProblem, .changeAllowed, .certificate], effects: []),
        .init(from: .rollChangeSubmitted, step: .recallCase, by: .homeSchool, to: .rollChangePrepared, holder: .homeSchool,
              guards: [], effects: [.withoutPen]),
        .init(from: .rollChangeSubmitted, step: .sendBackCase, by: .holdingAuthority, to: .rollChangePrepared, holder: .homeSchool,
              guards: [], effects: [.reason]),
        .init(from: .rollChangeSubmitted, step: .approveRollChange, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.noProblem, .changeAllowed], effects: []),
        .init(from: .rollChangeSubmitted, step: .sendBackCase, by: .overridingAuthority, to: .rollChangePrepared, holder: .homeSchool,
              guards: [.requested, .overdue], effects: [.override, .reason]),
        .init(from: .rollChangeSubmitted, step: .approveRollChange, by: .overridingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.requested, .overdue, .noProblem, .changeAllowed], effects: [.override, .reason]),
    ] + [Stand.rollChangePrepared, .rollChangeSubmitted].map { stand in
        .init(from: stand, step: .deleteByRuling, by: .authorityAbove, to: .deleted, holder: .nobody,
              guards: [.ruledAgainst], effects: [.override, .reason])
    }

    /// The table with roll changes.
    public static let registrationWithRollChanges = Workflow(
        version: 7, title: "学籍注册", rows: registrationWithCheckedChanges.rows + rollChangeRows)

    /// 更正死亡登记: the authority that approved a death takes it back where it was entered by error. The school, which has the pen, has
    /// nothing it could do with such a dossier, so the pen is not asked for. The pupil stands again where he stood before.
    static let correctionRows: [Transition] = [
        .init(from: .enrolled, step: .correctDeath, by: .competentAuthority, to: .enrolled, holder: .homeSchool,
              guards: [.deathRegistered], effects: [.withoutPen, .reason]),
    ]

    /// The table in which a death entered by error can be taken back, and a province may give a pupil away in an overdue school's stead.
    public static let registrationWithCorrections = Workflow(
        version: 9, title: "学籍注册", rows: registrationWithTransfers.rows + correctionRows + transferInSteadRows)
}
