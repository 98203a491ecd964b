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
}
