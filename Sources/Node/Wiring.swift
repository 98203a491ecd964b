import Features
import Protocol
import Store

/// The projections and offices of this program.
enum Wiring {
    static func book(
        adapter: PublicSecurityAdapter = .localRules, isOpen: @escaping @Sendable () -> Bool = { true },
        forgetting: Set<EntryKind> = []
    ) -> ProjectionBook {
        FeatureBook.book(adapter: adapter, isOpen: isOpen, others: [AccountSchema(), PasswordResetOffice(), InquiryOffice(isOpen: isOpen), Invitations(), FigureSchema()], forgetting: forgetting)
    }
}
