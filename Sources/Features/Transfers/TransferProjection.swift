import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Facts about transfers, and the folded row that lists and offices read.
public struct TransferProjection: Projection {
    public let kinds: Set<EntryKind> = [.transferStep, .transferWithdrawal, .transferNotice, .transferRequest, .transferFile]
    public let migrations: [(name: String, sql: String)] = [("transfers_1", """
        CREATE TABLE transfer_fact (
          hash BLOB PRIMARY KEY, application BLOB NOT NULL, kind INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX transfer_fact_application ON transfer_fact (application);
        -- Which of the two schools a fact is addressed to, or comes from, as far as is stored here: it should be both.
        CREATE TABLE transfer_copy (hash BLOB NOT NULL, school TEXT NOT NULL, PRIMARY KEY (hash, school)) WITHOUT ROWID;
        -- The transfer as folded.
        CREATE TABLE transfer (
          id BLOB PRIMARY KEY, receiving TEXT NOT NULL, releasing TEXT NOT NULL, state TEXT NOT NULL, station TEXT NOT NULL,
          holder TEXT, since INTEGER NOT NULL, due TEXT NOT NULL, dossier BLOB, requested INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX transfer_receiving ON transfer (receiving, state);
        CREATE INDEX transfer_releasing ON transfer (releasing, station, state);
        CREATE INDEX transfer_waiting ON transfer (station, state);
        CREATE INDEX transfer_holder ON transfer (holder) WHERE holder IS NOT NULL;
        CREATE INDEX transfer_dossier ON transfer (dossier) WHERE dossier IS NOT NULL;
        """), ("transfers_2", """
        -- What the receiving school has only prepared is its own.
        ALTER TABLE transfer ADD COLUMN submitted INTEGER NOT NULL DEFAULT 1;
        """)]
    public let tables = [
        (table: "transfer_fact", sql: "SELECT hash, application, kind, payload FROM transfer_fact ORDER BY hash"),
        (table: "transfer_copy", sql: "SELECT hash, school FROM transfer_copy ORDER BY hash, school"),
        (table: "transfer", sql: "SELECT * FROM transfer ORDER BY id"),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let kind = EntryKind(rawValue: entry.kind), let (head, by) = Self.about(kind, entry.payload) else { return .void("malformed transfer") }
        let directory = transaction.directory
        for unit in [head.receiving, head.releasing, by] where directory.unit(unit) == nil { return .parked(waitsFor: "unit:\(unit)") }
        guard Self.maySay(head, by, writer.unit, directory) else { return .void("in another's name") }
        switch kind {
        case .transferWithdrawal, .transferRequest, .transferFile: guard by == head.receiving else { return .void("only the receiving school says so") }
        case .transferNotice: guard directory.hasContained(by, head.releasing) else { return .void("not this unit's pupil") }
        default: break
        }
        let hash = Data(Payload.transferHash(entry.payload).bytes)
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO transfer_fact (hash, application, kind, payload)
                VALUES (\(hash), \(Data(head.application.bytes)), \(Int64(entry.kind)), \(Data(entry.payload)))
                """)
        var school = writer.unit
        if case .unit(let addressee) = writer.audience { school = addressee }
        try transaction.database.execute(
            literal: "INSERT OR IGNORE INTO transfer_copy (hash, school) VALUES (\(hash), \(school.text))")
        if kind == .transferFile, let (_, file) = Payload.transferFile(entry.payload) { try transaction.note(file) }
        try Self.refold(head.application, in: transaction)
        return .applied
    }

    /// Whom a fact is between, and who says it.
    private static func about(_ kind: EntryKind, _ payload: [UInt8]) -> (TransferHead, UnitCode)? {
        switch kind {
        case .transferStep: Payload.transferStep(payload).map { ($0.head, $0.by) }
        case .transferWithdrawal: Payload.transferWithdrawal(payload).map { ($0.head, $0.by) }
        case .transferNotice: Payload.transferNotice(payload).map { ($0.head, $0.by) }
        case .transferRequest: Payload.transferRequest(payload).map { ($0.head, $0.by) }
        case .transferFile: Payload.transferFile(payload).map { ($0.head, $0.file.by) }
        default: nil
        }
    }

    /// In its own name, or as the carrier: an authority above both schools says it again for the other one.
    private static func maySay(_ head: TransferHead, _ by: UnitCode, _ writer: UnitCode, _ directory: UnitDirectory) -> Bool {
        if by == writer { return directory.hasContained(writer, head.receiving) || directory.hasContained(writer, head.releasing) }
        return directory.tier(of: writer) != .school && directory.hasContained(writer, head.receiving)
            && directory.hasContained(writer, head.releasing)
    }

    fileprivate static func refold(_ application: DossierID, in transaction: Transaction) throws {
        let shelf = TransferShelf(transaction.reading)
        try transaction.errand(TransferDesk.office, application.bytes)
        guard let transfer = try shelf.transfer(application) else {
            return try transaction.database.execute(literal: "DELETE FROM transfer WHERE id = \(Data(application.bytes))")
        }
        try transaction.database.execute(
            literal: """
                INSERT OR REPLACE INTO transfer (id, receiving, releasing, state, station, holder, since, due, dossier, requested, submitted)
                VALUES (\(Data(application.bytes)), \(transfer.head.receiving.text), \(transfer.head.releasing.text),
                        \(transfer.state.rawValue), \(transfer.station.rawValue), \(transfer.holder?.text), \(transfer.since), \(transfer.due),
                        \(transfer.dossier.map { Data($0.bytes) }), \(transfer.request != nil), \(transfer.isSubmitted))
                """)
        if let dossier = transfer.dossier { try transaction.errand(TransferFerry.office, dossier.bytes) }
    }
}

/// A school that has moved has other authorities: what one left behind holds is the new one's. A closed one answers nobody.
public struct TransferMoves: DossierFollower {
    public let migrations: [(name: String, sql: String)] = []
    public let tables: [(table: String, sql: String)] = []

    public init() {}

    public func follow(_ dossier: Dossier, in transaction: Transaction) throws {}
    public func forget(_ dossier: DossierID, in transaction: Transaction) throws {}

    public func followMove(of unit: UnitCode, in transaction: Transaction) throws {
        let open = try Data.fetchAll(
            transaction.database, sql: "SELECT id FROM transfer WHERE receiving = ?1 OR releasing = ?1 ORDER BY id", arguments: [unit.text])
        for id in open.compactMap({ DossierID($0) }) { try TransferProjection.refold(id, in: transaction) }
    }
}
