import Protocol
import Rules
import Store

/// Changes to a record that is at its school, judged by the same rules as the import (Q72: key data needs the pen).
struct RecordEditing {
    let actor: Actor
    let transaction: Transaction

    /// Mends a record by column titles and texts as in the workbook. Before submission a new version of the record is a
    /// step; afterwards key data is refused here and other items become a supplement.
    func amend(_ id: DossierID, _ changes: [String: String]) throws {
        let dossier = try ownDossier(id)
        let judgement = try RecordJudgement.judge(
            dossier, changes, today: transaction.surroundings.today, transaction.reading)
        if let error = judgement.findings.first(where: { $0.severity == .error }) {
            throw Refusal(error.rule, question: error.question, error.message, remedy: error.remedy)
        }
        let record = judgement.record
        let changed = record.differences(from: dossier.record)
        guard !changed.isEmpty else { return }
        if dossier.stand == .entered || dossier.stand == .returned {
            try StepWriter(actor: actor, transaction: transaction).take(.amend, in: id, .init(record: record))
            try carryOn(dossier, record)
        } else {
            try supplement(dossier, record, changed)
        }
    }

    func classCode(of id: DossierID) throws -> String { try ownDossier(id).record.classCode }

    /// 学生调班 (M-CLS): another class of the same cohort. Not key data, so no pen is needed (daily business). Who came by a hand-over
    /// stands in no class yet (待分班); the cohort is that of the class at the former school (Q112).
    /// - Returns: false when the pupil is there already.
    func place(_ id: DossierID, in classCode: String) throws -> Bool {
        let dossier = try ownDossier(id)
        guard dossier.record.classCode != classCode else { return false }
        try RollStandings.checkPlacing(dossier)
        let former = dossier.chain.last { $0.record != nil }?.record?.classCode ?? ""
        let from = dossier.record.classCode.isEmpty ? former : dossier.record.classCode
        // After a transfer the receiving side has said which grade it is (Q79).
        let set = dossier.record.classCode.isEmpty ? dossier.handOver?.record?[.grade].flatMap { TransferGrade.parts($0) == nil ? nil : $0 } : nil
        guard let cohort = set ?? ClassCode(from)?.cohort, cohort == ClassCode(classCode)?.cohort else {
            throw Refusal(
                "place.cohort", question: "Q15", "“\(dossier.record.name)”是 \((set ?? from).prefix(5)) 年级的学生，不能调入班级 \(classCode)。",
                remedy: "调班只在同一学段、同一入学年份的班级之间办理；跳级、留级请办理学籍异动。")
        }
        var record = dossier.record
        record[.classCode] = classCode
        try append(dossier, record)
        return true
    }

    /// Records where a paper that was seen lies (Q7, Q22, Q40); no pen needed.
    func state(_ id: DossierID, _ statement: RegistrationOperations.Statement) throws {
        let dossier = try ownDossier(id)
        let fields: [String: StudentField] = [
            "noIDProof": .noIDProof, "otherDocumentProof": .otherDocumentProof,
            "guardianConfirmation": .guardianConfirmation,
        ]
        guard let field = fields[statement.about] else {
            throw Refusal(
                "statement.about", question: "Q22", "没有“\(statement.about)”这种证明。",
                remedy: "可选：" + fields.keys.sorted().joined(separator: "、"), kind: .usage)
        }
        guard let date = CalendarDate(compact: statement.date.filter { $0 != "-" }), date <= transaction.surroundings.today,
              let paper = PaperStatement(kind: statement.kind, date: date, place: statement.place) else {
            throw Refusal(
                "statement", question: "Q22", "证明材料应写明种类、日期和存放处，日期不能晚于今天。", remedy: "例如：无身份证在校就读证明，20260901，学校档案室。",
                kind: .usage)
        }
        var record = dossier.record
        record[field] = paper.description
        try supplement(dossier, record, [field])
    }

    private func ownDossier(_ id: DossierID) throws -> Dossier {
        guard let dossier = try transaction.dossier(id), dossier.home == actor.unit else { throw StepRefusals.unknown(id) }
        if let school = transaction.directory.unit(dossier.home), school.isClosed {
            throw try StepRefusals.closed(school, transaction.reading)
        }
        guard dossier.stand != .deleted else { throw StepRefusals.notHolder(dossier, .amend, transaction.directory) }
        try RollStandings.checkEditing(dossier)
        return dossier
    }

    /// All changes against the chain's record so far, with the next number.
    private func supplement(_ dossier: Dossier, _ record: StudentRecord, _ changed: [StudentField]) throws {
        let controlled = try PolicyShelf(transaction.reading).value("fields.controlled", for: dossier.home)
            .split(separator: ",").compactMap { StudentField.named(String($0)) }
        // Who came by a hand-over is placed in a class of the new school first (待分班).
        let isPlacement = dossier.handOver != nil && dossier.recordOfChain.classCode.isEmpty
        let fixed = changed.filter { StudentField.key.contains($0) || $0 == .classCode && !isPlacement || controlled.contains($0) }
        if let key = fixed.first {
            throw Refusal(
                "field.key", question: "Q72", "“\(key.label)”是关键数据，上报以后不能直接修改。", remedy: "请在关键数据变更中申请。")
        }
        if let open = dossier.openCase, open.stand.isKeyChange, let said = try counting(dossier)?.changes,
           open.opening.fields.contains(where: { said[$0] != nil }) {
            throw Refusal(
                "case.open", question: "Q72", "该生正在办理关键数据变更，所涉指标以前作过补充，现在不能修改。", remedy: "请在变更办结或撤回后再修改。")
        }
        try append(dossier, record)
    }

    /// A new version of the record brings its own values of what a supplement has said before: without another
    /// supplement the older texts would lie over it.
    private func carryOn(_ dossier: Dossier, _ record: StudentRecord) throws {
        guard let said = try counting(dossier)?.changes, said.contains(where: { (record[$0.key] ?? "") != $0.value }) else { return }
        try append(dossier, said.reduce(into: [:]) { $0[$1.key] = record[$1.key] ?? "" })
    }

    private func counting(_ dossier: Dossier) throws -> Supplement? {
        try DossierShelf(transaction.reading).facts(dossier.id).supplements.filter { $0.by == dossier.home }.max { $0.number < $1.number }
    }

    private func append(_ dossier: Dossier, _ record: StudentRecord) throws {
        let base = dossier.recordOfChain
        var changes: [StudentField: String] = [:]
        for field in record.differences(from: base) { changes[field] = record[field] ?? "" }
        try append(dossier, changes)
    }

    private func append(_ dossier: Dossier, _ changes: [StudentField: String]) throws {
        let facts = try DossierShelf(transaction.reading).facts(dossier.id)
        let number = max(facts.supplements.map(\.number).max() ?? 0, dossier.handOver?.archive?.supplement ?? 0) + 1
        let supplement = Supplement(dossier: dossier.id, by: actor.unit, number: number, changes: changes)
        try transaction.append(.supplement, Payload.encode(supplement), as: actor.unit, to: .up)
    }
}
