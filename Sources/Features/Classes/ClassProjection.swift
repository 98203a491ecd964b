import GRDB
import Protocol
import Rules
import Store

/// The classes of each school, as the school has generated them (Q15, Q16).
public struct ClassProjection: Projection {
    public let kinds: Set<EntryKind> = [.schoolClass]
    public let migrations: [(name: String, sql: String)] = [("class-1", """
        CREATE TABLE class (
          school TEXT NOT NULL, code TEXT NOT NULL, campus INTEGER NOT NULL, attached INTEGER NOT NULL,
          closed INTEGER NOT NULL, PRIMARY KEY (school, code)) WITHOUT ROWID;
        """)]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let schoolClass = Payload.schoolClass(entry.payload) else { return .void("malformed class") }
        guard schoolClass.school == writer.unit else { return .void("another school's class") }
        try transaction.database.execute(
            literal: """
                INSERT INTO class (school, code, campus, attached, closed)
                VALUES (\(schoolClass.school.text), \(schoolClass.code), \(schoolClass.campus), \(schoolClass.isAttached),
                        \(schoolClass.isClosed))
                ON CONFLICT DO UPDATE SET closed = closed OR excluded.closed
                """)
        return .applied
    }
}

public struct ClassShelf {
    private let reading: Reading

    public init(_ reading: Reading) { self.reading = reading }

    /// The open classes of a school by code.
    public func classes(of school: UnitCode) throws -> [String: ClassFacts] {
        let rows = try Row.fetchAll(
            reading.database, sql: "SELECT code, campus, attached FROM class WHERE school = ? AND closed = 0",
            arguments: [school.text])
        return Dictionary(uniqueKeysWithValues: rows.map { row in
            (row["code"] as String, ClassFacts(campus: row["campus"], isAttached: row["attached"]))
        })
    }

    /// All codes ever used, closed ones included: a code is not given again.
    public func usedCodes(of school: UnitCode) throws -> [String] {
        try String.fetchAll(
            reading.database, sql: "SELECT code FROM class WHERE school = ? ORDER BY code", arguments: [school.text])
    }
}
