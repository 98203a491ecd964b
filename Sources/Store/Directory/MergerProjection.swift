import FoundationEssentials
import GRDB
import Protocol
import Rules

/// Which closed school's pupils go to which other school. That it is closed stands in its own record.
struct MergerProjection: Projection {
    /// Name of the office that writes the hand-overs; subject is the dossier.
    static let office = "handOver"

    /// Appended to the list of all migrations as they came.
    static let schema: [(name: String, sql: String)] = [("merger-1", """
        CREATE TABLE unit_merger (
          source TEXT PRIMARY KEY, target TEXT NOT NULL, writer TEXT NOT NULL, version INTEGER NOT NULL,
          target_version INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        """), ("merger-2", """
        -- To which schools a hand-over was addressed, as far as is stored here: it should be both.
        CREATE TABLE hand_over_copy (hash BLOB NOT NULL, school TEXT NOT NULL, PRIMARY KEY (hash, school)) WITHOUT ROWID;
        """)]

    let kinds: Set<EntryKind> = [.merger]
    let migrations: [(name: String, sql: String)] = []
    let tables = [
        (table: "unit_merger", sql: "SELECT * FROM unit_merger ORDER BY source"),
        (table: "hand_over_copy", sql: "SELECT hash, school FROM hand_over_copy ORDER BY hash, school"),
    ]

    func apply(_ entry: Entry, of writer: StreamID, in transaction: Transaction) throws -> Outcome {
        guard let merger = Payload.merger(entry.payload) else { return .void("malformed merger") }
        let directory = transaction.directory
        guard let source = directory.unit(merger.source), source.version >= merger.version else {
            return .parked(waitsFor: "unit:\(merger.source)")
        }
        guard directory.unit(merger.target) != nil else { return .parked(waitsFor: "unit:\(merger.target)") }
        guard directory.hasContained(writer.unit, merger.source), directory.hasContained(writer.unit, merger.target),
              directory.tier(of: writer.unit).map({ TierRights.may($0, .mergeUnits) }) ?? false,
              directory.unit(merger.source, version: merger.version)?.isClosed ?? false else {
            return .void("merger by an authority that is not above both, or of a school that is open")
        }
        // A school is closed once. Two records of it are a writer's that went back: which one counts follows from the two.
        try transaction.database.execute(
            literal: """
                INSERT INTO unit_merger (source, target, writer, version, target_version, at)
                VALUES (\(merger.source.text), \(merger.target.text), \(writer.unit.text), \(merger.version),
                        \(merger.targetVersion), \(merger.at))
                ON CONFLICT DO UPDATE SET target = excluded.target, writer = excluded.writer, version = excluded.version,
                  target_version = excluded.target_version, at = excluded.at
                WHERE (excluded.version, excluded.target, excluded.writer, excluded.target_version, excluded.at)
                  < (version, target, writer, target_version, at)
                """)
        try follow(merger, by: writer.unit, in: transaction)
        return .applied
    }

    /// A hand-over stands in two streams, the old home's and the new one's. A writer whose disk went back may have got one of them back
    /// alone: what the other lacks is appended again.
    static func noteCopy(of handOver: Step, in stream: StreamID, _ transaction: Transaction) throws {
        guard case .unit(let school) = stream.audience else { return }
        let hash = Data(handOver.hash.bytes)
        try transaction.database.execute(
            literal: "INSERT OR IGNORE INTO hand_over_copy (hash, school) VALUES (\(hash), \(school.text))")
        let copies = try Int.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT count(*) FROM hand_over_copy WHERE hash = ?"), arguments: [hash]) ?? 0
        guard copies < 2, try transaction.hosts(stream.unit) else { return }
        try transaction.database.execute(
            literal: """
                INSERT OR IGNORE INTO errand (office, subject, at)
                VALUES (\(Self.office), \(Data(handOver.dossier.bytes)), \(transaction.now))
                """)
    }

    /// Who has closed the school hands its pupils over; the school's own node says what has become of it.
    private func follow(_ merger: UnitMerger, by writer: UnitCode, in transaction: Transaction) throws {
        if try transaction.hosts(writer) {
            try transaction.database.execute(
                literal: """
                    INSERT OR IGNORE INTO errand (office, subject, at)
                    SELECT \(Self.office), id, \(transaction.now) FROM dossier WHERE home = \(merger.source.text) AND holder IS NOT NULL
                    """)
        }
        guard try transaction.reading.ownUnit() == merger.source else { return }
        let name = transaction.directory.unit(merger.target)?.name ?? merger.target.text
        try transaction.raiseAlarm(
            "merged", subject: merger.source.text,
            "本校已撤销，并入“\(name)”（\(merger.target)），本节点只能查看；请保持运行，直到尚未送出的数据全部送达上级。")
    }
}

extension Reading {
    /// By which merger a school was closed, and who has closed it; nil where it was not closed so.
    public func merger(of unit: UnitCode) throws -> (merger: UnitMerger, writer: UnitCode)? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM unit_merger WHERE source = ?"), arguments: [unit.text]
        ).map { row in
            let merger = UnitMerger(
                source: unit, target: UnitCode(row["target"]), version: row["version"], targetVersion: row["target_version"], at: row["at"])
            return (merger, UnitCode(row["writer"]))
        }
    }

    /// Schools that were closed by a merger, in order of code.
    public func mergedUnits() throws -> [UnitCode] {
        try String.fetchAll(database.cachedStatement(sql: "SELECT source FROM unit_merger ORDER BY source")).map { UnitCode($0) }
    }

    /// What a closed school's people are told.
    public func closedText(_ school: Unit) throws -> (message: String, remedy: String) {
        guard let target = try merger(of: school.code)?.merger.target else {
            return ("学校“\(school.name)”已撤销，不能办理。", "请联系主管教育行政部门。")
        }
        let name = directory.unit(target)?.name ?? target.text
        return ("学校“\(school.name)”已撤销，并入“\(name)”（\(target)），不能办理。", "学生学籍由“\(name)”继续办理；本校已有的数据仍可查看。")
    }
}

extension Transaction {
    /// The gate's rule for a closed school: nothing but what belongs to recovery.
    func checkClosed(_ kind: EntryKind, _ unit: UnitCode) throws {
        switch kind {
        case .incarnation, .salvage, .drop, .address, .passwordReset: return
        default: break
        }
        guard let school = directory.unit(unit), school.isClosed else { return }
        let text = try reading.closedText(school)
        throw StoreError(.notAllowed, message: text.message, remedy: text.remedy, cause: "the unit is closed")
    }
}
