import Rules
import Store

/// The conditions that the writer's gate asks for; other nodes judge by pen, tier and table alone.
struct StepGuards {
    let transaction: Transaction
    let actor: Actor

    func check(_ guards: [Guard], _ dossier: Dossier, _ content: StepWriter.Content) throws {
        for condition in guards { try check(condition, dossier, content) }
    }

    private func check(_ condition: Guard, _ dossier: Dossier, _ content: StepWriter.Content) throws {
        let record = content.record ?? content.opening.map { $0.applied(to: dossier.record) }
        switch condition {
        case .cleanVerdict: try checkVerdict(dossier)
        case .noProblem:
            if !dossier.problems.isEmpty { throw StepRefusals.problem(dossier.problems) }
        case .proofs: try checkProofs(dossier)
        case .registrationOpen: try checkOpen(school: dossier.home, record ?? dossier.record, dossier: dossier.id)
        case .routeComplete: try checkRoute(dossier)
        case .noFormalNumber:
            if dossier.formalNumber != nil {
                throw Refusal("delete.formal", question: "Q60", "已有正式学籍号，不能删除。", remedy: "如确属错误，请通过问题学籍处理由主管部门裁定。")
            }
        case .recordValid: try checkRecord(record ?? dossier.record, school: dossier.home)
        case .problemKnown, .disputable, .inGroup, .evidence, .notOursAlone, .groupReached, .problemSettled, .ruledAgainst:
            try CaseGuards(directory: transaction.directory, unit: actor.unit).check(condition, dossier, content.opening)
        case .transferable, .notWithdrawn: try transferGuards.check(condition, dossier)
        case .requested, .overdue:
            if dossier.stand.isTransfer { return try transferGuards.check(condition, dossier) }
            try OverrideGuards(reading: transaction.reading, today: transaction.surroundings.today).check(condition, dossier)
        case .changeAllowed, .certificate, .deathRegistered:
            try RollChangeGuards(reading: transaction.reading, today: transaction.surroundings.today).check(condition, dossier, content.opening)
        case .fieldsControlled:
            let controlled = try ControlledFields(for: dossier.home, transaction.reading)
            try controlled.mustBeSet(transaction.directory)
            try controlled.mustHold(content.opening?.fields ?? [])
        case .proposalChecked: try checkProposal(dossier)
        case .proposalSettled:
            try checkProposal(dossier)
            let open = Set(dossier.proposalVerdicts.flatMap { dossier.openProblems(of: $0) }).sorted()
            if !open.isEmpty { throw StepRefusals.proposal(open) }
        case .proposalClean:
            try checkProposal(dossier)
            let open = Set(dossier.proposalVerdicts.flatMap { dossier.openProblems(of: $0) }).sorted()
            if !open.isEmpty { throw StepRefusals.proposal(open) }
            if !dossier.problems.isEmpty { throw StepRefusals.problem(dossier.problems) }
        }
    }

    private var transferGuards: TransferGuards { TransferGuards(reading: transaction.reading, today: transaction.surroundings.today) }

    private func checkVerdict(_ dossier: Dossier) throws {
        if !dossier.problems.isEmpty { throw StepRefusals.problem(dossier.problems) }
        let tier = try DossierShelf(transaction.reading).sufficientTier(for: dossier.home)
        guard dossier.isClean(atLeast: tier) else {
            let since = dossier.chain.last { $0.record != nil }?.at ?? transaction.now
            throw StepRefusals.unchecked(waitingFor: tier, since: CalendarDate(secondsSince1970: since))
        }
    }

    /// A verdict about the proposed version is there (Q71); what it says is another question.
    private func checkProposal(_ dossier: Dossier) throws {
        let tier = try DossierShelf(transaction.reading).sufficientTier(for: dossier.home)
        guard !dossier.proposalVerdicts.contains(where: { $0.tier >= tier }) else { return }
        let since = CalendarDate(secondsSince1970: dossier.openCase?.opened.at ?? transaction.now)
        throw Refusal(
            "unchecked", question: "Q71", "变更后的资料未查重，不能审核：正在等待\(tier.label)查重（自 \(since) 起）。", remedy: "查重完成后即可继续，无需重新填报。")
    }

    private func checkProofs(_ dossier: Dossier) throws {
        if dossier.handOver != nil, dossier.record.classCode.isEmpty {
            throw Refusal("class.awaited", question: "Q112", "该生由合并转来，待分班，不能上报。", remedy: "请先在修改学籍信息中填写本校的班号。")
        }
        let facts = try RegistrationFacts.facts(for: dossier.home, today: transaction.surroundings.today, transaction.reading)
        if let finding = RuleBook.judgeSubmission(of: dossier.record, facts: facts).first {
            throw Refusal(finding.rule, question: finding.question, finding.message, remedy: finding.remedy)
        }
    }

    /// The window of Q58 for 新生, the switch of Q57 for 在校生; a late grant of the province opens either.
    func checkOpen(school: UnitCode, _ record: StudentRecord, dossier: DossierID?) throws {
        let policies = PolicyShelf(transaction.reading)
        let today = transaction.surroundings.today
        let province = transaction.directory.province(of: school).flatMap { transaction.directory.unit($0)?.name } ?? "省级教育行政部门"
        if let unit = transaction.directory.unit(school), unit.isClosed {
            throw try StepRefusals.closed(unit, transaction.reading)
        }
        let grants = LateGrants(try policies.value("registration.new.lateGrants", for: school))
        if grants?.allows(school.text, on: today) == true { return }
        if let dossier, grants?.allows(dossier.description, on: today) == true { return }
        switch RegistrationFacts.tab(of: record, today: today) {
        case .new:
            let text = try policies.value("registration.new.window", for: school)
            guard let window = TimeWindow(text), !window.contains(today) else { return }
            throw Refusal(
                "registration.closed", question: "Q58", "新生注册时间为 \(window.first) 至 \(window.last)，现在不能注册新生。",
                remedy: "个别补录请向\(province)申请放开。")
        case .present, .fromAbroad:
            guard try !policies.isOn("registration.current", for: school) else { return }
            throw Refusal(
                "registration.currentClosed", question: "Q57", "\(province)已关闭在校生注册。", remedy: "个别补录请向\(province)申请放开。")
        }
    }

    /// A pupil without identity papers goes up to the province where policy says so (M-REG).
    private func checkRoute(_ dossier: Dossier) throws {
        guard dossier.record.idType == "Z",
              try PolicyShelf(transaction.reading).isOn("registration.noID.reachesProvince", for: dossier.home),
              let tier = transaction.directory.tier(of: actor.unit), tier < .province else { return }
        throw Refusal(
            "route", question: "M-REG", "无身份证件的学生须逐级报省级核办，\(tier.label)不能办结。", remedy: "请选择“转报上级”。")
    }

    private func checkRecord(_ record: StudentRecord, school: UnitCode) throws {
        let facts = try RegistrationFacts.facts(for: school, today: transaction.surroundings.today, transaction.reading)
        if let finding = RecordRules.judge(record: record, facts: facts).findings.first(where: { $0.severity == .error }) {
            throw Refusal(finding.rule, question: finding.question, finding.message, remedy: finding.remedy)
        }
    }
}
