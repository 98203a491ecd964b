import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// A stored row for each group of doubles and each unit that sees two of its members: what the desk lists and counts without folding
/// anybody. Follows from the dossiers and the directory in the transaction that folds them; a group that ends keeps its row, with when
/// and how ([decision 27](docs/decisions/0027-a-row-per-group.md)).
public struct GroupRegister: DossierFollower {
    /// Name of the office under which dossiers of an older store wait for their rows.
    static let office = "groups"

    public let migrations: [(name: String, sql: String)] = [("desk-1", """
        -- Who stands or stood under which key. A group's name is half the hash of its key.
        CREATE TABLE duplicate_spell (
          grp BLOB NOT NULL, dossier BLOB NOT NULL, has_id INTEGER NOT NULL, home TEXT NOT NULL, comparison TEXT NOT NULL,
          since INTEGER NOT NULL, until INTEGER, how TEXT, PRIMARY KEY (grp, dossier, has_id, home)) WITHOUT ROWID;
        CREATE INDEX duplicate_spell_dossier ON duplicate_spell (dossier);
        CREATE INDEX duplicate_spell_home ON duplicate_spell (home);
        -- Of each pair, when the ruling that counts was made.
        CREATE TABLE duplicate_ruling (
          dossier BLOB NOT NULL, peer BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (dossier, peer)) WITHOUT ROWID;
        CREATE TABLE duplicate_group (
          unit TEXT NOT NULL, grp BLOB NOT NULL, kind TEXT NOT NULL, weight INTEGER NOT NULL, since INTEGER NOT NULL,
          settled INTEGER NOT NULL, settled_at INTEGER, how TEXT, PRIMARY KEY (unit, grp)) WITHOUT ROWID;
        CREATE INDEX duplicate_group_grp ON duplicate_group (grp);
        CREATE INDEX duplicate_group_rank ON duplicate_group (unit, settled, weight DESC, since, grp);
        CREATE INDEX duplicate_group_kind ON duplicate_group (unit, kind, settled, weight DESC, since, grp);
        CREATE INDEX duplicate_group_age ON duplicate_group (unit, settled, since);
        -- Which units directly below have a member in it.
        CREATE TABLE duplicate_part (
          unit TEXT NOT NULL, child TEXT NOT NULL, settled INTEGER NOT NULL, since INTEGER NOT NULL, grp BLOB NOT NULL,
          PRIMARY KEY (unit, child, settled, since, grp)) WITHOUT ROWID;
        CREATE INDEX duplicate_part_grp ON duplicate_part (grp);
        INSERT OR IGNORE INTO errand (office, subject, at) SELECT 'groups', id, entered_at FROM dossier;
        """)]

    public let tables = [
        (table: "duplicate_spell", sql: "SELECT * FROM duplicate_spell ORDER BY grp, dossier, has_id, home"),
        (table: "duplicate_ruling", sql: "SELECT * FROM duplicate_ruling ORDER BY dossier, peer"),
        (table: "duplicate_group", sql: "SELECT * FROM duplicate_group ORDER BY unit, grp"),
        (table: "duplicate_part", sql: "SELECT * FROM duplicate_part ORDER BY unit, child, settled, since, grp"),
    ]

    public init() {}

    public func follow(_ dossier: Dossier, in transaction: Transaction) throws {
        // Schools have no desk.
        guard try transaction.reading.checkingUnit() != nil else { return }
        try note(dossier.id, spells: StoredSpell.all(of: dossier), rulings: Self.rulings(of: dossier), in: transaction)
    }

    public func forget(_ dossier: DossierID, in transaction: Transaction) throws { try note(dossier, spells: [], rulings: [:], in: transaction) }

    public func followMove(of unit: UnitCode, in transaction: Transaction) throws {
        let groups = try Data.fetchAll(
            transaction.database, sql: """
                WITH RECURSIVE below (code) AS (VALUES (?) UNION SELECT u.code FROM unit u JOIN below ON u.competent = below.code)
                SELECT DISTINCT grp FROM duplicate_spell WHERE home IN (SELECT code FROM below) ORDER BY grp
                """, arguments: [unit.text])
        for group in groups { try reckon(group, in: transaction) }
    }

    private static func rulings(of dossier: Dossier) -> [DossierID: Int64] {
        let pairs = dossier.rulings.filter { $0.finding != .genuine }
        return Dictionary(pairs.map { ($0.pair.other(than: dossier.id), $0.at) }) { max($0, $1) }
    }

    private func note(
        _ dossier: DossierID, spells: Set<StoredSpell>, rulings: [DossierID: Int64], in transaction: Transaction
    ) throws {
        let (db, id) = (transaction.database, Data(dossier.bytes))
        let known = try Set(Row.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM duplicate_spell WHERE dossier = ?"), arguments: [id]).compactMap(StoredSpell.init))
        let knownRulings = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT peer, at FROM duplicate_ruling WHERE dossier = ?"), arguments: [id])
        let ruled = Dictionary(knownRulings.compactMap { row in DossierID(row["peer"] as Data).map { ($0, row["at"] as Int64) } }) { max($0, $1) }
        guard known != spells || ruled != rulings else { return }
        for gone in known.subtracting(spells) { try gone.remove(from: db) }
        for new in spells.subtracting(known) { try new.put(into: db) }
        if ruled != rulings {
            try db.cachedStatement(sql: "DELETE FROM duplicate_ruling WHERE dossier = ?").execute(arguments: [id])
            for (peer, at) in rulings {
                try db.cachedStatement(sql: "INSERT INTO duplicate_ruling (dossier, peer, at) VALUES (?, ?, ?)")
                    .execute(arguments: [id, Data(peer.bytes), at])
            }
        }
        let changed = ruled == rulings ? known.symmetricDifference(spells) : known.union(spells)
        for group in Set(changed.map(\.group)).sorted(by: { $0.lexicographicallyPrecedes($1) }) where try hasOthers(group, id, db) {
            try reckon(group, in: transaction)
        }
    }

    /// Whether another dossier stands or stood under the group's key; without one the group has no rows now and had none before.
    private func hasOthers(_ group: Data, _ dossier: Data, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM duplicate_spell WHERE grp = ? AND dossier <> ?)"), arguments: [group, dossier])
            ?? false
    }

    /// The rows of one group, anew.
    private func reckon(_ group: Data, in transaction: Transaction) throws {
        let db = transaction.database
        for table in ["duplicate_group", "duplicate_part"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE grp = ?").execute(arguments: [group])
        }
        let sight = try GroupSight(group, transaction.reading)
        guard sight.hasSeveral, let own = try transaction.reading.ownUnit() else { return }
        for unit in sight.units(upTo: own) {
            guard let course = sight.course(of: unit) else { continue }
            let isSettled = course.settled != nil
            try db.cachedStatement(sql: """
                INSERT INTO duplicate_group (unit, grp, kind, weight, since, settled, settled_at, how) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """).execute(arguments: [
                    unit.text, group, course.kind.rawValue, course.weight, course.since, isSettled, course.settled?.at,
                    course.settled?.how.rawValue,
                ])
            for child in Set(course.members.compactMap { sight.child(of: unit, above: $0.home) }) {
                try db.cachedStatement(sql: "INSERT INTO duplicate_part (unit, child, settled, since, grp) VALUES (?, ?, ?, ?, ?)")
                    .execute(arguments: [unit.text, child.text, isSettled, course.since, group])
            }
        }
    }
}

/// Gives the dossiers of an older store their rows, some in each pass.
public struct GroupCatchUp: Office {
    private static let batch = 500

    public let migrations: [(name: String, sql: String)] = []

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {}

    public func work(in transaction: Transaction) throws -> Bool {
        let due = try transaction.errands(of: GroupRegister.office, limit: Self.batch)
        for subject in due {
            if let dossier = try DossierID(subject).flatMap({ try transaction.dossier($0) }) { try GroupRegister().follow(dossier, in: transaction) }
            try transaction.endErrand(of: GroupRegister.office, subject)
        }
        return due.count == Self.batch
    }
}
