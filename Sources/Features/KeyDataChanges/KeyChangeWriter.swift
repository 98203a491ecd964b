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
        let proposal = try RecordProposal(changes, of: dossier, question: "Q73", remedy: "请填写变更后的内容。", in: transaction)
        let facts = try DossierShelf(transaction.reading).facts(dossier.id)
        return CaseOpening(
            proposal: proposal.record, evidence: try CaseWriter.evidence(dossier, transaction), fields: proposal.fields,
            supplement: max(facts.supplements.map(\.number).max() ?? 0, dossier.handOver?.archive?.supplement ?? 0))
    }
}
