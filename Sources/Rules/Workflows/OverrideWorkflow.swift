extension Workflow {
    /// 强制干预 (Q76): where an authority has let its time pass and the school has asked for it, the authority of province tier or above
    /// over the *holder* takes the holder's next step in its stead. The same steps as the holder's, with the same ends; the school
    /// does not lose the pen's way back.
    static let overrideRows: [Transition] = [
        .init(from: .submitted, step: .approve, by: .overridingAuthority, to: .enrolled, holder: .homeSchool,
              guards: [.requested, .overdue, .cleanVerdict, .noProblem], effects: [.drawProvisionalNumber, .override, .reason]),
        .init(from: .submitted, step: .sendBack, by: .overridingAuthority, to: .returned, holder: .homeSchool,
              guards: [.requested, .overdue], effects: [.override, .reason]),
        .init(from: .keyChangeSubmitted, step: .approveKeyChange, by: .overridingAuthority, to: .asBefore, holder: .homeSchool,
              guards: [.requested, .overdue, .proposalClean], effects: [.newRecord, .override, .reason]),
        .init(from: .keyChangeSubmitted, step: .sendBackCase, by: .overridingAuthority, to: .keyChangePrepared, holder: .homeSchool,
              guards: [.requested, .overdue], effects: [.override, .reason]),
    ]

    /// The table with overrides. A step and a stand may have two rows here: the holder's own, and the one in its stead.
    public static let registrationWithOverrides = Workflow(
        version: 5, title: "学籍注册", rows: registrationWithKeyData.rows + overrideRows)
}

/// Businesses that have a time limit, and end in an override where it is not kept.
public enum TimedBusiness: String, Sendable, Hashable, CaseIterable {
    case registration, keyDataChange, rollChange

    /// 学籍注册 / 关键数据变更 / 学籍异动.
    public var label: String {
        switch self {
        case .registration: "学籍注册"
        case .keyDataChange: "关键数据变更"
        case .rollChange: "学籍异动"
        }
    }

    /// Where a dossier stands whose holder has something to do within the limit.
    public var stands: [Stand] {
        switch self {
        case .registration: [.submitted, .returned]
        case .keyDataChange: [.keyChangeSubmitted, .keyChangePrepared]
        case .rollChange: [.rollChangeSubmitted, .rollChangePrepared]
        }
    }
}
