import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Writes one hand-over, for the old home and for the new one: the whole record, the chain's head, numbers, words, files.
struct HandOverWriter {
    let source, target: UnitCode
    /// Version of the new home's directory record.
    let targetVersion: Int
    /// The lowest authority above both.
    let writer: UnitCode
    let transaction: Transaction

    /// - Parameters:
    ///   - stand: how the dossier stands after it.
    ///   - record: as the new home gets it.
    func write(_ dossier: Dossier, standing stand: Stand, record: StudentRecord) throws {
        let attachments = try BlobRegister(transaction).attachments(of: dossier.id, by: dossier.home)
        let order = HandOverOrder(
            source: source, target: target, targetVersion: targetVersion, writer: writer, stand: stand, record: record,
            attachments: attachments.map { Payload.encode($0) }, isNumberHeldBack: try ReleaseGate.holdsBack(dossier.id, in: transaction.database))
        let facts = try DossierShelf(transaction.reading).facts(dossier.id)
        guard let step = order.step(after: dossier, facts, at: transaction.now, in: transaction.directory) else { return }
        let payload = Payload.encode(step)
        let act = transaction.surroundings.act()
        for school in [source, target] {
            try transaction.append(.handOver, payload, as: writer, to: .unit(school), act: act)
            try Self.sendRecord(of: school == source ? target : source, to: school, as: writer, in: transaction)
        }
    }

    /// The record of the other school: a city says only to its own subtree that it has given a school to another authority there, and a
    /// hand-over that names a record waits for it.
    static func sendRecord(of other: UnitCode, to school: UnitCode, as writer: UnitCode, in transaction: Transaction) throws {
        guard let record = transaction.directory.unit(other), record.version > 1,
              transaction.directory.tier(of: writer).map({ TierRights.may($0, .importUnits) }) ?? false else { return }
        try transaction.append(.unit, Payload.encode(record), as: writer, to: .unit(school))
    }
}
