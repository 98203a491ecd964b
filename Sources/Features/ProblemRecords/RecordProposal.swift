import Rules
import Store

/// A version of a pupil's record that a school proposes: the record of the chain with other texts, good by every rule. What
/// supplements say goes on lying over it.
struct RecordProposal {
    let record: StudentRecord
    /// Where it differs from the record in force; never empty.
    let fields: [StudentField]

    /// - Parameters:
    ///   - changes: column titles to texts as in the workbook.
    ///   - remedy: what to fill in where nothing was changed, in Chinese.
    /// - Throws: `Refusal` by the first rule that finds an error, or when nothing is changed.
    init(
        _ changes: [String: String], of dossier: Dossier, question: String, remedy: String, in transaction: Transaction
    ) throws {
        let judgement = try RecordJudgement.judge(dossier, changes, today: transaction.surroundings.today, transaction.reading)
        if let error = judgement.findings.first(where: { $0.severity == .error }) {
            throw Refusal(error.rule, question: error.question, error.message, remedy: error.remedy)
        }
        fields = judgement.record.differences(from: dossier.record)
        guard !fields.isEmpty else {
            throw Refusal("case.unchanged", question: question, "没有要变更的内容。", remedy: remedy, kind: .usage)
        }
        var proposed = dossier.recordOfChain
        for field in fields { proposed[field] = judgement.record[field] }
        record = proposed
    }
}
