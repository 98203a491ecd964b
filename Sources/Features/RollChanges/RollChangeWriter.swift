import Protocol
import Rules
import Store

/// Applies for a roll change at the school, or mends what is prepared.
struct RollChangeWriter {
    let actor: Actor
    let transaction: Transaction

    /// - Returns: what the school should know beside, in Chinese: a death that is reported late.
    func prepare(_ id: DossierID, _ draft: RollChangeDraft) throws -> [String] {
        guard let dossier = try transaction.dossier(id), dossier.home == actor.unit else { throw StepRefusals.unknown(id) }
        try RollStandings.check(.prepareRollChange, dossier)
        if let open = dossier.openCase, !open.stand.isRollChange { throw StepRefusals.notNow(.prepareRollChange, dossier) }
        if dossier.stand == .enrolled, !dossier.problems.isEmpty { throw StepRefusals.problem(dossier.problems) }
        guard (draft.reason ?? "").count <= RollChangeDraft.reasonLength else {
            throw Refusal("reason", question: "M-SU", "说明不能超过 \(RollChangeDraft.reasonLength) 字。", remedy: "请缩短后重试。", kind: .usage)
        }
        let guards = RollChangeGuards(reading: transaction.reading, today: transaction.surroundings.today)
        // Where the pupil stands otherwise, the table's own words say more than a list of fields.
        if dossier.stand != .enrolled, dossier.openCase == nil { throw StepRefusals.notNow(.prepareRollChange, dossier) }
        let (change, faults) = draft.read(try guards.facts(dossier))
        if let fault = faults.first {
            throw Refusal(
                fault.code, question: RollChangeKind(rawValue: draft.kind)?.rule.question ?? "M-SU", fault.message, remedy: fault.remedy,
                kind: fault.field == .kind ? .rule : .usage)
        }
        guard let change else { return [] }
        let facts = try DossierShelf(transaction.reading).facts(id)
        let opening = CaseOpening(
            evidence: try evidence(dossier), fields: change.classCode.isEmpty ? [] : [.classCode],
            supplement: max(facts.supplements.map(\.number).max() ?? 0, dossier.handOver?.archive?.supplement ?? 0), change: change)
        try StepWriter(actor: actor, transaction: transaction).take(.prepareRollChange, in: id, .init(reason: draft.reason, opening: opening))
        return try notices(change, dossier, guards)
    }

    private func notices(_ change: RollChange, _ dossier: Dossier, _ guards: RollChangeGuards) throws -> [String] {
        guard change.kind == .death, let day = try guards.reportingDay(change.date, for: dossier.home), day < guards.today else { return [] }
        return ["死亡应在 \(day) 以前登记，现在已超过期限，请尽快报主管教育行政部门。"]
    }

    /// The certificates of this case: what earlier cases rested on proves nothing new.
    private func evidence(_ dossier: Dossier) throws -> [Digest] {
        let used = Set(dossier.chain.dropLast(Self.length(ofCase: dossier)).flatMap { $0.opening?.evidence ?? [] })
        return try CaseWriter.evidence(dossier, transaction).filter { !used.contains($0) }
    }

    /// How many steps at the end of the chain are of the open roll change.
    private static func length(ofCase dossier: Dossier) -> Int {
        guard dossier.openCase?.stand.isRollChange ?? false else { return 0 }
        return dossier.chain.reversed().prefix { [.prepareRollChange, .submitCase, .recallCase, .sendBackCase].contains($0.kind) }.count
    }
}
