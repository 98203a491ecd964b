import Protocol
import Rules
import Store

/// Opens the cases of a problem record at the school (Q61–Q63): evidence, change, deletion.
struct CaseWriter {
    let actor: Actor
    let transaction: Transaction

    /// 佐证: the record is right, and a file shows it.
    func prepareEvidence(_ id: DossierID, reason: String) throws {
        let dossier = try ownDossier(id)
        try take(.prepareEvidence, dossier, CaseOpening(parties: parties(dossier), evidence: evidence(dossier)), reason)
    }

    /// 变更: a wrong datum is mended, and a file shows what is right.
    /// - Parameter changes: column titles to texts as in the workbook; key data alone.
    func prepareChange(_ id: DossierID, _ changes: [String: String], reason: String) throws {
        let dossier = try ownDossier(id)
        let proposal = try proposal(changes, dossier)
        try take(
            .prepareChange, dossier,
            CaseOpening(parties: parties(dossier), proposal: proposal, evidence: evidence(dossier)), reason)
    }

    /// 删除: the node of the group's lowest common authority grants it by itself.
    func requestDeletion(_ id: DossierID, reason: String) throws {
        let dossier = try ownDossier(id)
        try take(.requestProblemDeletion, dossier, CaseOpening(parties: parties(dossier)), reason)
    }

    private func take(_ kind: StepKind, _ dossier: Dossier, _ opening: CaseOpening, _ reason: String) throws {
        try StepWriter(actor: actor, transaction: transaction).take(kind, in: dossier.id, .init(reason: reason, opening: opening))
    }

    private func ownDossier(_ id: DossierID) throws -> Dossier {
        guard let dossier = try transaction.dossier(id), dossier.home == actor.unit else { throw StepRefusals.unknown(id) }
        return dossier
    }

    /// The others of the group as the verdicts name them, with the homes' records as they stand here.
    private func parties(_ dossier: Dossier) -> [CaseParty] {
        dossier.openPeers.compactMap { peer in
            transaction.directory.unit(peer.school).map { CaseParty(dossier: peer.dossier, home: peer.school, topology: $0.version) }
        }
    }

    private func evidence(_ dossier: Dossier) throws -> [Digest] { try Self.evidence(dossier, transaction) }

    /// All files of evidence that stand with the dossier (Q62).
    static func evidence(_ dossier: Dossier, _ transaction: Transaction) throws -> [Digest] {
        let register = BlobRegister(transaction)
        return try register.attachments(of: dossier.id, by: dossier.home).filter { attachment in
            try attachment.purpose == AttachmentPurpose.evidence.rawValue && register.withdrawal(of: attachment) == nil
        }.map(\.hash)
    }

    /// Key data alone.
    private func proposal(_ changes: [String: String], _ dossier: Dossier) throws -> StudentRecord {
        let proposal = try RecordProposal(
            changes, of: dossier, question: "Q63", remedy: "请填写更正后的姓名、性别、出生日期或身份证件。", in: transaction)
        if let other = proposal.fields.first(where: { !StudentField.key.contains($0) }) {
            throw Refusal(
                "case.field", question: "Q72", "“\(other.label)”与查重无关，不在问题学籍处理中变更。",
                remedy: "问题学籍只更正" + StudentField.key.map { "“\($0.label)”" }.joined(separator: "、") + "；其他指标请在修改学籍信息或关键数据变更中办理。")
        }
        return proposal.record
    }
}
