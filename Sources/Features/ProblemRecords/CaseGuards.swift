import Rules
import Store

/// The conditions that the gate asks for in cases of problem records.
struct CaseGuards {
    let directory: UnitDirectory
    /// Who takes the step.
    let unit: UnitCode

    func check(_ condition: Guard, _ dossier: Dossier, _ opening: CaseOpening?) throws {
        switch condition {
        case .problemKnown:
            if dossier.problems.isEmpty {
                throw Refusal("case.noProblem", question: "Q61", "该生不是问题学籍，无需处理。", remedy: "其他更正请在修改学籍信息或关键数据变更中办理。")
            }
        case .disputable:
            if dossier.openPeers.isEmpty, !ResidentIDNumber.isWellFormed(KeyFields(dossier.record).idNumber) {
                throw Refusal(
                    "case.malformed", question: "Q64", "身份证号本身不合规则（长度、日期或校验位），佐证不能使其成立。", remedy: "请用“变更”更正号码；户口簿有误的，先到公安机关更正。")
            }
        case .inGroup:
            if dossier.openPeers.isEmpty {
                throw Refusal(
                    "case.single", question: "Q63", "没有与该生重复的学籍，不能按问题学籍删除（同组最后一份不能删除）。", remedy: "身份证号错误请用“变更”更正；误录的学籍按删除或申请删除办理。")
            }
        case .evidence:
            if opening?.evidence.isEmpty ?? true {
                throw Refusal("case.evidence", question: "Q62", "没有佐证材料，不能提交。", remedy: "请先上传附件（attach，用途 evidence），再填报。")
            }
        case .notOursAlone:
            if isReached(dossier) {
                throw Refusal("case.ours", question: "Q63", "本单位就是有关学校共同的主管部门，不必转报上级。", remedy: "请在本单位裁定、通过或退回。")
            }
        case .groupReached:
            if !isReached(dossier) {
                throw Refusal("case.above", question: "Q63", "有关学校不都在本单位范围内，本单位不能办结。", remedy: "请“转报上级”，由共同的主管部门办结。")
            }
        case .problemSettled:
            if !dossier.problems.isEmpty { throw StepRefusals.problem(dossier.problems) }
        case .ruledAgainst:
            if !dossier.rulings.contains(where: { $0.isAgainst(dossier.id) }) {
                throw Refusal("case.unruled", question: "Q63", "没有认定该生为重复注册的裁定。", remedy: "请先裁定。")
            }
        case .fieldsControlled, .proposalChecked, .proposalClean, .cleanVerdict, .noProblem, .proofs, .registrationOpen, .routeComplete, .noFormalNumber, .recordValid,
             .proposalSettled, .requested, .overdue, .changeAllowed, .certificate, .deathRegistered, .transferable,
             .notWithdrawn: break
        }
    }

    /// All whom the case is about: as its opening names them, and as the verdicts do now.
    private func isReached(_ dossier: Dossier) -> Bool {
        let homes = (dossier.openCase?.opening.parties.map(\.home) ?? []) + dossier.openPeers.map(\.school)
        return homes.allSatisfy { directory.contains(unit, $0) }
    }
}
