import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Keeps which files the home schools have attached to which dossiers, and which of them they have taken back. Needs no pen, like a
/// supplement; whether this node is to have the bytes is an errand for the office that knows the policies.
struct AttachmentProjection: Projection {
    /// Name of the office whose errands are made here: subject is the hash, then the home's code.
    static let office = "blobs"

    let kinds: Set<EntryKind> = [.attachment, .attachmentWithdrawal]
    let migrations: [(name: String, sql: String)] = []
    let tables = ["attachment", "attachment_withdrawal"].map { table in
        (table: table, sql: "SELECT dossier, hash, writer, payload FROM \(table) ORDER BY dossier, hash, writer")
    }

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        entry.kind == EntryKind.attachmentWithdrawal.rawValue
            ? try takeBack(entry, of: writer, in: transaction) : try attach(entry, of: writer, in: transaction)
    }

    private func attach(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let attachment = Payload.attachment(entry.payload) else { return .void("malformed attachment") }
        guard attachment.by == writer.unit else { return .void("in another's name") }
        guard let tier = transaction.directory.tier(of: writer.unit) else { return .parked(waitsFor: "unit:\(writer.unit)") }
        guard TierRights.may(tier, .keepPupils) else { return .void("not this tier's to attach") }
        try Self.keep(attachment, entry.payload, in: transaction)
        return .applied
    }

    /// Stated twice: which statement counts follows from the two, not from the order of arrival.
    static func keep(_ attachment: Attachment, _ payload: [UInt8], in transaction: Transaction) throws {
        try transaction.database.cachedStatement(sql: """
            INSERT INTO attachment (dossier, hash, writer, size, payload) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET size = CASE WHEN excluded.payload > payload THEN excluded.size ELSE size END,
              payload = max(payload, excluded.payload)
            """).execute(arguments: [
                Data(attachment.dossier.bytes), Data(attachment.hash.bytes), attachment.by.text, attachment.size, Data(payload),
            ])
        try transaction.errand(office, attachment.hash.bytes + Array(attachment.by.text.utf8))
    }

    /// The files of a unit, and of all below it, that has another competent authority now: others are to have them.
    static func followMove(of unit: UnitCode, in transaction: Transaction) throws {
        let writers = try String.fetchAll(transaction.database.cachedStatement(sql: "SELECT DISTINCT writer FROM attachment"))
        for writer in writers where transaction.directory.contains(unit, UnitCode(writer)) {
            let hashes = try Data.fetchAll(
                transaction.database.cachedStatement(sql: "SELECT DISTINCT hash FROM attachment WHERE writer = ?"), arguments: [writer])
            for hash in hashes { try transaction.errand(office, Array(hash) + Array(writer.utf8)) }
        }
    }

    func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        let (table, said) = entry.kind == EntryKind.attachmentWithdrawal.rawValue
            ? ("attachment_withdrawal", Payload.attachmentWithdrawal(entry.payload).map { ($0.dossier, $0.hash, $0.by) })
            : ("attachment", Payload.attachment(entry.payload).map { ($0.dossier, $0.hash, $0.by) })
        guard let (dossier, hash, by) = said, by == writer.unit else { return true }
        try transaction.database.execute(
            sql: "DELETE FROM \(table) WHERE dossier = ? AND hash = ? AND writer = ?",
            arguments: [Data(dossier.bytes), Data(hash.bytes), writer.unit.text])
        return true
    }

    /// Counts whichever of the two statements comes first. Said twice: which one is shown follows from the two.
    private func takeBack(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let withdrawal = Payload.attachmentWithdrawal(entry.payload) else { return .void("malformed withdrawal") }
        guard withdrawal.by == writer.unit else { return .void("in another's name") }
        try transaction.database.cachedStatement(sql: """
            INSERT INTO attachment_withdrawal (dossier, hash, writer, payload) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET payload = max(payload, excluded.payload)
            """).execute(arguments: [
                Data(withdrawal.dossier.bytes), Data(withdrawal.hash.bytes), writer.unit.text, Data(entry.payload),
            ])
        try transaction.errand(Self.office, withdrawal.hash.bytes + Array(writer.unit.text.utf8))
        return .applied
    }
}

extension Transaction {
    /// Takes up a file that another statement than an attachment's own has named, in an applied entry.
    public func note(_ attachment: Attachment) throws {
        try AttachmentProjection.keep(attachment, Payload.encode(attachment), in: self)
    }
}
