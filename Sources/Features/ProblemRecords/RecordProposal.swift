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
        let judged = judgement.record
        fields = judged.differences(from: dossier.record)
        guard !fields.isEmpty else {
            throw Refusal("case.unchanged", question: question, "没有要变更的内容。", remedy: remedy, kind: .usage)
        }
        var proposed = dossier.recordOfChain
        for field in fields { proposed[field] = judged[field] }
        record = proposed
        guard fields.contains(.idNumber) || fields.contains(.idType), KeyFields(judged).hasInvalidResidentID else { return }
        throw Refusal(
            "case.idNumber", question: "Q61", "变更后的身份证件号格式或校验码不对。", remedy: "请对照户口簿或居民身份证核对后重新填写。", kind: .usage)
    }
}

/// What the check says of a proposed version before anyone decides (Q63, Q71).
enum ProposalCheck: String, Encodable, Sendable {
    /// No verdict of the tier that the province's policy names has come.
    case pending
    case clean, problem

    init(of dossier: Dossier, _ reading: Reading) throws {
        let tier = try DossierShelf(reading).sufficientTier(for: dossier.home)
        let isChecked = dossier.proposalVerdicts.contains { $0.tier >= tier }
        self = isChecked ? (dossier.isProposalClean(atLeast: tier) ? .clean : .problem) : .pending
    }

    /// 待查重 / 查重通过 / 与他人重复.
    var label: String {
        switch self {
        case .pending: "待查重"
        case .clean: "查重通过"
        case .problem: "与他人重复"
        }
    }

    /// The colour of its tag.
    var tone: String {
        switch self {
        case .pending: "warn"
        case .clean: "good"
        case .problem: "bad"
        }
    }
}
