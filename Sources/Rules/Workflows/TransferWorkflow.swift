extension Workflow {
    /// 转学 in the pupil's own dossier (Q74–Q80): the releasing school's acceptance of an application opens the case, its competent
    /// authority and, where policy says so, its province agree, and the node of the lowest authority above both schools hands the
    /// dossier over or returns the pen. The one party that the opening names is the application with its school. What comes before
    /// is the application's own run, `TransferTable`; the order of units is `TransferRoute.table`.
    static let transferRows: [Transition] = [
        .init(from: .enrolled, step: .acceptTransfer, by: .homeSchool, to: .transferAccepted, holder: .competentAuthority,
              guards: [.transferable], effects: [.opensCase], tells: TransferTelling(.underWay, .releasingAuthority)),
        .init(from: .transferAccepted, step: .passTransfer, by: .holdingAuthority, to: .transferAccepted, holder: .homeProvince,
              guards: [.notWithdrawn], effects: [], tells: TransferTelling(.underWay, .releasingProvince)),
        .init(from: .transferAccepted, step: .approveTransfer, by: .holdingAuthority, to: .transferCleared, holder: .groupAuthority,
              guards: [.notWithdrawn], effects: [], tells: TransferTelling(.underWay, .ferry)),
        .init(from: .transferAccepted, step: .returnTransfer, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [], effects: [.reason], tells: TransferTelling(.returned, .receivingSchool)),
        // Who has it: a school that was given to another authority meanwhile takes the pen with it.
        .init(from: .transferCleared, step: .returnTransfer, by: .holdingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [], effects: [.reason], tells: TransferTelling(.returned, .receivingSchool)),
    ] + [Stand.transferAccepted, .transferCleared].map { stand in
        .init(from: stand, step: .deleteByRuling, by: .authorityAbove, to: .deleted, holder: .nobody,
              guards: [.ruledAgainst], effects: [.override, .reason], tells: TransferTelling(.returned, .receivingSchool))
    } + transferOverrides

    /// 强制干预 of the releasing authorities (Q76): asked for by the receiving school.
    private static let transferOverrides: [Transition] = [
        .init(from: .transferAccepted, step: .approveTransfer, by: .overridingAuthority, to: .transferCleared, holder: .groupAuthority,
              guards: [.requested, .overdue, .notWithdrawn], effects: [.override, .reason]),
        .init(from: .transferAccepted, step: .returnTransfer, by: .overridingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.requested, .overdue], effects: [.override, .reason]),
    ]

    /// The table with transfers.
    public static let registrationWithTransfers = Workflow(
        version: 8, title: "学籍注册", rows: registrationWithRollChanges.rows + transferRows)

    /// 强制干预 of the releasing school itself (Q76): the province's decision replaces the missing step, which the gate of the application has
    /// found overdue and asked for.
    static let transferInSteadRows: [Transition] = [
        .init(from: .enrolled, step: .acceptTransfer, by: .homeProvince, to: .transferAccepted, holder: .competentAuthority,
              guards: [.transferable], effects: [.opensCase, .override, .reason], tells: TransferTelling(.underWay, .releasingAuthority)),
    ]
}
