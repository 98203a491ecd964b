import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Ranges of L numbers that the centre lends (requirements §1.21), and the drawing from them.
public struct LeaseBook: Projection {
    public let kinds: Set<EntryKind> = [.lease, .incarnation]
    public let migrations: [(name: String, sql: String)] = [("lease-1", """
        CREATE TABLE lease (
          division TEXT NOT NULL, birth_first TEXT NOT NULL, birth_last TEXT NOT NULL, first INTEGER NOT NULL,
          last INTEGER NOT NULL, holder TEXT NOT NULL, incarnation BLOB NOT NULL,
          PRIMARY KEY (division, birth_first, birth_last, first)) WITHOUT ROWID;
        -- Under which incarnations units have begun to write, as they said.
        CREATE TABLE incarnation (
          unit TEXT NOT NULL, incarnation BLOB NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (unit, incarnation)) WITHOUT ROWID;
        CREATE INDEX dossier_birth ON dossier (birth);
        """), ("lease-2", """
        -- Who is still without a number, by day and school: of those born on one day most have theirs.
        DROP INDEX dossier_birth;
        CREATE INDEX dossier_unnumbered ON dossier (birth, home) WHERE provisional IS NULL;
        """), ("lease-3", """
        -- How many of the numbers lent were left over when the pupils were last counted, less those noticed since.
        CREATE TABLE lease_slack (
          holder TEXT NOT NULL, division TEXT NOT NULL, birth TEXT NOT NULL, incarnation BLOB NOT NULL, slack INTEGER NOT NULL,
          PRIMARY KEY (holder, division, birth)) WITHOUT ROWID;
        """)]

    public let tables = [
        (table: "lease", sql: """
            SELECT division, birth_first, birth_last, first, last, holder, incarnation FROM lease
            ORDER BY division, birth_first, birth_last, first
            """),
        // The order of arrival is this node's own.
        (table: "incarnation", sql: "SELECT unit, incarnation FROM incarnation ORDER BY unit, incarnation"),
        // Counted anew where tables are built anew; it says nothing of its own.
        (table: "lease_slack", sql: "SELECT 1 FROM lease_slack WHERE 0"),
    ]

    public init() {}

    public func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        if entry.kind == EntryKind.incarnation.rawValue { return try applyOpening(entry, of: writer, in: transaction) }
        guard let lease = Payload.lease(entry.payload) else { return .void("malformed lease") }
        guard writer.unit == .centre else { return .void("only the centre leases numbers") }
        let isKnown = try Bool.fetchOne(
            transaction.database.cachedStatement(sql: """
                SELECT EXISTS (SELECT 1 FROM lease WHERE division = ? AND birth_first = ? AND birth_last = ? AND first = ?
                  AND last = ? AND holder = ? AND incarnation = ?)
                """), arguments: [
                    lease.division, lease.birthDates.lowerBound, lease.birthDates.upperBound, lease.tails.lowerBound,
                    lease.tails.upperBound, lease.holder.text, Data(lease.incarnation.bytes),
                ]) ?? false
        if isKnown { return .applied }
        let overlaps = try Bool.fetchOne(
            transaction.database.cachedStatement(sql: """
                SELECT EXISTS (SELECT 1 FROM lease WHERE division = ? AND birth_first <= ? AND birth_last >= ?
                  AND first <= ? AND last >= ?)
                """), arguments: [
                    lease.division, lease.birthDates.upperBound, lease.birthDates.lowerBound, lease.tails.upperBound,
                    lease.tails.lowerBound,
                ]) ?? false
        guard !overlaps else { return .void("overlaps another lease") }
        try transaction.database.cachedStatement(sql: """
            INSERT INTO lease (division, birth_first, birth_last, first, last, holder, incarnation) VALUES (?, ?, ?, ?, ?, ?, ?)
            """).execute(arguments: [
                lease.division, lease.birthDates.lowerBound, lease.birthDates.upperBound, lease.tails.lowerBound,
                lease.tails.upperBound, lease.holder.text, Data(lease.incarnation.bytes),
            ])
        return .applied
    }

    /// A unit begins to write; at the centre that is the moment to lend it its standing ranges.
    private func applyOpening(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let opened = Payload.incarnation(entry.payload) else { return .void("malformed incarnation") }
        guard opened.unit == writer.unit, opened.incarnation == writer.incarnation else { return .void("in another's name") }
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO incarnation (unit, incarnation, position)
                VALUES (\(opened.unit.text), \(Data(opened.incarnation.bytes)),
                        (SELECT count(*) FROM incarnation WHERE unit = \(opened.unit.text)))
                """)
        if try transaction.reading.ownUnit() == .centre {
            try transaction.errand(StandingLeases.office, Array(opened.unit.text.utf8))
        }
        return .applied
    }

    public func withdraw(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Bool {
        guard entry.kind == EntryKind.incarnation.rawValue else { return writer.unit != .centre }
        try transaction.database.execute(
            literal: """
                DELETE FROM incarnation WHERE unit = \(writer.unit.text) AND incarnation = \(Data(writer.incarnation.bytes))
                """)
        return true
    }

    /// Draws a free number at random from the unit's leases; no retry loops, unique by constraint.
    /// - Throws: `Refusal` when no lease is here yet, or the county-day is exhausted.
    static func draw(for dossier: Dossier, as unit: UnitCode, in transaction: Transaction) throws -> String {
        if let number = dossier.provisionalNumber { return number }
        do {
            try transaction.beginDraw()
        } catch let error as StoreError where error.code == .recovering {
            throw Refusal("store.unproven", question: "Q44", error.message, remedy: error.remedy)
        }
        let division = transaction.directory.unit(dossier.home)?.division ?? ""
        let birth = dossier.record.birthDate
        let incarnation = try transaction.incarnation(of: unit)
        let ranges = try Row.fetchAll(
            transaction.database, sql: """
                SELECT first, last FROM lease WHERE division = ? AND birth_first <= ? AND birth_last >= ? AND holder = ?
                  AND incarnation = ? ORDER BY first
                """, arguments: [division, birth, birth, unit.text, Data(incarnation.bytes)])
        let drawn = try drawn(division: division, birth: birth, in: transaction.database)
        let free = ranges.flatMap { row in Array((row["first"] as Int)...(row["last"] as Int)) }.filter { !drawn.contains($0) }
        guard !free.isEmpty else {
            throw Refusal(
                "lease.missing", question: "Q44", "出生日期 \(birth) 的临时学籍号号段\(ranges.isEmpty ? "尚未从中央下发到" : "已用完，等待中央补发到")本单位，暂时不能核办。",
                remedy: "号段随数据自动下发；线路恢复后请重试。若持续不到，该县该出生日期的一万个临时号可能已用尽，请联系中央。")
        }
        let chance = transaction.surroundings.randomBytes(4).reduce(0) { $0 << 8 | Int($1) }
        return NationalStudentNumber.provisional(division: division, birthDate: birth, tail: free[chance % free.count])
    }

    static func drawn(division: String, birth: String, in database: Database) throws -> Set<Int> {
        let prefix = "L" + division + birth
        let numbers = try String.fetchAll(
            database.cachedStatement(sql: "SELECT number FROM number WHERE number >= ? AND number < ?"),
            arguments: [prefix, prefix + "~"])
        return Set(numbers.compactMap { Int($0.suffix(4)) })
    }
}
