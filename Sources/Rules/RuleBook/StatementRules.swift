/// Statements about papers: at import they may still be missing, before submission they must not be (Q7, Q22, Q40).
enum StatementRules {
    private static let fields: [StudentField] = [.noIDProof, .otherDocumentProof, .guardianConfirmation]

    /// At import and entry: told, never blocking.
    static let checks: [Check] = fields.map { .rule(form($0)) } + [.rule(confirmation), .rule(noIDPending), .rule(otherPending)]

    /// At submission (上报).
    static let submission: [Rule] = [noIDBeforeSubmission, otherBeforeSubmission]

    private static func form(_ field: StudentField) -> Rule {
        Rule(
            "M-IMP-statement-\(field)", field, .error, "“{label}”的登记不完整：“{value}”",
            remedy: "请登记材料名称、日期（不晚于今天）和存放处", failing: RuleExample([field: "确认表||"]),
            fails: { subject in
                guard let text = subject[field] else { return nil }
                guard let statement = PaperStatement(text), statement.date <= subject.facts.today else { return RuleFailure() }
                return nil
            }
        )
    }

    private static let confirmation = Rule(
        "Q7-guardian-confirmation", .guardianConfirmation, .warning, "未登记家长签字确认",
        remedy: "请保留家长签字的纸质信息表，并登记日期和存放处；不影响导入，列入数据质量报告",
        failing: RuleExample([.guardianConfirmation: ""]),
        fails: { $0[.guardianConfirmation] == nil ? RuleFailure() : nil }
    )

    private static let noIDPending = Rule(
        "Q22-proof-pending", .noIDProof, .notice, "学生无身份证件，尚未登记“无身份证在校就读证明”",
        remedy: "上报前须登记证明（学生和家长签字、学校盖章、报主管部门备案）",
        passing: RuleExample(withoutPapers.merging([.noIDProof: proof]) { $1 }), failing: RuleExample(withoutPapers),
        fails: { lacksNoIDProof($0) ? RuleFailure() : nil }
    )

    private static let otherPending = Rule(
        "Q40-proof-pending", .otherDocumentProof, .notice, "{detail}使用居民身份证以外的证件，尚未登记证件材料",
        remedy: "上报前须登记证件复印件（本人或家长签字、学校盖章、报主管部门备案）",
        passing: RuleExample(passport.merging([.otherDocumentProof: proof]) { $1 }), failing: RuleExample(passport),
        fails: { otherPapers(of: $0).map { RuleFailure($0) } }
    )

    private static let noIDBeforeSubmission = Rule(
        "Q22-proof-before-submission", .noIDProof, .error, "未登记“无身份证在校就读证明”，不能上报",
        remedy: "请登记证明的名称、日期和存放处（学生和家长签字、学校盖章、报主管部门备案）后再上报",
        passing: RuleExample(withoutPapers.merging([.noIDProof: proof]) { $1 }), failing: RuleExample(withoutPapers),
        fails: { lacksNoIDProof($0) ? RuleFailure() : nil }
    )

    private static let otherBeforeSubmission = Rule(
        "Q40-proof-before-submission", .otherDocumentProof, .error, "{detail}使用居民身份证以外的证件，未登记证件材料，不能上报",
        remedy: "请登记证件复印件的名称、日期和存放处（本人或家长签字、学校盖章、报主管部门备案）后再上报",
        passing: RuleExample(passport.merging([.otherDocumentProof: proof]) { $1 }), failing: RuleExample(passport),
        fails: { otherPapers(of: $0).map { RuleFailure($0) } }
    )

    // MARK: - Who needs which paper

    private static func lacksNoIDProof(_ subject: Subject) -> Bool { subject[.idType] == "Z" && subject[.noIDProof] == nil }

    /// Who stands under another document, in Chinese; nil when nobody does or the papers are on record. A guardian with
    /// type 其他 and no number, beside a pupil with a number, showed no document at all (Q39).
    private static func otherPapers(of subject: Subject) -> String? {
        guard subject[.otherDocumentProof] == nil else { return nil }
        if let type = subject[.idType], type != "1", type != "Z", CodeTable.studentIDType.accepts(type) { return "学生" }
        for guardian in Guardian.both {
            guard let type = subject[guardian.idType], type != "1", subject[guardian.idNumber] != nil,
                  CodeTable.guardianIDType.accepts(type) else { continue }
            return "成员\(guardian.number)"
        }
        return nil
    }

    private static let proof = "证件复印件|20150905|学校档案室"
    private static let withoutPapers: [StudentField: String] = [.idType: "其他", .idNumber: ""]
    private static let passport: [StudentField: String] = [.guardian2IDType: "护照", .guardian2IDNumber: "E12345678"]
}
