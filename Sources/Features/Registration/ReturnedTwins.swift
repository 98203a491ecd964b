import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 恢复期间的重复录入: while a school waits for its old records it may take in new pupils, and a clerk who misses last week's
/// pupils sends last week's workbook again. When the old records are back, what was taken in for the second time is withdrawn by
/// the school's own pen, by the rule that an import has for who is there already (Q50): the earlier record stays as it was.
public struct ReturnedTwins: Office {
    static let office = "returnedTwins"
    /// Dossiers of one transaction.
    static let batch = 200

    public let migrations: [(name: String, sql: String)] = []

    public init() {}

    /// Errands are the dossiers that were opened while old ones were still to come.
    public func noticed(_ dossier: Dossier, in transaction: Transaction) throws {
        guard Self.isUntouched(dossier), try transaction.hosts(dossier.home), try isWaiting(dossier.home, transaction.reading),
              let step = dossier.head, try isOfThisLife(step, of: dossier.home, in: transaction) else { return }
        try transaction.errand(Self.office, dossier.id.bytes)
    }

    public func work(in transaction: Transaction) throws -> Bool {
        let due = try transaction.errands(of: Self.office, limit: Self.batch)
        guard !due.isEmpty, transaction.isProvenFresh else { return false }
        var done = 0
        for subject in due {
            if let id = DossierID(subject), let dossier = try transaction.dossier(id) {
                guard try !isWaiting(dossier.home, transaction.reading) else { continue }
                try withdrawTwin(dossier, in: transaction)
            }
            try transaction.endErrand(of: Self.office, subject)
            done += 1
        }
        return done == Self.batch
    }

    /// Nothing but taken in: nobody has done anything with it yet.
    private static func isUntouched(_ dossier: Dossier) -> Bool {
        dossier.stand == .entered && dossier.chain.count == 1 && dossier.holder == dossier.home
    }

    /// Whether old records of the unit may still come: after a restore or a rollback, and after a lost disk.
    private func isWaiting(_ unit: UnitCode, _ reading: Reading) throws -> Bool {
        try reading.isRefilling() || reading.isRecovering(unit) || reading.hasUnapplied(of: unit)
    }

    private func isOfThisLife(_ step: Digest, of unit: UnitCode, in transaction: Transaction) throws -> Bool {
        try Bool.fetchOne(
            transaction.database.cachedStatement(sql: """
                SELECT EXISTS (SELECT 1 FROM step p JOIN stream s ON s.id = p.stream WHERE p.hash = ? AND s.unit = ? AND s.incarnation = ?)
                """),
            arguments: [Data(step.bytes), unit.text, Data(transaction.incarnation(of: unit).bytes)]) ?? false
    }

    /// Of several that are alike as many stay as there were.
    private func withdrawTwin(_ dossier: Dossier, in transaction: Transaction) throws {
        guard Self.isUntouched(dossier) else { return }
        var earlier: [Dossier] = []
        var again = 0
        for other in try alike(dossier, in: transaction) {
            let isNew = try other.chain.first.map { try isOfThisLife($0.hash, of: dossier.home, in: transaction) } ?? false
            if isNew { again += 1 } else { earlier.append(other) }
        }
        guard let first = earlier.first, earlier.count >= again else { return }
        let fields = dossier.record.differences(from: first.record)
        let differing = fields.isEmpty ? "" : "；与原记录不同的指标：\(fields.map(\.label).joined(separator: "、"))，需要时请在学籍数据维护中办理"
        try StepWriter(actor: .localOperator(of: dossier.home), transaction: transaction).takeBySystem(
            .delete, in: dossier, reason: "恢复期间再次录入，本校原有记录已取回，自动撤下重复的一份\(differing)。")
    }

    /// Live dossiers of the school that an import takes for this pupil: name and resident ID number, without one the whole row.
    private func alike(_ dossier: Dossier, in transaction: Transaction) throws -> [Dossier] {
        let key = KeyFields(dossier.record)
        let ids = try Data.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT id FROM dossier WHERE name_key = ? AND home = ? AND id_number = ? AND state <> 'deleted' ORDER BY id
                """), arguments: [key.name, dossier.home.text, key.idNumber])
        return try ids.compactMap { try DossierID($0).flatMap { try transaction.dossier($0) } }
            .filter { key.hasResidentID || $0.chain.first?.record == dossier.chain.first?.record }
    }
}
