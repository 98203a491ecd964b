import Protocol
import Store

/// All projections and offices of the features, in the order in which the offices work: hand over, withdraw
/// what was taken in twice, judge, settle problems, lend, number, end.
public enum FeatureBook {
    /// - Parameters:
    ///   - adapter: how the centre asks the public-security register.
    ///   - isOpen: false while the centre's boot fence is up: it then judges, lends and numbers nothing.
    ///   - forgetting: kinds to treat as unknown, as an older release does.
    ///   - others: what the Node room keeps besides (accounts, invitations).
    public static func book(
        adapter: PublicSecurityAdapter = .localRules, isOpen: @escaping @Sendable () -> Bool = { true },
        others: [any Office] = [], forgetting: Set<EntryKind> = []
    ) -> ProjectionBook {
        ProjectionBook(
            [PolicyProjection(), ClassProjection(), DivisionProjection(), LeaseBook(), PasswordResetProjection(), InquiryProjection(), TransferProjection()],
            followers: [GroupRegister(), RollChangeRegister(), TransferMoves()],
            offices: [
                GroupCatchUp(), RecordSpreading(), LateWelcomes(), HandOverOffice(), HandOverRepeals(), WordForwarding(), ReturnedTwins(), TransferDesk(isOpen: isOpen), TransferFerry(isOpen: isOpen),
                DuplicateDesk(isOpen: isOpen), ProblemOffice(isOpen: isOpen), StandingLeases(isOpen: isOpen), LeaseOffice(isOpen: isOpen), NumberOffice(adapter: adapter, isOpen: isOpen),
                DeletionOffice(isOpen: isOpen), ImportShelf(), BlobOffice(), SuspicionShelf(),
            ] + others, forgetting: forgetting)
    }
}
