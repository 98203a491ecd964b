extension Workflow {
    /// 问题学籍处理 (Q61–Q65): evidence, change and deletion, each a case in the pupil's own dossier. Evidence and change go from
    /// the school up to the lowest common authority of the group; a deletion goes there at once and is granted by the node itself.
    ///
    /// What a ruling says is a word on a pair and needs no row; a child registered twice is deleted by the ruling authority, in the
    /// holder's stead where it has not the pen.
    static let problemRows: [Transition] = openings + prepared + submitted + deletions

    /// The table with problem records.
    public static let registrationWithProblems = Workflow(
        version: 3, title: "学籍注册", rows: registrationWithHandOver.rows + problemRows)

    /// 变更 with its check before anyone decides: the school's review waits for a verdict about the proposed version, the approval for one
    /// that leaves nothing open. In place of the rows of before.
    static let checkedChangeRows: [Transition] = [
        .init(from: .changePrepared, step: .submitCase, by: .homeSchool, to: .changeSubmitted, holder: .competentAuthority,
              guards: [.proposalChecked], effects: []),
        .init(from: .changeSubmitted, step: .approveChange, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.groupReached, .proposalSettled], effects: [.newRecord]),
    ]

    /// The table in which a problem record's change is checked first.
    public static let registrationWithCheckedChanges = Workflow(
        version: 6, title: "学籍注册", rows: registrationWithOverrides.rows.filter { row in
            !checkedChangeRows.contains { $0.from == row.from && $0.step == row.step }
        } + checkedChangeRows)

    private static let openings = Stand.resting.flatMap { stand -> [Transition] in
        [
            .init(from: stand, step: .prepareEvidence, by: .homeSchool, to: .evidencePrepared, holder: .homeSchool,
                  guards: [.problemKnown, .disputable, .evidence], effects: [.opensCase, .reason]),
            .init(from: stand, step: .prepareChange, by: .homeSchool, to: .changePrepared, holder: .homeSchool,
                  guards: [.problemKnown, .evidence, .recordValid], effects: [.opensCase, .proposal, .reason]),
            .init(from: stand, step: .requestProblemDeletion, by: .homeSchool, to: .problemDeletionRequested, holder: .groupAuthority,
                  guards: [.problemKnown, .inGroup, .noFormalNumber], effects: [.opensCase, .reason]),
        ]
    }

    private static let prepared = [(Stand.evidencePrepared, Stand.evidenceSubmitted), (.changePrepared, .changeSubmitted)]
        .flatMap { stand, next -> [Transition] in
            [
                .init(from: stand, step: .withdrawCase, by: .homeSchool, to: .asBefore, holder: .homeSchool, guards: [], effects: []),
                .init(from: stand, step: .submitCase, by: .homeSchool, to: next, holder: .competentAuthority, guards: [], effects: []),
            ]
        }

    private static let submitted: [Transition] = [Stand.evidenceSubmitted, .changeSubmitted].flatMap { stand -> [Transition] in
        [
            .init(from: stand, step: .forwardCase, by: .holdingAuthority, to: stand, holder: .superiorAuthority,
                  guards: [.notOursAlone], effects: []),
            .init(from: stand, step: .sendBackCase, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
                  guards: [], effects: [.reason]),
        ]
    } + [
        .init(from: .evidenceSubmitted, step: .closeCase, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.problemSettled], effects: []),
        .init(from: .changeSubmitted, step: .approveChange, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.groupReached], effects: [.newRecord]),
    ]

    /// Where a dossier can stand and is not at its end.
    static let live: [Stand] = Stand.resting + [
        .submitted, .deletionRequested, .deletionConfirmed, .evidencePrepared, .evidenceSubmitted, .changePrepared, .changeSubmitted,
        .problemDeletionRequested,
    ]

    private static let deletions: [Transition] = [
        .init(from: .problemDeletionRequested, step: .grantProblemDeletion, by: .groupAuthority, to: .deleted, holder: .nobody,
              guards: [.noFormalNumber], effects: []),
        .init(from: .problemDeletionRequested, step: .refuseProblemDeletion, by: .groupAuthority, to: .asBefore, holder: .homeSchool,
              guards: [], effects: [.reason]),
    ] + live.map { stand in
        .init(from: stand, step: .deleteByRuling, by: .authorityAbove, to: .deleted, holder: .nobody,
              guards: [.ruledAgainst], effects: [.override, .reason])
    }
}
