import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// A dossier has gone to another school: what this unit had said about it, and the hand-over does not list, is said again to the
/// new home, which the word's own stream does not reach.
public struct WordForwarding: Office {
    static let office = "words"
    static let batch = 500

    public let migrations: [(name: String, sql: String)] = []

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        let due = try transaction.errands(of: Self.office, limit: Self.batch)
        guard !due.isEmpty, let own = try transaction.reading.ownUnit() else { return false }
        for subject in due {
            if let id = DossierID(subject), let dossier = try transaction.dossier(id) { try forward(dossier, as: own, in: transaction) }
            try transaction.endErrand(of: Self.office, subject)
        }
        return due.count == Self.batch
    }

    private func forward(_ dossier: Dossier, as own: UnitCode, in transaction: Transaction) throws {
        let directory = transaction.directory
        guard let handOver = dossier.handOver, let archive = handOver.archive, try transaction.hosts(own),
              directory.contains(own, dossier.home), directory.tier(of: own).map({ TierRights.may($0, .checkDuplicates) }) ?? false
        else { return }
        let words = try DossierShelf(transaction.reading).facts(dossier.id).words.counting.subtracting(archive.words)
        var entries = words.verdicts.filter { $0.by == own }.map { (EntryKind.verdict, Payload.encode($0)) }
        entries += words.rulings.filter { $0.by == own }.map { (.ruling, Payload.encode($0)) }
        if own == .centre {
            entries += words.numbers.map { (.number, Payload.encode($0)) } + words.answers.map { (.answer, Payload.encode($0)) }
        }
        for (kind, payload) in entries {
            // The same act however often it is sent after the same hand-over.
            let act = ActID(Hashing.sha256(handOver.hash.bytes + payload).bytes.prefix(16))
            try transaction.append(kind, payload, as: own, to: .unit(dossier.home), act: act)
        }
    }
}
