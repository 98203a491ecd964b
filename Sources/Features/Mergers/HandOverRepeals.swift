import Protocol
import Rules
import Store

/// Of two hand-overs of one dossier the one that does not count is repealed at the schools that know it alone: met when an authority's
/// disk went back to before its hand-over, or when an authority that did not know of a merger handed the pupil on.
public struct HandOverRepeals: Office {
    static let office = "handOverRepeal"
    static let batch = 100

    public let migrations: [(name: String, sql: String)] = []

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard !dossier.outrun.isEmpty, let won = dossier.handOver else { return }
        for lost in dossier.outrun {
            if let speaker = HandOverRepeal.speaker(against: lost, for: won, in: transaction.directory), try transaction.hosts(speaker) {
                return try transaction.errand(Self.office, dossier.id.bytes)
            }
        }
    }

    /// Where the hand-over that counted is gone, the one that was repealed in its favour stands again.
    public func vanished(_ dossier: DossierID, in transaction: Transaction) throws {
        let repeals = try DossierShelf(transaction.reading).facts(dossier).repeals
        if try repeals.contains(where: { try transaction.hosts($0.by) }) { try transaction.errand(Self.office, dossier.bytes) }
    }

    public func work(in transaction: Transaction) throws -> Bool {
        // A store that may have gone back might take for the counting one what is none any more.
        guard transaction.isProvenFresh else { return false }
        let due = try transaction.errands(of: Self.office, limit: Self.batch)
        for subject in due {
            if let id = DossierID(subject) { try speak(about: id, in: transaction) }
            try transaction.endErrand(of: Self.office, subject)
        }
        return due.count == Self.batch
    }

    private func speak(about id: DossierID, in transaction: Transaction) throws {
        let facts = try DossierShelf(transaction.reading).facts(id)
        let dossier = try transaction.dossier(id)
        var words = dossier.map { HandOverRepeal.due($0, facts, at: transaction.now, in: transaction.directory) } ?? []
        if dossier?.chain.isEmpty ?? true {
            for unit in Set(facts.repeals.map(\.by)).sorted() { words += HandOverRepeal.lifts(by: unit, facts, at: transaction.now) }
        }
        for word in words where try transaction.hosts(word.by) {
            let act = transaction.surroundings.act()
            for school in (facts.steps.first { $0.hash == word.handOver }?.schoolsOfHandOver ?? []).sorted() {
                try transaction.append(.handOverRepeal, Payload.encode(word), as: word.by, to: .unit(school), act: act)
            }
        }
    }
}
