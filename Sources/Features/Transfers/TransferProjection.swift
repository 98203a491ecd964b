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
        """), ("transfers_3", """
        -- When it was applied for, in seconds; null for one from before this column that nothing was said about since.
        ALTER TABLE transfer ADD COLUMN applied INTEGER;
        """)]
    public let tables = [
        (table: "transfer_fact", sql: "SELECT hash, application, kind, payload FROM transfer_fact ORDER BY hash"),
        (table: "transfer_copy", sql: "SELECT hash, school FROM transfer_copy ORDER BY hash, school"),
        // Not when it was applied for, which may still be missing here.
        (table: "transfer", sql: """
            SELECT id, receiving, releasing, state, station, holder, since, due, dossier, requested, submitted FROM transfer ORDER BY id
            """),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let kind = EntryKind(rawValue: entry.kind), let fact = Said(kind, entry.payload) else { return .void("malformed transfer") }
        let (head, by) = (fact.head, fact.by)
        let directory = transaction.directory
        for unit in [head.receiving, head.releasing, by] where directory.unit(unit) == nil { return .parked(waitsFor: "unit:\(unit)") }
        if let obstacle = fact.obstacle(to: writer.unit, directory) { return obstacle }
        guard !fact.begins || by != writer.unit || head.application.mayBeOpened(by: by, entry.act) else { return .void("under another's id") }
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

    fileprivate static func refold(_ application: DossierID, in transaction: Transaction) throws {
        let shelf = TransferShelf(transaction.reading)
        try transaction.errand(TransferDesk.office, application.bytes)
        guard let transfer = try shelf.transfer(application) else {
            return try transaction.database.execute(literal: "DELETE FROM transfer WHERE id = \(Data(application.bytes))")
        }
        try transaction.database.execute(
            literal: """
                INSERT OR REPLACE INTO transfer (id, receiving, releasing, state, station, holder, since, due, dossier, requested, submitted, applied)
                VALUES (\(Data(application.bytes)), \(transfer.head.receiving.text), \(transfer.head.releasing.text),
                        \(transfer.state.rawValue), \(transfer.station.rawValue), \(transfer.holder?.text), \(transfer.since), \(transfer.due),
                        \(transfer.dossier.map { Data($0.bytes) }), \(transfer.request != nil), \(transfer.isSubmitted), \(transfer.applied))
                """)
        if let dossier = transfer.dossier { try transaction.errand(TransferFerry.office, dossier.bytes) }
    }
}

/// Whom a fact is between, who says it, and by which records of the two schools.
private struct Said {
    let kind: EntryKind
    let head: TransferHead
    let by: UnitCode
    /// Only a step names them.
    let versions: (receiving: Int, releasing: Int)?
    /// Whether it is an application's first step.
    let begins: Bool

    init?(_ kind: EntryKind, _ payload: [UInt8]) {
        let step = kind == .transferStep ? Payload.transferStep(payload) : nil
        begins = step.map { $0.previous == nil } ?? false
        let about: (TransferHead, UnitCode, (Int, Int)?)? = switch kind {
        case .transferStep: step.map { ($0.head, $0.by, ($0.receivingVersion, $0.releasingVersion)) }
        case .transferWithdrawal: Payload.transferWithdrawal(payload).map { ($0.head, $0.by, nil) }
        case .transferNotice: Payload.transferNotice(payload).map { ($0.head, $0.by, nil) }
        case .transferRequest: Payload.transferRequest(payload).map { ($0.head, $0.by, nil) }
        case .transferFile: Payload.transferFile(payload).map { ($0.head, $0.file.by, nil) }
        default: nil
        }
        guard let about else { return nil }
        (self.kind, head, by, versions) = (kind, about.0, about.1, about.2)
    }

    /// Each says what is its own, and an authority above both schools says it again for the other one, by whatever record of theirs. One
    /// that is still on its way is waited for: which facts count must not hang on what comes first.
    func obstacle(to writer: UnitCode, _ directory: UnitDirectory) -> Outcome? {
        switch kind {
        case .transferWithdrawal, .transferRequest, .transferFile: guard by == head.receiving else { return .void("only the receiving school says so") }
        case .transferNotice where !directory.hasContained(by, head.releasing): return .parked(waitsFor: "unit:\(head.releasing)")
        default: break
        }
        let (isOverNew, isOverOld) = (directory.hasContained(writer, head.receiving), directory.hasContained(writer, head.releasing))
        guard by == writer else {
            guard directory.tier(of: writer) != .school else { return .void("in another's name") }
            return isOverNew && isOverOld ? nil : .parked(waitsFor: "unit:\(isOverNew ? head.releasing : head.receiving)")
        }
        guard !isOverNew, !isOverOld else { return nil }
        for (school, version) in [(head.receiving, versions?.receiving ?? 0), (head.releasing, versions?.releasing ?? 0)]
        where directory.unit(school).map({ $0.version < version }) ?? true {
            return .parked(waitsFor: "unit:\(school)")
        }
        return .void("by an authority that is above neither school")
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
            transaction.database.cachedStatement(sql: "SELECT id FROM transfer WHERE receiving = ?1 OR releasing = ?1 ORDER BY id"), arguments: [unit.text])
        for id in open.compactMap({ DossierID($0) }) { try TransferProjection.refold(id, in: transaction) }
    }
}
