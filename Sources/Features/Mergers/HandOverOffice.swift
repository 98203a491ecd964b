import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 调档: the authority that has closed a school hands every dossier over that is at rest with it, also those that arrive late or
/// whose case ends later. A batch is one transaction; its errands are as durable as what they wait for.
public struct HandOverOffice: Office {
    static let office = "handOver"
    /// Dossiers of one transaction.
    static let batch = 100

    public let migrations: [(name: String, sql: String)] = []

    public init() {}

    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard dossier.holder == dossier.home, transaction.directory.unit(dossier.home)?.isClosed ?? false,
              let writer = try transaction.reading.merger(of: dossier.home)?.writer, try transaction.hosts(writer) else { return }
        try transaction.errand(Self.office, dossier.id.bytes)
    }

    public func work(in transaction: Transaction) throws -> Bool {
        let homes = try String.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT DISTINCT d.home FROM errand e JOIN dossier d ON d.id = e.subject WHERE e.office = ? ORDER BY d.home
                """), arguments: [Self.office])
        // From a store that may have gone back, a hand-over could be written for the second time.
        guard !homes.isEmpty, transaction.isProvenFresh else { return false }
        var left = Self.batch
        for home in homes where left > 0 { left -= try clear(UnitCode(home), limit: left, in: transaction) }
        return left == 0
    }

    /// - Returns: how many errands were done.
    private func clear(_ home: UnitCode, limit: Int, in transaction: Transaction) throws -> Int {
        let known = try transaction.reading.merger(of: home)
        if let writer = known?.writer, try waits(for: home, below: writer, transaction) { return 0 }
        let due = try Data.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT e.subject FROM errand e JOIN dossier d ON d.id = e.subject WHERE e.office = ? AND d.home = ?
                ORDER BY e.at, e.subject LIMIT ?
                """), arguments: [Self.office, home.text, limit])
        for subject in due {
            if let (merger, writer) = known, let id = DossierID(subject), let dossier = try transaction.dossier(id) {
                try handOver(dossier, by: merger, writer, in: transaction)
            }
            try complete(subject, in: transaction)
            try transaction.endErrand(of: Self.office, subject)
        }
        return due.count
    }

    /// What is not at rest with the closed school stays: it is noticed again when its case ends. A case that the school has only
    /// prepared is not gone on with: the dossier goes as it stood before.
    private func handOver(_ dossier: Dossier, by merger: UnitMerger, _ writer: UnitCode, in transaction: Transaction) throws {
        let stand = dossier.openCase?.rest ?? dossier.stand
        guard dossier.home == merger.source, dossier.holder == dossier.home,
              Workflow.registrationWithHandOver.row(.handOver, from: stand) != nil else { return }
        try HandOverWriter(
            source: merger.source, target: merger.target, targetVersion: merger.targetVersion, writer: writer, transaction: transaction
        ).write(dossier, standing: stand, record: dossier.record)
    }

    /// A hand-over that reached one of its two schools before this node's disk went back, and came back from there, goes to the other
    /// one again: the same act.
    private func complete(_ dossier: Data, in transaction: Transaction) throws {
        let rows = try Row.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT s.act, s.payload, min(c.school) AS school FROM step s JOIN hand_over_copy c ON c.hash = s.hash
                WHERE s.dossier = ? GROUP BY s.hash HAVING count(*) = 1 ORDER BY s.hash
                """), arguments: [dossier])
        for row in rows {
            let (act, payload, present): (Data, Data, String) = (row["act"], row["payload"], row["school"])
            guard let step = Payload.step([UInt8](payload)), let archive = step.archive, let target = step.nextHolder,
                  try transaction.hosts(step.by) else { continue }
            for school in [archive.from, target] where school.text != present {
                try transaction.append(.handOver, [UInt8](payload), as: step.by, to: .unit(school), act: ActID(act))
                try HandOverWriter.sendRecord(of: UnitCode(present), to: school, as: step.by, in: transaction)
            }
        }
    }

    /// Whether something from the school's former path is stored here and not applied: units above may have acted on it already,
    /// and a hand-over would come before it.
    private func waits(for home: UnitCode, below writer: UnitCode, _ transaction: Transaction) throws -> Bool {
        let path = transaction.directory.path(of: home).prefix { $0 != writer }
        let units = path.map { "\"\($0.text)\"" }.joined(separator: ",")
        return try Bool.fetchOne(
            transaction.database.cachedStatement(sql: """
                SELECT EXISTS (SELECT 1 FROM unapplied u JOIN envelope e ON e.position = u.position JOIN stream s ON s.id = e.stream
                  WHERE s.unit IN (SELECT value FROM json_each(?)))
                """), arguments: ["[\(units)]"]) ?? false
    }
}
