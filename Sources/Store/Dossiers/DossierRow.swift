import FoundationEssentials
import GRDB
import Rules

/// The row of table `dossier`: the folded dossier as lists read it.
struct DossierRow {
    /// All columns but the key and `folded`, which rises with each change.
    private static let columns = [
        "home", "class", "name", "name_key", "sex", "birth", "id_type", "id_number", "state", "holder", "problems", "provisional", "formal",
        "head", "key_digest", "entered_at", "open_case", "held_since", "requested", "status", "status_until", "open_change",
    ]
    private static let reading = "SELECT \(columns.joined(separator: ", ")) FROM dossier WHERE id = ?"
    private static let adding = """
        INSERT INTO dossier (\(columns.joined(separator: ", ")), id, folded)
        VALUES (\([String](repeating: "?", count: columns.count + 1).joined(separator: ", ")), 1)
        """
    /// Said at the first folding and never again.
    private static let firstOnly = columns.firstIndex(of: "entered_at")

    private let id: Data
    /// As `columns`.
    private let values: [DatabaseValue]

    /// - Parameter now: stands for the time of a first step that tells none, seconds since 1970.
    init(_ dossier: Dossier, now: Int64) {
        let record = dossier.record
        let key = KeyFields(record)
        id = Data(dossier.id.bytes)
        let columns: [(any DatabaseValueConvertible)?] = [
            dossier.home.text, record.classCode, record.name, key.name, record.sex, record.birthDate, record.idType,
            key.hasResidentID ? key.idNumber : record.idNumber, dossier.state.rawValue, dossier.holder?.text,
            dossier.problems.joined(separator: ","), dossier.provisionalNumber, dossier.formalNumber,
            dossier.head.map { Data($0.bytes) }, dossier.keyDigest.map { Data($0.bytes) }, dossier.chain.first?.at ?? now,
            dossier.openCase?.stand.rawValue ?? "", dossier.heldSince ?? 0, dossier.overrideRequest != nil, dossier.roll.status.rawValue,
            dossier.roll.until?.compact ?? "", dossier.openCase?.opening.change?.kind.rawValue ?? "",
        ]
        values = columns.map { $0?.databaseValue ?? .null }
    }

    /// Puts the row, or what is different in it: an index is written only where one of its columns has changed.
    func put(into db: Database) throws {
        guard let known = try Row.fetchOne(db.cachedStatement(sql: Self.reading), arguments: [id]) else {
            return try db.cachedStatement(sql: Self.adding).execute(arguments: StatementArguments(values + [id.databaseValue]))
        }
        let present = Array(known.databaseValues)
        let changed = values.indices.filter { $0 != Self.firstOnly && values[$0] != present[$0] }
        guard !changed.isEmpty else { return }
        let assignments = changed.map { "\(Self.columns[$0]) = ?" }.joined(separator: ", ")
        try db.cachedStatement(sql: "UPDATE dossier SET \(assignments), folded = folded + 1 WHERE id = ?")
            .execute(arguments: StatementArguments(changed.map { values[$0] } + [id.databaseValue]))
    }
}
