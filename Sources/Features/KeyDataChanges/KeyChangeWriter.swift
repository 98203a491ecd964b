import Protocol
import Rules
import Store

/// Applies for a change of key data at the school (Q70–Q73), or mends what is prepared.
struct KeyChangeWriter {
    let actor: Actor
    let transaction: Transaction

    /// - Parameter changes: column titles to texts as in the workbook; controlled fields alone.
    func prepare(_ id: DossierID, _ changes: [String: String], reason: String) throws {
        guard let dossier = try transaction.dossier(id), dossier.home == actor.unit else { throw StepRefusals.unknown(id) }
        try ControlledFields(for: dossier.home, transaction.reading).mustBeSet(transaction.directory)
        let opening = try opening(changes, dossier)
        try StepWriter(actor: actor, transaction: transaction).take(.prepareKeyChange, in: id, .init(reason: reason, opening: opening))
    }

    private func opening(_ changes: [String: String], _ dossier: Dossier) throws -> CaseOpening {
        let judgement = try RecordJudgement.judge(dossier, changes, today: transaction.surroundings.today, transaction.reading)
        if let error = judgement.findings.first(where: { $0.severity == .error }) {
            throw Refusal(error.rule, question: error.question, error.message, remedy: error.remedy)
        }
        let fields = judgement.record.differences(from: dossier.record)
        guard !fields.isEmpty else {
            throw Refusal("case.unchanged", question: "Q73", "没有要变更的内容。", remedy: "请填写变更后的内容。", kind: .usage)
        }
        var proposal = dossier.recordOfChain
        for field in fields { proposal[field] = judgement.record[field] }
        let facts = try DossierShelf(transaction.reading).facts(dossier.id)
        return CaseOpening(
            proposal: proposal, evidence: try CaseWriter.evidence(dossier, transaction), fields: fields,
            supplement: max(facts.supplements.map(\.number).max() ?? 0, dossier.handOver?.archive?.supplement ?? 0))
    }
}
