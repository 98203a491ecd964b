import Rules
import Store

/// Why a step is not taken, in the FAQ's words (requirements §1.20).
enum StepRefusals {
    static func unknown(_ id: DossierID) -> Refusal {
        Refusal("dossier.unknown", "未查到学籍档案。", remedy: "请核对学籍档案编号；只能办理本单位范围内的学生。", kind: .missing)
    }

    /// The territorial authority of a school knows that the school is there, but has no say in its pupils (Q10). To everyone
    /// else nothing tells a pupil out of sight from one that does not exist.
    static func outOfSight(_ dossier: Dossier, _ unit: UnitCode, _ directory: UnitDirectory) -> Refusal {
        guard let school = directory.unit(dossier.home), school.territorial == unit,
              let competent = school.competent.flatMap({ directory.unit($0) }) else { return unknown(dossier.id) }
        return Refusal(
            "competent", question: "Q10", "非主管部门：“\(school.name)”由\(competent.name)主管，本单位只作属地统计，不能办理。",
            remedy: "请由\(competent.name)办理。", kind: .permission)
    }

    /// 已撤销: what the school had can be read, nothing can be done any more.
    static func closed(_ school: Unit, _ reading: Reading) throws -> Refusal {
        let text = try reading.closedText(school)
        return Refusal("school.closed", question: "Q14", text.message, remedy: text.remedy)
    }

    static func notHolder(_ dossier: Dossier, _ kind: StepKind, _ directory: UnitDirectory) -> Refusal {
        guard let holder = dossier.holder else {
            return Refusal("dossier.ended", question: "Q14", "该学籍档案已终结（\(dossier.state.label)），不能再办理。", remedy: "如有疑问请联系主管教育行政部门。")
        }
        let name = directory.unit(holder)?.name ?? holder.text
        return Refusal(
            "holder", question: "Q75", "当前处理单位为 \(name)（\(dossier.openCase?.stand.caseLabel ?? dossier.state.label)），本单位现在不能\(kind.label)。",
            remedy: "请等待 \(name) 处理，或与其联系。")
    }

    static func notNow(_ kind: StepKind, _ dossier: Dossier) -> Refusal {
        if let open = dossier.openCase {
            return Refusal("case.open", question: "Q75", "该生有在办业务（\(open.stand.caseLabel)），现在不能\(kind.label)。", remedy: "请先办结、退回或撤回在办业务。")
        }
        let state = dossier.state
        if kind == .delete, state == .enrolled {
            return Refusal(
                "delete.enrolled", question: "Q60", "该生已通过主管部门核办，不能直接删除。", remedy: "请在在校生查询中“申请删除”，由主管部门在“误操作删除”中确认。")
        }
        if kind == .submit, state == .unchecked || state == .clean {
            return Refusal("submit.unreviewed", question: "Q57", "学校尚未审核，不能上报。", remedy: "请先由学籍主管领导完成学校审核。")
        }
        return Refusal("state", "该生当前状态为“\(state.label)”，不能\(kind.label)。", remedy: "请先完成前面的环节。")
    }

    /// There is no authority above to which the pen could go.
    static func nowhere(_ kind: StepKind) -> Refusal {
        Refusal("superior", question: "Q75", "本单位没有上级，不能\(kind.label)。", remedy: "请在本单位办理。")
    }

    static func notRole(_ kind: StepKind, _ actor: Actor) -> Refusal {
        let roles = Role.allCases.filter { RoleRights.steps(of: $0).contains(kind) }.map(\.label).joined(separator: "或")
        return Refusal(
            "role", question: "Q108", "您的账号不能\(kind.label)，须由\(roles.isEmpty ? "系统" : roles)办理。", remedy: "请换用相应角色的账号。",
            kind: .permission)
    }

    static func reasonMissing(_ kind: StepKind) -> Refusal {
        Refusal("reason", "\(kind.label)必须填写原因。", remedy: "请填写原因后重试。", kind: .usage)
    }

    static func unchecked(waitingFor tier: Tier, since: CalendarDate) -> Refusal {
        Refusal("unchecked", question: "Q54", "未查重，不能上报或审核：正在等待\(tier.label)查重（自 \(since) 起）。", remedy: "查重完成后即可继续，无需重新录入。")
    }

    /// What a change proposes is itself a problem record.
    static func proposal(_ problems: [String]) -> Refusal {
        let names = problems.map { DuplicateKind(rawValue: $0)?.chineseName ?? $0 }.joined(separator: "、")
        let isOfNumberAlone = problems.allSatisfy { $0 == DuplicateKind.idInvalid.rawValue }
        return Refusal(
            "case.proposal", question: "Q63", "变更后的资料仍是问题学籍：\(names)，不能通过。",
            remedy: isOfNumberAlone ? "请退回学校核对身份证件号后重新填报。" : "请先裁定与变更后资料重复的学籍；裁定为重复的，退回学校重新填报。")
    }

    static func problem(_ problems: [String]) -> Refusal {
        let names = problems.map { DuplicateKind(rawValue: $0)?.chineseName ?? $0 }.joined(separator: "、")
        return Refusal("problem", question: "Q61", "问题学籍：\(names)，不能继续办理。", remedy: "请先在问题学籍处理中更正或删除。")
    }
}

extension StepKind {
    /// 录入 / 修改 / 学校审核 / 撤回审核 / 上报 / 转报上级 / 核办通过 / 退回 / 删除 …
    public var label: String {
        switch self {
        case .enter: "录入"
        case .amend: "修改"
        case .review: "学校审核"
        case .withdraw: "撤回审核"
        case .submit: "上报"
        case .forward: "转报上级"
        case .approve: "核办通过"
        case .sendBack: "退回"
        case .delete: "删除"
        case .applyForDeletion: "申请删除"
        case .refuseDeletion: "不同意删除"
        case .confirmDeletion: "确认误操作删除"
        case .carryOutDeletion: "办结删除"
        case .returnDeletion: "退回删除"
        case .handOver: "调档"
        case .prepareEvidence: "填报佐证"
        case .prepareChange: "填报变更"
        case .withdrawCase: "撤回申请"
        case .submitCase: "学校审核并提交"
        case .forwardCase: "转报上级"
        case .sendBackCase: "退回申请"
        case .closeCase: "佐证通过"
        case .approveChange: "变更通过"
        case .requestProblemDeletion: "申请删除问题学籍"
        case .grantProblemDeletion: "准予删除"
        case .refuseProblemDeletion: "不予删除"
        case .deleteByRuling: "裁定删除"
        case .prepareKeyChange: "申请关键数据变更"
        case .approveKeyChange: "关键数据变更通过"
        case .acceptTransfer: "同意转出"
        case .passTransfer: "同意转出并报省级"
        case .approveTransfer: "核准转出"
        case .returnTransfer: "退回转学"
        case .prepareRollChange: "申请学籍异动"
        case .approveRollChange: "学籍异动通过"
        case .recallCase: "撤回已提交的申请"
        case .correctDeath: "更正死亡登记"
        }
    }
}

extension Stand {
    /// What people call a case that stands here; empty where there is none.
    public var caseLabel: String {
        switch self {
        case .evidencePrepared: "佐证待学校审核"
        case .evidenceSubmitted: "佐证待核办"
        case .changePrepared: "变更待学校审核"
        case .changeSubmitted: "变更待核办"
        case .problemDeletionRequested: "删除待办结"
        case .keyChangePrepared: "关键数据变更待学校审核"
        case .keyChangeSubmitted: "关键数据变更待核办"
        case .transferAccepted: "转学待转出方核办"
        case .transferCleared: "转学待调档"
        case .rollChangePrepared: "学籍异动待学校审核"
        case .rollChangeSubmitted: "学籍异动待核办"
        default: ""
        }
    }
}
