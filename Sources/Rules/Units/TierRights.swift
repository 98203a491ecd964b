/// What a unit of a tier may do beyond what the workflow tables say. The one table of the differences between tiers.
public enum Right: String, Sendable, CaseIterable {
    /// Enter and keep pupils.
    case keepPupils
    /// Generate classes (Q15).
    case keepClasses
    /// Run the duplicate check over its subtree (requirements §1.21).
    case checkDuplicates
    /// Say of two dossiers below what they are to each other (Q61), and take a case further up.
    case rulePairs
    /// The verdict that is final and allows a formal number.
    case finalVerdict
    /// Issue G and J numbers and lease ranges of L numbers (Q44).
    case issueNumbers
    /// Take in the institution feed (Q106).
    case importUnits
    /// Give a unit below to another authority below: a signed record by the lowest common authority of the two.
    case moveUnits
    /// Close a school below and give its pupils to another one below: by the lowest common authority of the two (Q112).
    case mergeUnits
    /// Invite and host units directly below.
    case admitUnits
    /// End the key of a unit anywhere below, and with it its node's link.
    case revokeUnits
    /// Add divisions that the national table lacks (Q102).
    case addDivisions
}

public enum TierRights {
    public static func of(_ tier: Tier) -> Set<Right> {
        switch tier {
        case .school: [.keepPupils, .keepClasses]
        case .county: [.checkDuplicates, .rulePairs, .admitUnits, .revokeUnits, .mergeUnits]
        case .city: [.checkDuplicates, .rulePairs, .admitUnits, .revokeUnits, .moveUnits, .mergeUnits]
        case .province: [.checkDuplicates, .rulePairs, .admitUnits, .revokeUnits, .moveUnits, .mergeUnits, .importUnits]
        case .centre:
            [
                .checkDuplicates, .rulePairs, .finalVerdict, .issueNumbers, .admitUnits, .revokeUnits, .moveUnits, .mergeUnits,
                .importUnits, .addDivisions,
            ]
        }
    }

    public static func may(_ tier: Tier, _ right: Right) -> Bool { of(tier).contains(right) }
}
