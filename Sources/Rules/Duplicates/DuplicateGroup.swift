/// A record as it stands under one key.
public struct DuplicateMember<Subject: Hashable & Comparable & Sendable>: Sendable, Hashable, Comparable {
    public var subject: Subject
    /// Decides who is compared with whom under a name-sex-birth key.
    public var hasResidentID: Bool

    public init(_ subject: Subject, hasResidentID: Bool) {
        self.subject = subject
        self.hasResidentID = hasResidentID
    }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.subject < rhs.subject }
}

/// All records that stand under one key, as a value: what follows for each is a pure function of the group.
public struct DuplicateGroup<Subject: Hashable & Comparable & Sendable>: Sendable, Hashable {
    public let key: DuplicateKey
    /// In the order of their subjects, each once.
    public let members: [DuplicateMember<Subject>]

    public init(key: DuplicateKey, members: some Sequence<DuplicateMember<Subject>>) {
        self.key = key
        self.members = members.sorted()
    }

    /// Whether the group says something about any member.
    public var isFinding: Bool {
        members.count > 1 && (key.comparison == .residentID || members.contains { !$0.hasResidentID })
    }

    /// What the group says about one member: nothing, a problem, and (under a name-sex-birth key) perhaps a suspicion.
    /// Costs one pass over the group.
    public func problems(of member: DuplicateMember<Subject>) -> [DuplicateProblem<Subject>] {
        switch key.comparison {
        case .residentID:
            return problem(.idDuplicate, with: peers(of: member) { _ in true })
        case .nameSexBirth where member.hasResidentID:
            return problem(.nsdCross, with: peers(of: member) { !$0.hasResidentID })
        case .nameSexBirth:
            return problem(.nsdDuplicate, with: peers(of: member) { !$0.hasResidentID })
                + problem(.nsdCross, with: peers(of: member) { $0.hasResidentID })
        }
    }

    private func peers(
        of member: DuplicateMember<Subject>, where isPeer: (DuplicateMember<Subject>) -> Bool
    ) -> [Subject] {
        members.filter { $0.subject != member.subject && isPeer($0) }.map(\.subject)
    }

    private func problem(_ kind: DuplicateKind, with peers: [Subject]) -> [DuplicateProblem<Subject>] {
        peers.isEmpty ? [] : [DuplicateProblem(kind: kind, peers: peers)]
    }
}
