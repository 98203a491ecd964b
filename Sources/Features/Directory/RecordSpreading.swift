import Protocol
import Rules
import Store

/// What a city has said of a school to its own subtree alone, the province says on to everyone: a school that asks for a pupil there
/// sees the same units above him, and a hand-over that names the record does not wait for it.
public struct RecordSpreading: Office {
    public let migrations: [(name: String, sql: String)] = []

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        for record in try transaction.reading.partialRecords() {
            guard let competent = record.competent, let speaker = speaker(for: competent, transaction), try transaction.hosts(speaker) else { continue }
            let payload = Payload.encode(record)
            // The same act however often it is said on.
            let act = ActID(Hashing.sha256(Array("said on\n".utf8) + payload).bytes.prefix(16))
            try transaction.append(.unit, payload, as: speaker, to: .everyone, act: act)
        }
        return false
    }

    /// The province over it; of what stands under the centre itself, the centre.
    private func speaker(for competent: UnitCode, _ transaction: Transaction) -> UnitCode? {
        guard transaction.directory.contains(.centre, competent) else { return nil }
        return transaction.directory.province(of: competent) ?? .centre
    }
}
