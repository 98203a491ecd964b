import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// What the search for suspicions keeps: who has changed, what it looks at in each registration, how far it has come, and the queue.
/// It is this node's own work, in no stream and in no digest; losing it costs another search.
public struct SuspicionShelf: Office {
    public let migrations: [(name: String, sql: String)] = [("suspicion-1", """
        CREATE TABLE suspicion_changed (dossier BLOB PRIMARY KEY) WITHOUT ROWID;
        INSERT INTO suspicion_changed SELECT id FROM dossier;
        CREATE TABLE suspicion_subject (dossier BLOB PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
        -- Under which values a registration comes in which pass.
        CREATE TABLE suspicion_place (
          pass INTEGER NOT NULL, value INTEGER NOT NULL, dossier BLOB NOT NULL, PRIMARY KEY (pass, value, dossier)) WITHOUT ROWID;
        CREATE INDEX suspicion_place_dossier ON suspicion_place (dossier);
        -- One row: the search under way or the last one.
        CREATE TABLE suspicion_run (
          id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL, active INTEGER NOT NULL, changed INTEGER NOT NULL,
          wanted INTEGER NOT NULL, pass INTEGER NOT NULL, value INTEGER, dossier BLOB, done INTEGER NOT NULL, total INTEGER NOT NULL,
          started_at INTEGER, finished_at INTEGER);
        INSERT INTO suspicion_run VALUES (1, 0, 0, 0, 0, 0, NULL, NULL, 0, 0, NULL, NULL);
        CREATE TABLE suspicion (
          one BLOB NOT NULL, other BLOB NOT NULL, score REAL NOT NULL, reasons TEXT NOT NULL, run INTEGER NOT NULL,
          PRIMARY KEY (one, other)) WITHOUT ROWID;
        CREATE INDEX suspicion_other ON suspicion (other);
        CREATE INDEX suspicion_score ON suspicion (score DESC, one, other);
        """)]

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws { try mark(dossier.id, in: transaction) }

    public func vanished(_ dossier: DossierID, in transaction: Transaction) throws { try mark(dossier, in: transaction) }

    public func work(in transaction: Transaction) throws -> Bool { false }

    private func mark(_ dossier: DossierID, in transaction: Transaction) throws {
        guard try transaction.reading.checkingUnit() != nil else { return }
        try transaction.database.cachedStatement(sql: "INSERT OR IGNORE INTO suspicion_changed (dossier) VALUES (?)")
            .execute(arguments: [Data(dossier.bytes)])
    }

    /// Looks again at some of those that have changed. What is deleted or ruled another child leaves the queue at once.
    /// - Returns: how many it has looked at.
    static func refresh(_ limit: Int, in transaction: Transaction) throws -> Int {
        let db = transaction.database
        let changed = try Data.fetchAll(
            db.cachedStatement(sql: "SELECT dossier FROM suspicion_changed ORDER BY dossier LIMIT ?"), arguments: [limit])
        for id in changed {
            let dossier = try DossierID(id).flatMap { try transaction.dossier($0) }
            let subject = dossier.flatMap { $0.stand == .deleted || $0.head == nil ? nil : SuspicionSubject($0.record) }
            try put(subject, id, in: db)
            if subject == nil {
                try db.cachedStatement(sql: "DELETE FROM suspicion WHERE one = ?1 OR other = ?1").execute(arguments: [id])
            } else if let dossier {
                for ruling in dossier.rulings where ruling.finding == .different {
                    try db.cachedStatement(sql: "DELETE FROM suspicion WHERE one = ? AND other = ?")
                        .execute(arguments: [Data(ruling.pair.first.bytes), Data(ruling.pair.second.bytes)])
                }
            }
            try db.cachedStatement(sql: "DELETE FROM suspicion_changed WHERE dossier = ?").execute(arguments: [id])
        }
        return changed.count
    }

    private static func put(_ subject: SuspicionSubject?, _ id: Data, in db: Database) throws {
        let known = try String.fetchOne(
            db.cachedStatement(sql: "SELECT content FROM suspicion_subject WHERE dossier = ?"), arguments: [id])
        let content = subject?.content
        guard known != content else { return }
        for table in ["suspicion_subject", "suspicion_place"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE dossier = ?").execute(arguments: [id])
        }
        try db.cachedStatement(sql: "UPDATE suspicion_run SET changed = 1").execute()
        guard let subject, let content else { return }
        try db.cachedStatement(sql: "INSERT INTO suspicion_subject (dossier, content) VALUES (?, ?)").execute(arguments: [id, content])
        for pass in SuspicionPass.allCases {
            for value in pass.values(of: subject) {
                try db.cachedStatement(sql: "INSERT INTO suspicion_place (pass, value, dossier) VALUES (?, ?, ?)")
                    .execute(arguments: [pass.rawValue, value, id])
            }
        }
    }
}

extension SuspicionSubject {
    private static let unit: Character = "\u{1F}", record: Character = "\u{1E}"

    /// All of it as one text, for the store.
    var content: String {
        let lists = [guardianNames, guardianNumbers, phones].map { $0.joined(separator: String(Self.record)) }
        return ([keys.name, keys.sex, keys.birthDate, keys.idType, keys.idNumber] + lists
            + [address, birthplace, hukouDivision, nativePlace, school, entryMonth]).joined(separator: String(Self.unit))
    }

    init?(content: String) {
        let parts = content.split(separator: Self.unit, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 14 else { return nil }
        let list = { (text: String) in text.split(separator: Self.record, omittingEmptySubsequences: false).map(String.init) }
        self.init(
            keys: KeyFields(name: parts[0], sex: parts[1], birthDate: parts[2], idType: parts[3], idNumber: parts[4]),
            guardianNames: list(parts[5]), guardianNumbers: list(parts[6]), phones: list(parts[7]), address: parts[8], birthplace: parts[9],
            hukouDivision: parts[10], nativePlace: parts[11], school: parts[12], entryMonth: parts[13])
    }
}
