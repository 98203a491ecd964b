import FoundationEssentials
import GRDB
import Rules
import Store

/// The search for suspicions over all that a node holds, in steps that each end in the store: a stop or crash loses one step.
/// A portion is searched at once; where there are more registrations than that, one pass after another sorts them by what two entries
/// of one child have in common (`SuspicionPass`). So time grows with their number, and memory does not.
public struct SuspicionRun {
    public enum Step: Sendable, Hashable {
        /// So many registrations were looked at again.
        case refreshed(Int)
        /// A portion was searched.
        case searched(Int)
        /// The queue is complete.
        case finished
        /// Nothing to do now.
        case idle
    }

    /// Registrations that are searched at once: about 150 MiB.
    public static let portion = 50_000
    /// Registrations that are looked at again in one transaction.
    static let batch = 100
    /// Seconds between the end of one search and the next, unless somebody asks for it.
    static let rest: Int64 = 600

    private let archive: Archive
    private let portion: Int

    public init(_ archive: Archive, portion: Int = Self.portion) {
        self.archive = archive
        self.portion = portion
    }

    public func step() throws -> Step {
        // A school's computer searches for nothing that its authority finds.
        guard let state = try archive.read({ try $0.checkingUnit() == nil ? nil : State($0) }) else { return .idle }
        if state.waiting {
            let count = try archive.write { try SuspicionShelf.refresh(Self.batch, in: $0) }
            if count > 0 { return .refreshed(count) }
        }
        if state.isActive { return try search(state) }
        let isDue = state.isChanged && state.finishedAt.map { archive.surroundings.now() - $0 >= Self.rest } ?? true
        guard isDue || state.isWanted else { return .idle }
        try archive.write { try begin(in: $0) }
        return try search(try archive.read { try State($0) })
    }

    /// Asks for a search as soon as may be.
    static func want(in transaction: Transaction) throws {
        try transaction.database.execute(sql: "UPDATE suspicion_run SET wanted = 1")
    }

    // MARK: How far it has come

    struct State: Sendable {
        let number, pass, done, total: Int
        let isActive, isChanged, isWanted: Bool
        let value: Int64?
        let dossier: Data?
        let startedAt, finishedAt: Int64?
        /// Whether registrations wait to be looked at.
        let waiting: Bool

        init(_ reading: Reading) throws {
            let row = try Row.fetchOne(
                reading.database, sql: "SELECT *, EXISTS (SELECT 1 FROM suspicion_changed) AS waiting FROM suspicion_run") ?? Row()
            (number, pass, done, total) = (row["number"] ?? 0, row["pass"] ?? 0, row["done"] ?? 0, row["total"] ?? 0)
            (isActive, isChanged, isWanted) = (row["active"] ?? false, row["changed"] ?? false, row["wanted"] ?? false)
            (value, dossier, startedAt, finishedAt) = (row["value"], row["dossier"], row["started_at"], row["finished_at"])
            waiting = row["waiting"] ?? false
        }
    }

    private func begin(in transaction: Transaction) throws {
        let db = transaction.database
        let subjects = try Int.fetchOne(db, sql: "SELECT count(*) FROM suspicion_subject") ?? 0
        let total = subjects <= portion ? subjects : try Int.fetchOne(db, sql: "SELECT count(*) FROM suspicion_place") ?? 0
        try db.execute(
            literal: """
                UPDATE suspicion_run SET number = number + 1, active = 1, changed = 0, wanted = 0, pass = 0, value = NULL, dossier = NULL,
                  done = 0, total = \(total), started_at = \(transaction.now)
                """)
    }

    // MARK: A portion

    private struct Portion {
        var dossiers: [Data] = []
        var subjects: [SuspicionSubject] = []
        /// Rows of the pass that it takes in.
        var rows = 0
        var value: Int64?
        var dossier: Data?
        var isLast = true
    }

    private func search(_ state: State) throws -> Step {
        let portion = try archive.read { try next(state, $0) }
        let search = SuspicionSearch(portion.subjects)
        let found = search.suspicions().map { suspicion in
            let isInOrder = portion.dossiers[suspicion.one].lexicographicallyPrecedes(portion.dossiers[suspicion.other])
            let (one, other) = isInOrder ? (suspicion.one, suspicion.other) : (suspicion.other, suspicion.one)
            let reasons = search.reasons(one, other).map {
                SuspicionQueue.Reason(field: $0.field.rawValue, level: $0.level, text: $0.text, bits: SuspicionQueue.rounded($0.bits))
            }
            return Found(
                one: portion.dossiers[one], other: portion.dossiers[other], score: SuspicionQueue.rounded(suspicion.score), reasons: reasons)
        }
        return try archive.write { try keep(found, portion, state, in: $0) }
    }

    private struct Found {
        let one, other: Data
        let score: Double
        let reasons: [SuspicionQueue.Reason]
    }

    /// What comes next in the pass, cut where the value changes if it can be.
    private func next(_ state: State, _ reading: Reading) throws -> Portion {
        let rows = try Row.fetchCursor(
            reading.database, sql: """
                SELECT p.value, p.dossier, s.content FROM suspicion_place p JOIN suspicion_subject s ON s.dossier = p.dossier
                WHERE p.pass = ?1 AND (?2 IS NULL OR (p.value, p.dossier) > (?2, ?3)) ORDER BY p.value, p.dossier LIMIT ?4
                """, arguments: [state.pass, state.value, state.dossier, portion + 1])
        var taken: [(value: Int64, dossier: Data, content: String)] = []
        while let row = try rows.next() { taken.append((row["value"], row["dossier"], row["content"])) }
        var portion = Portion()
        if taken.count > self.portion, let next = taken.last {
            portion.isLast = false
            let cut = taken.firstIndex { $0.value == next.value } ?? 0
            taken.removeSubrange((cut > 0 ? cut : self.portion)...)
        }
        (portion.rows, portion.value, portion.dossier) = (taken.count, taken.last?.value, taken.last?.dossier)
        var known: Set<Data> = []
        for row in taken where known.insert(row.dossier).inserted {
            guard let subject = SuspicionSubject(content: row.content) else { continue }
            portion.dossiers.append(row.dossier)
            portion.subjects.append(subject)
        }
        return portion
    }

    private func keep(_ found: [Found], _ portion: Portion, _ state: State, in transaction: Transaction) throws -> Step {
        let db = transaction.database
        let shelf = DossierShelf(transaction.reading)
        for pair in found {
            guard let one = try DossierID(pair.one).flatMap({ try shelf.dossier($0) }), let other = DossierID(pair.other),
                  one.ruling(with: other)?.finding != .different else { continue }
            try db.cachedStatement(sql: """
                INSERT INTO suspicion (one, other, score, reasons, run) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET score = excluded.score, reasons = excluded.reasons, run = excluded.run
                WHERE run < excluded.run OR score < excluded.score
                """).execute(arguments: [
                    pair.one, pair.other, pair.score, String(decoding: try JSONEncoder().encode(pair.reasons), as: UTF8.self), state.number,
                ])
        }
        let isWhole = portion.isLast && state.pass == 0 && state.done == 0
        if portion.isLast, isWhole || state.pass == SuspicionPass.allCases.count - 1 {
            try db.execute(literal: "DELETE FROM suspicion WHERE run < \(state.number)")
            try db.execute(
                literal: "UPDATE suspicion_run SET active = 0, done = total, value = NULL, dossier = NULL, finished_at = \(transaction.now)")
            return .finished
        }
        try db.execute(
            literal: """
                UPDATE suspicion_run SET done = \(state.done + portion.rows), pass = \(portion.isLast ? state.pass + 1 : state.pass),
                  value = \(portion.isLast ? nil : portion.value), dossier = \(portion.isLast ? nil : portion.dossier)
                """)
        return .searched(portion.rows)
    }
}
