import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// A school was given away while an authority on its former path had a new key that the mover did not know of, or got one later: what that
/// authority wrote to the school with it could be verified on the former path alone. The mover says the key on, as in its welcome.
public struct LateWelcomes: Office {
    static let batch = 100

    public let migrations: [(name: String, sql: String)] = []

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        let due = try transaction.errands(of: FormerPaths.office, limit: Self.batch)
        // A store that went back may have said them already, in links that are still to come back.
        guard !due.isEmpty, transaction.isProvenFresh else { return false }
        for subject in due {
            let unit = UnitCode(String(decoding: subject, as: UTF8.self))
            if transaction.directory.tier(of: unit) == .school {
                try welcome(unit, in: transaction)
            } else {
                for school in try transaction.reading.movedUnits() { try welcome(school, from: unit, in: transaction) }
            }
            try transaction.endErrand(of: FormerPaths.office, subject)
        }
        return due.count == Self.batch
    }

    /// - Parameter authority: nil for all that the school has left.
    private func welcome(_ school: UnitCode, from authority: UnitCode? = nil, in transaction: Transaction) throws {
        let directory = transaction.directory
        for (mover, left) in try transaction.reading.formerPaths(of: school) where try transaction.hosts(mover) {
            let concerned = left.filter { authority == nil || $0 == authority }
            guard !concerned.isEmpty else { continue }
            let said = try transaction.reading.keysSaid(by: mover, to: school)
            for var key in try concerned.flatMap({ try directory.keys(of: $0) }) where !said.contains(key.publicKey) {
                key.issuer = mover
                key.topology = directory.unit(key.unit)?.version ?? 0
                let payload = Payload.encode(key)
                // The same act however often it is said.
                let act = ActID(Hashing.sha256(Array("welcome\n\(school)\n".utf8) + payload).bytes.prefix(16))
                try transaction.append(.key, payload, as: mover, to: .subtree(school), act: act)
            }
        }
    }
}
