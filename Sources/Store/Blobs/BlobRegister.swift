import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Reads and keeps the rows about attachments and blobs.
public struct BlobRegister {
    let database: Database

    public init(_ reading: Reading) { database = reading.database }

    public init(_ transaction: Transaction) { database = transaction.database }

    // MARK: Attachments

    /// What a school has attached to a dossier, in the order of its statements.
    public func attachments(of dossier: DossierID, by home: UnitCode) throws -> [Attachment] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT payload FROM attachment WHERE dossier = ? AND writer = ?"),
            arguments: [Data(dossier.bytes), home.text])
            .compactMap { Payload.attachment(Array($0)) }.sorted { ($0.at, $0.hash) < ($1.at, $1.hash) }
    }

    /// Every statement about a blob, those that were taken back among them.
    public func attachments(with hash: Digest) throws -> [Attachment] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT payload FROM attachment WHERE hash = ?"), arguments: [Data(hash.bytes)])
            .compactMap { Payload.attachment(Array($0)) }
    }

    /// The statements about a blob that stand: those for which its bytes are kept.
    public func standing(with hash: Digest) throws -> [Attachment] {
        try attachments(with: hash).filter { try withdrawal(of: $0) == nil }
    }

    /// How an attachment was taken back; nil while it stands.
    public func withdrawal(of attachment: Attachment) throws -> AttachmentWithdrawal? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT payload FROM attachment_withdrawal WHERE dossier = ? AND hash = ? AND writer = ?"),
            arguments: [Data(attachment.dossier.bytes), Data(attachment.hash.bytes), attachment.by.text])
            .flatMap { Payload.attachmentWithdrawal(Array($0)) }
    }

    /// The schools that have attached anything, and every blob of one of them that stands.
    public func homes() throws -> [UnitCode] {
        try String.fetchAll(database.cachedStatement(sql: "SELECT DISTINCT writer FROM attachment ORDER BY writer")).map { UnitCode($0) }
    }

    public func blobs(of home: UnitCode) throws -> [(hash: Digest, size: Int)] {
        try Row.fetchAll(
            database.cachedStatement(sql: """
                SELECT hash, max(size) AS size FROM attachment a WHERE writer = ? AND NOT EXISTS (
                  SELECT 1 FROM attachment_withdrawal w WHERE w.dossier = a.dossier AND w.hash = a.hash AND w.writer = a.writer)
                GROUP BY hash
                """), arguments: [home.text])
            .compactMap { row in Digest(row["hash"] as Data).map { ($0, row["size"]) } }
    }

    /// Blobs that lie here for good and were taken back.
    public func withdrawnHere() throws -> [Digest] {
        try Data.fetchAll(
            database.cachedStatement(sql: """
                SELECT DISTINCT b.hash FROM attachment_withdrawal w JOIN blob b ON b.hash = w.hash WHERE b.keep_until IS NULL
                """)).compactMap { Digest($0) }
    }

    // MARK: Blobs here

    public func holds(_ hash: Digest) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM blob WHERE hash = ?)"), arguments: [Data(hash.bytes)])
            ?? false
    }

    public func held() throws -> [(hash: Digest, size: Int, keepUntil: Int64?)] {
        try Row.fetchAll(database.cachedStatement(sql: "SELECT hash, size, keep_until FROM blob ORDER BY hash")).compactMap { row in
            Digest(row["hash"] as Data).map { ($0, row["size"], row["keep_until"]) }
        }
    }

    public func totals() throws -> (count: Int, bytes: Int) {
        let row = try Row.fetchOne(database.cachedStatement(sql: "SELECT count(*) AS n, coalesce(sum(size), 0) AS size FROM blob"))
        return (row?["n"] ?? 0, row?["size"] ?? 0)
    }

    /// A blob lies here; whoever waited for it waits no longer. Kept for good unless `until` is given.
    public func keep(_ hash: Digest, size: Int, at now: Int64, until: Int64? = nil) throws {
        let id = Data(hash.bytes)
        try database.cachedStatement(sql: """
            INSERT INTO blob (hash, size, stored_at, keep_until) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET keep_until = CASE WHEN ?4 IS NULL THEN NULL ELSE keep_until END
            """).execute(arguments: [id, size, now, until])
        try database.cachedStatement(sql: "DELETE FROM blob_want WHERE hash = ?").execute(arguments: [id])
    }

    /// It is kept no longer than until then.
    public func keep(_ hash: Digest, until: Int64) throws {
        try database.execute(
            literal: "UPDATE blob SET keep_until = \(until) WHERE hash = \(Data(hash.bytes)) AND (keep_until IS NULL OR keep_until > \(until))")
    }

    public func forget(_ hash: Digest) throws {
        try database.execute(literal: "DELETE FROM blob WHERE hash = \(Data(hash.bytes))")
    }

    // MARK: Blobs wanted

    /// Notes that this node is to have a blob; what is here already is not wanted. Urgent once is urgent for good.
    public func want(_ hash: Digest, of home: UnitCode, size: Int, isUrgent: Bool, at now: Int64) throws {
        guard try !holds(hash) else { return }
        try database.execute(
            literal: """
                INSERT INTO blob_want (hash, home, size, since, urgent, not_before)
                VALUES (\(Data(hash.bytes)), \(home.text), \(size), \(now), \(isUrgent), 0)
                ON CONFLICT DO UPDATE SET urgent = max(urgent, excluded.urgent),
                  not_before = CASE WHEN excluded.urgent THEN 0 ELSE not_before END
                """)
    }

    public func isWanted(_ hash: Digest) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM blob_want WHERE hash = ?)"),
            arguments: [Data(hash.bytes)]) ?? false
    }

    /// Schools of which something is wanted.
    public func wantedHomes() throws -> [UnitCode] {
        try String.fetchAll(database.cachedStatement(sql: "SELECT DISTINCT home FROM blob_want ORDER BY home")).map { UnitCode($0) }
    }

    /// What is wanted of some schools, the urgent first, then the oldest.
    /// - Parameter before: only what has been wanted since before then.
    public func wanted(of homes: [UnitCode], limit: Int, at now: Int64, before: Int64 = .max) throws -> [BlobWant] {
        guard !homes.isEmpty else { return [] }
        let marks = databaseQuestionMarks(count: homes.count)
        return try Row.fetchAll(
            database, sql: """
                SELECT hash, max(size) AS size, max(urgent) AS urgent, min(since) AS since FROM blob_want
                WHERE home IN (\(marks)) AND not_before <= ? AND since < ?
                GROUP BY hash ORDER BY urgent DESC, since, hash LIMIT ?
                """, arguments: StatementArguments(homes.map(\.text)) + [now, before, limit])
            .compactMap { row in
                Digest(row["hash"] as Data).map { BlobWant(hash: $0, size: row["size"], isUrgent: row["urgent"]) }
            }
    }

    public func queue(of homes: [UnitCode]) throws -> BlobQueue {
        guard !homes.isEmpty else { return BlobQueue() }
        let marks = databaseQuestionMarks(count: homes.count)
        let row = try Row.fetchOne(
            database, sql: """
                SELECT count(*) AS n, coalesce(sum(size), 0) AS size, min(since) AS oldest FROM blob_want WHERE home IN (\(marks))
                """, arguments: StatementArguments(homes.map(\.text)))
        return BlobQueue(count: row?["n"] ?? 0, bytes: row?["size"] ?? 0, oldest: row?["oldest"])
    }

    /// Every want: to be judged anew.
    public func wants() throws -> [(hash: Digest, home: UnitCode, isUrgent: Bool, since: Int64)] {
        try Row.fetchAll(database.cachedStatement(sql: "SELECT hash, home, urgent, since FROM blob_want ORDER BY hash, home")).compactMap { row in
            Digest(row["hash"] as Data).map { ($0, UnitCode(row["home"]), row["urgent"], row["since"]) }
        }
    }

    public func unwant(_ hash: Digest, of home: UnitCode) throws {
        try database.execute(literal: "DELETE FROM blob_want WHERE hash = \(Data(hash.bytes)) AND home = \(home.text)")
    }

    /// Nobody waits for it by rule any more; what somebody asked to see is still waited for.
    public func unwantUnlessUrgent(_ hash: Digest, of home: UnitCode) throws {
        try database.execute(
            literal: "DELETE FROM blob_want WHERE hash = \(Data(hash.bytes)) AND home = \(home.text) AND urgent = 0")
    }

    /// Nobody is asked for it before that time: what came was not what was promised.
    public func putOff(_ hash: Digest, until: Int64) throws {
        try database.execute(literal: "UPDATE blob_want SET not_before = \(until) WHERE hash = \(Data(hash.bytes))")
    }
}
