import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// Takes one judged row in, unless the school has it already.
struct RowEntry {
    enum Result {
        case entered(DossierID)
        /// Nothing changed; the finding tells what differs, where something does.
        case already(Finding?)
        case refused(Refusal)
    }

    let job: ImportShelf.Job
    let transaction: Transaction

    func enter(_ record: StudentRecord) throws -> Result {
        let digest = contentDigest(record)
        if let earlier = try matchEarlier(digest) { return earlier }
        if let present = try samePupil(as: record) { return .already(difference(of: record, from: present)) }
        do {
            let id = try StepWriter(actor: job.actor, transaction: transaction).enter(record)
            try transaction.database.execute(
                literal: """
                    INSERT INTO import_row (school, digest, dossier, job)
                    VALUES (\(job.actor.unit.text), \(Data(digest.bytes)), \(Data(id.bytes)), \(job.id))
                    """)
            return .entered(id)
        } catch let refusal as Refusal {
            return .refused(refusal)
        }
    }

    private func contentDigest(_ record: StudentRecord) -> Digest {
        let lines = record.values.sorted { $0.key < $1.key }.map { "\($0.key.rawValue)=\($0.value)\n" }
        return Hashing.sha256(Array(lines.joined().utf8))
    }

    /// Each earlier entry of this very content answers for one row; a deleted one answers for none. What a cut-short run of
    /// this job entered is the job's own.
    private func matchEarlier(_ digest: Digest) throws -> Result? {
        let earlier = try Row.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT r.dossier, r.job FROM import_row r JOIN dossier d ON d.id = r.dossier
                WHERE r.school = ? AND r.digest = ? AND d.state <> 'deleted' AND r.job <> ? ORDER BY r.dossier
                """), arguments: [job.actor.unit.text, Data(digest.bytes), job.id])
        for row in earlier where try claim(row["dossier"]) {
            guard row["job"] == ImportShelf.earlier(job.id), let id = DossierID(row["dossier"] as Data) else { return .already(nil) }
            return .entered(id)
        }
        return nil
    }

    /// A dossier answers for one row of a job only.
    private func claim(_ dossier: Data) throws -> Bool {
        try transaction.database.cachedStatement(sql: """
            INSERT OR IGNORE INTO import_claim (job, dossier) VALUES (?, ?)
            """).execute(arguments: [job.id, dossier])
        return transaction.database.changesCount == 1
    }

    /// A live dossier of this school with the same name and resident ID number, from before this job: the same pupil.
    private func samePupil(as record: StudentRecord) throws -> Dossier? {
        let key = KeyFields(record)
        guard key.hasResidentID else { return nil }
        let ids = try Data.fetchAll(
            transaction.database.cachedStatement(sql: """
                SELECT id FROM dossier WHERE id_number = ? AND home = ? AND name_key = ? AND state <> 'deleted'
                  AND NOT EXISTS (SELECT 1 FROM import_row r WHERE r.dossier = id AND r.job = ?)
                """), arguments: [key.idNumber, job.actor.unit.text, key.name, job.id])
        for id in ids where try claim(id) {
            return try DossierID(id).flatMap { try transaction.dossier($0) }
        }
        return nil
    }

    private func difference(of record: StudentRecord, from present: Dossier) -> Finding? {
        let fields = record.differences(from: present.record)
        guard !fields.isEmpty else { return nil }
        let names = fields.map(\.label).joined(separator: "、")
        return Finding(
            rule: "Q50-already", question: "Q50", severity: .notice, field: fields.first,
            message: "该生已在本校，未改动；与本行不同的指标：\(names)。", remedy: "需要修改时请在学籍数据维护中办理。")
    }
}
