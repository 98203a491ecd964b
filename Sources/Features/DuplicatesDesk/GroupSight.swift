import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// A spell under a key as it is stored.
struct StoredSpell: Hashable {
    let group: Data
    let comparison: DuplicateKey.Comparison
    let spell: KeySpell

    static func all(of dossier: Dossier) -> Set<Self> {
        Set(dossier.keySpells.flatMap { key, spells in
            spells.map { Self(group: group(of: key), comparison: key.comparison, spell: $0) }
        })
    }

    /// Half the hash of the key: a number says whose it is.
    static func group(of key: DuplicateKey) -> Data { Data(Hashing.sha256(Array(key.text.utf8)).bytes.prefix(16)) }

    init(group: Data, comparison: DuplicateKey.Comparison, spell: KeySpell) {
        self.group = group
        self.comparison = comparison
        self.spell = spell
    }

    init?(_ row: Row) {
        guard let dossier = DossierID(row["dossier"] as Data),
              let comparison = DuplicateKey.Comparison(rawValue: row["comparison"]) else { return nil }
        self.init(group: row["grp"], comparison: comparison, spell: KeySpell(
            dossier: dossier, hasResidentID: row["has_id"], home: UnitCode(row["home"]), since: row["since"], until: row["until"],
            end: (row["how"] as String?).flatMap { KeySpell.End(rawValue: $0) }))
    }

    func put(into db: Database) throws {
        try db.cachedStatement(sql: """
            INSERT OR REPLACE INTO duplicate_spell (grp, dossier, has_id, home, comparison, since, until, how) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """).execute(arguments: [
                group, Data(spell.dossier.bytes), spell.hasResidentID, spell.home.text, comparison.rawValue, spell.since, spell.until,
                spell.end?.rawValue,
            ])
    }

    func remove(from db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM duplicate_spell WHERE grp = ? AND dossier = ? AND has_id = ? AND home = ?")
            .execute(arguments: [group, Data(spell.dossier.bytes), spell.hasResidentID, spell.home.text])
    }
}

/// One group as the units above its members see it, from stored rows alone.
struct GroupSight {
    private let comparison: DuplicateKey.Comparison
    private let spells: [KeySpell]
    private let rulings: [DossierPair: Int64]
    /// Of each home, itself and what stands above it.
    private let paths: [UnitCode: [UnitCode]]

    init(_ group: Data, _ reading: Reading) throws {
        let rows = try Row.fetchAll(
            reading.database.cachedStatement(sql: "SELECT * FROM duplicate_spell WHERE grp = ? ORDER BY dossier, has_id, home"), arguments: [group]
        ).compactMap(StoredSpell.init)
        comparison = rows.first?.comparison ?? .residentID
        spells = rows.map(\.spell)
        guard Set(spells.map(\.dossier)).count > 1 else {
            (rulings, paths) = ([:], [:])
            return
        }
        let ruled = try Row.fetchAll(
            reading.database.cachedStatement(sql: """
                SELECT dossier, peer, at FROM duplicate_ruling WHERE dossier IN (SELECT dossier FROM duplicate_spell WHERE grp = ?)
                """), arguments: [group])
        rulings = Dictionary(ruled.compactMap { row in
            guard let one = DossierID(row["dossier"] as Data), let other = DossierID(row["peer"] as Data) else { return nil }
            return (DossierPair(one, other), row["at"] as Int64)
        }) { max($0, $1) }
        paths = Dictionary(uniqueKeysWithValues: Set(spells.map(\.home)).map { ($0, reading.directory.path(of: $0)) })
    }

    var hasSeveral: Bool { !paths.isEmpty }

    /// Who sees any of it, in order: what stands at or below a unit.
    func units(upTo top: UnitCode) -> [UnitCode] {
        Set(paths.values.flatMap { path in path.firstIndex(of: top).map { path[...$0] } ?? [] }).sorted()
    }

    /// As one unit sees it.
    func course(of unit: UnitCode) -> GroupCourse? {
        GroupCourse(comparison, spells.filter { paths[$0.home]?.contains(unit) ?? false }, rulings: rulings)
    }

    /// The unit directly below one that stands above a home; nil for the home itself.
    func child(of unit: UnitCode, above home: UnitCode) -> UnitCode? { paths[home]?.prefix { $0 != unit }.last }
}
