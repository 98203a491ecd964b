import Features
import Store

/// The projections and offices of this program.
enum Wiring {
    static func book(
        adapter: PublicSecurityAdapter = .localRules, isOpen: @escaping @Sendable () -> Bool = { true }
    ) -> ProjectionBook {
        FeatureBook.book(adapter: adapter, isOpen: isOpen, others: [AccountSchema(), Invitations()])
    }
}
