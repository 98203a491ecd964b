import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// The duplicate index in the node's store: which dossiers of its subtree stand under which keys.
///
/// A log keeps the keys of every record in full; sorted runs say under which keyed hash which place of the log is. A hit of a hash counts
/// after the full key has been compared. The secret is drawn at the first use and does not leave the store. Everything is written in the
/// caller's transaction; the value may be thrown away after it.
public struct StoredDuplicateIndex: DuplicateIndex {
    let database: Database
    let hash: KeyedHash
    let runs: SortedRuns
    let log: RecordLog

    static let migrations: [(name: String, sql: String)] = [("duplicate-index-1", """
        CREATE TABLE duplicate_key (
          key TEXT NOT NULL, dossier BLOB NOT NULL, has_id INTEGER NOT NULL, PRIMARY KEY (key, dossier)) WITHOUT ROWID;
        CREATE INDEX duplicate_key_dossier ON duplicate_key (dossier);
        """)]

    /// What replaces the table above, which stays and is emptied into it (`moveOld`).
    static let later: [(name: String, sql: String)] = [("duplicate-index-2", SortedRuns.schema + RecordLog.schema)]

    /// - Parameter randomBytes: gives the secret, once in a store's life.
    public init(database: Database, randomBytes: (Int) -> [UInt8]) throws { try self.init(database: database, randomBytes: randomBytes, limits: SortedRuns.Limits()) }

    init(_ transaction: Transaction) throws {
        try self.init(database: transaction.database, randomBytes: transaction.surroundings.randomBytes)
    }

    init(database: Database, randomBytes: (Int) -> [UInt8], limits: SortedRuns.Limits) throws {
        self.database = database
        runs = SortedRuns(database: database, limits: limits)
        log = RecordLog(database: database)
        hash = try Self.secret(database, randomBytes)
    }

    private static func secret(_ database: Database, _ randomBytes: (Int) -> [UInt8]) throws -> KeyedHash {
        let stored = try Data.fetchOne(database.cachedStatement(sql: "SELECT secret FROM duplicate_state"))
        let secret = stored.map { Array($0) } ?? randomBytes(KeyedHash.secretBytes)
        guard let hash = KeyedHash(secret: secret) else { preconditionFailure("a secret of \(secret.count) bytes") }
        if stored == nil {
            try database.execute(literal: "INSERT INTO duplicate_state (id, secret, live, turn) VALUES (0, \(Data(secret)), 0, 0)")
        }
        return hash
    }

    // MARK: DuplicateIndex

    public mutating func insert(_ subject: DossierID, _ fields: KeyFields) throws -> [DuplicateGroup<DossierID>] {
        try replace(with: IndexedRecord(subject, fields))
    }

    public mutating func remove(_ subject: DossierID) throws -> [DuplicateGroup<DossierID>] {
        try replace(with: IndexedRecord(subject, nil))
    }

    public func members(of key: DuplicateKey) throws -> DuplicateGroup<DossierID> {
        let bytes = IndexedRecord.bytes(key)
        let standing = try standing(RunEntry.Kind(key.comparison), bytes) { $0.bytes(key.comparison) == bytes }
        return DuplicateGroup(key: key, members: standing.map(\.record.member))
    }

    /// Under which keys a dossier stands.
    func keys(of subject: DossierID) throws -> [DuplicateKey] { try present(subject)?.record.keys ?? [] }

    // MARK: Parts

    struct Standing {
        let position: UInt64
        let record: IndexedRecord
    }

    func present(_ subject: DossierID) throws -> Standing? {
        try standing(.dossier, subject.bytes) { $0.dossier == subject }.first
    }

    /// The records that stand under a hash and are really meant.
    private func standing(_ kind: RunEntry.Kind, _ bytes: [UInt8], where isMeant: (IndexedRecord) -> Bool) throws -> [Standing] {
        try runs.values(under: key(kind, bytes)).map { RunEntry(key: 0, value: $0) }.filter { $0.isOf(kind) }.compactMap { entry in
            guard let record = try log.record(at: entry.position), isMeant(record) else { return nil }
            return Standing(position: entry.position, record: record)
        }
    }

    private func key(_ kind: RunEntry.Kind, _ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { hash.hash($0, domain: kind.rawValue) }
    }

    private func replace(with wanted: IndexedRecord) throws -> [DuplicateGroup<DossierID>] {
        let present = try present(wanted.dossier)
        guard present?.record != wanted, !(present == nil && wanted.isUnderNoKey) else { return [] }
        if let present { try log.kill(present.position) }
        try add(wanted)
        let before = Set((present?.record).map(Self.memberships) ?? []), after = Set(Self.memberships(wanted))
        return try Set(before.symmetricDifference(after).map(\.key)).sorted().map { try members(of: $0) }
    }

    /// Puts a record that the index does not have, without asking who else stands under its keys.
    func add(_ subject: DossierID, _ fields: KeyFields) throws { try add(IndexedRecord(subject, fields)) }

    private func add(_ record: IndexedRecord) throws {
        guard !record.isUnderNoKey else { return }
        let position = try log.append(record)
        var entries = [RunEntry(key: key(.dossier, record.dossier.bytes), kind: .dossier, position: position)]
        for comparison in DuplicateKey.Comparison.allCases where !record.bytes(comparison).isEmpty {
            let kind = RunEntry.Kind(comparison)
            entries.append(RunEntry(key: key(kind, record.bytes(comparison)), kind: kind, position: position))
        }
        try runs.add(entries)
    }

    struct Membership: Hashable {
        let key: DuplicateKey
        let hasResidentID: Bool
    }

    static func memberships(_ record: IndexedRecord) -> [Membership] {
        record.keys.map { Membership(key: $0, hasResidentID: record.hasResidentID) }
    }
}
