extension Workflow {
    /// 关键数据变更 (Q70–Q73): the school applies with a file, may mend or take back what it has prepared, reviews and passes it to the
    /// competent authority. The check runs on the proposed version: while it is pending nothing is reviewed, and a hit makes a problem
    /// record, whose pairs are ruled on before anyone approves.
    static let keyDataRows: [Transition] = [
        .init(from: .enrolled, step: .prepareKeyChange, by: .homeSchool, to: .keyChangePrepared, holder: .homeSchool,
              guards: [.noProblem, .evidence, .recordValid, .fieldsControlled], effects: [.opensCase, .proposal, .reason]),
        .init(from: .keyChangePrepared, step: .prepareKeyChange, by: .homeSchool, to: .keyChangePrepared, holder: .homeSchool,
              guards: [.evidence, .recordValid, .fieldsControlled], effects: [.opensCase, .proposal, .reason]),
        .init(from: .keyChangePrepared, step: .withdrawCase, by: .homeSchool, to: .asBefore, holder: .homeSchool,
              guards: [], effects: []),
        .init(from: .keyChangePrepared, step: .submitCase, by: .homeSchool, to: .keyChangeSubmitted, holder: .competentAuthority,
              guards: [.proposalChecked], effects: []),
        .init(from: .keyChangeSubmitted, step: .forwardCase, by: .holdingAuthority, to: .keyChangeSubmitted, holder: .superiorAuthority,
              guards: [.notOursAlone], effects: []),
        .init(from: .keyChangeSubmitted, step: .sendBackCase, by: .holdingAuthority, to: .keyChangePrepared, holder: .homeSchool,
              guards: [], effects: [.reason]),
        .init(from: .keyChangeSubmitted, step: .approveKeyChange, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.proposalClean], effects: [.newRecord]),
    ] + [Stand.keyChangePrepared, .keyChangeSubmitted].map { stand in
        .init(from: stand, step: .deleteByRuling, by: .authorityAbove, to: .deleted, holder: .nobody,
              guards: [.ruledAgainst], effects: [.override, .reason])
    }

    /// The table with key-data changes.
    public static let registrationWithKeyData = Workflow(
        version: 4, title: "学籍注册", rows: registrationWithProblems.rows + keyDataRows)
}
