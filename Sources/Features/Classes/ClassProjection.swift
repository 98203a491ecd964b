import GRDB
import Protocol
import Rules
import Store

/// The classes of each school, as the school has generated them (Q15, Q16).
public struct ClassProjection: Projection {
    public let kinds: Set<EntryKind> = [.schoolClass, .campus]
    public let migrations: [(name: String, sql: String)] = [("class-1", """
        CREATE TABLE class (
          school TEXT NOT NULL, code TEXT NOT NULL, campus INTEGER NOT NULL, attached INTEGER NOT NULL,
          closed INTEGER NOT NULL, PRIMARY KEY (school, code)) WITHOUT ROWID;
        CREATE TABLE campus (
          school TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, private INTEGER NOT NULL,
          version INTEGER NOT NULL, PRIMARY KEY (school, number)) WITHOUT ROWID;
        """)]

    public let tables = [
        (table: "class", sql: "SELECT * FROM class ORDER BY school, code"),
        (table: "campus", sql: "SELECT * FROM campus ORDER BY 1, 2"),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        if entry.kind == EntryKind.campus.rawValue { return try applyCampus(entry, of: writer, in: transaction) }
        guard let schoolClass = Payload.schoolClass(entry.payload) else { return .void("malformed class") }
        guard schoolClass.school == writer.unit else { return .void("another school's class") }
        try transaction.database.execute(
            literal: """
                INSERT INTO class (school, code, campus, attached, closed)
                VALUES (\(schoolClass.school.text), \(schoolClass.code), \(schoolClass.campus), \(schoolClass.isAttached),
                        \(schoolClass.isClosed))
                ON CONFLICT DO UPDATE SET campus = max(campus, excluded.campus), attached = max(attached, excluded.attached),
                  closed = closed OR excluded.closed
                """)
        return .applied
    }

    public func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        // A branch campus may have had a record by an authority of before.
        guard entry.kind == EntryKind.schoolClass.rawValue else { return false }
        guard let schoolClass = Payload.schoolClass(entry.payload), schoolClass.school == writer.unit else { return true }
        try transaction.database.execute(
            literal: "DELETE FROM class WHERE school = \(schoolClass.school.text) AND code = \(schoolClass.code)")
        return true
    }

    /// The competent authority designates, now or by an earlier record of the school (Q2, Q13); the highest version counts, of two of one
    /// version the same at every node.
    private func applyCampus(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let campus = Payload.campus(entry.payload) else { return .void("malformed campus") }
        guard let school = transaction.directory.unit(campus.school) else { return .parked(waitsFor: "unit:\(campus.school)") }
        let isCompetent = (1...max(school.version, 1)).contains {
            transaction.directory.unit(campus.school, version: $0)?.competent == writer.unit
        }
        guard campus.by == writer.unit, isCompetent else { return .void("not this unit's to designate") }
        try transaction.database.execute(
            literal: """
                INSERT INTO campus (school, number, name, private, version)
                VALUES (\(campus.school.text), \(campus.number), \(campus.name), \(campus.isPrivate), \(campus.version))
                ON CONFLICT DO UPDATE SET name = excluded.name, private = excluded.private, version = excluded.version
                  WHERE (excluded.version, excluded.name, excluded.private) > (version, name, private)
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
            reading.database, sql: """
                SELECT c.code, c.campus, c.attached, p.private FROM class c
                LEFT JOIN campus p ON p.school = c.school AND p.number = c.campus WHERE c.school = ? AND c.closed = 0
                """, arguments: [school.text])
        return Dictionary(uniqueKeysWithValues: rows.map { row in
            (row["code"] as String, ClassFacts(campus: row["campus"], isAttached: row["attached"], isPrivateCampus: row["private"]))
        })
    }

    /// All codes ever used, closed ones included: a code is not given again.
    public func usedCodes(of school: UnitCode) throws -> [String] {
        try String.fetchAll(
            reading.database, sql: "SELECT code FROM class WHERE school = ? ORDER BY code", arguments: [school.text])
    }
}
