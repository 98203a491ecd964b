extension Workflow {
    /// 学籍注册 (Q54, Q57–Q60): from the first entry to 在校生, and deletion before and after approval.
    ///
    /// A shipped table never changes: another version is added beside it.
    public static let registration = Workflow(version: 1, title: "学籍注册", rows: [
        .init(from: .none, step: .enter, by: .homeSchool, to: .entered, holder: .homeSchool,
              guards: [.recordValid, .registrationOpen], effects: [.newRecord]),
        .init(from: .entered, step: .amend, by: .homeSchool, to: .entered, holder: .homeSchool,
              guards: [.recordValid], effects: [.newRecord]),
        .init(from: .returned, step: .amend, by: .homeSchool, to: .entered, holder: .homeSchool,
              guards: [.recordValid], effects: [.newRecord]),
        .init(from: .entered, step: .review, by: .homeSchool, to: .reviewed, holder: .homeSchool,
              guards: [.cleanVerdict, .noProblem], effects: []),
        .init(from: .returned, step: .review, by: .homeSchool, to: .reviewed, holder: .homeSchool,
              guards: [.cleanVerdict, .noProblem], effects: []),
        .init(from: .reviewed, step: .withdraw, by: .homeSchool, to: .entered, holder: .homeSchool,
              guards: [], effects: []),
        .init(from: .reviewed, step: .submit, by: .homeSchool, to: .submitted, holder: .competentAuthority,
              guards: [.cleanVerdict, .noProblem, .proofs, .registrationOpen], effects: []),
        .init(from: .submitted, step: .forward, by: .holdingAuthority, to: .submitted, holder: .superiorAuthority,
              guards: [.noProblem], effects: []),
        .init(from: .submitted, step: .approve, by: .holdingAuthority, to: .enrolled, holder: .homeSchool,
              guards: [.cleanVerdict, .noProblem, .routeComplete], effects: [.drawProvisionalNumber]),
        .init(from: .submitted, step: .sendBack, by: .holdingAuthority, to: .returned, holder: .homeSchool,
              guards: [], effects: [.reason]),
        .init(from: .entered, step: .delete, by: .homeSchool, to: .deleted, holder: .nobody,
              guards: [], effects: []),
        .init(from: .reviewed, step: .delete, by: .homeSchool, to: .deleted, holder: .nobody,
              guards: [], effects: []),
        .init(from: .returned, step: .delete, by: .homeSchool, to: .deleted, holder: .nobody,
              guards: [], effects: []),
        .init(from: .enrolled, step: .applyForDeletion, by: .homeSchool, to: .deletionRequested,
              holder: .competentAuthority, guards: [.noFormalNumber], effects: [.reason]),
        .init(from: .deletionRequested, step: .refuseDeletion, by: .competentAuthority, to: .enrolled,
              holder: .homeSchool, guards: [], effects: [.reason]),
        .init(from: .deletionRequested, step: .confirmDeletion, by: .competentAuthority, to: .deletionConfirmed,
              holder: .centre, guards: [.noFormalNumber], effects: []),
        .init(from: .deletionConfirmed, step: .carryOutDeletion, by: .centre, to: .deleted, holder: .nobody,
              guards: [.noFormalNumber], effects: []),
        .init(from: .deletionConfirmed, step: .returnDeletion, by: .centre, to: .enrolled, holder: .homeSchool,
              guards: [], effects: [.reason]),
    ])

    /// The same with the hand-over of a merger: a dossier whose pen is at its school goes to another school as it stands.
    public static let registrationWithHandOver = Workflow(version: 2, title: "学籍注册", rows: registration.rows + [
        Stand.entered, .reviewed, .returned, .enrolled,
    ].map { stand in
        Transition(
            from: stand, step: .handOver, by: .commonAuthority, to: stand, holder: .receivingSchool, guards: [],
            effects: [.newRecord, .archive])
    })

    /// The table of a version; nil when this program is older than the step (the step is parked until the upgrade).
    public static func registration(version: Int) -> Workflow? {
        versions.first { $0.version == version }
    }

    /// Every shipped table, oldest first; each has all rows of the one before, or others in their place.
    static let versions = [
        registration, registrationWithHandOver, registrationWithProblems, registrationWithKeyData, registrationWithOverrides,
        registrationWithCheckedChanges, registrationWithRollChanges, registrationWithTransfers,
        registrationWithCorrections,
    ]

    /// The table that the next step names: the first one, as long as it has all that the dossier needs, so that programs of a
    /// release before read on; never an older one than the dossier has used.
    public static func registration(after dossier: Dossier?) -> Workflow {
        registration(version: dossier?.chain.map(\.workflow).max() ?? registration.version) ?? registration
    }

    /// The oldest table that a step of this kind may name after the dossier, whose row is the one in force, that is the newest table's;
    /// the newest where none has one.
    public static func registration(after dossier: Dossier, taking kind: StepKind) -> Workflow {
        let used = registration(after: dossier).version
        let usable = versions.filter { $0.version >= used }
        guard let inForce = usable.last?.row(kind, from: dossier.stand) else { return usable.last ?? registration }
        return usable.first { $0.row(kind, from: dossier.stand) == inForce } ?? registration
    }

    /// The same for a step in the holder's stead.
    public static func registration(after dossier: Dossier, overriding kind: StepKind) -> Workflow {
        let used = registration(after: dossier).version
        let usable = versions.filter { $0.version >= used }
        return usable.first { $0.rowInStead(kind, from: dossier.stand) != nil } ?? usable.last ?? registration
    }
}
