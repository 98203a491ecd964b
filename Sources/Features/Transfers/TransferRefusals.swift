import Rules
import Store

/// Why a transfer is not gone on with, in the FAQ's words (Q74–Q80).
enum TransferRefusals {
    /// The reason with which a transfer goes back whose order of units is another one now.
    static let moved = "办理期间学校已划转到别的主管部门，请重新提交，按新的隶属关系办理。"

    static func unknown() -> Refusal {
        Refusal("transfer.unknown", question: "Q75", "未查到转学申请。", remedy: "请核对申请编号；只能查看与本单位有关的转学。", kind: .missing)
    }

    static func notHolder(_ transfer: Transfer, _ directory: UnitDirectory) -> Refusal {
        guard let holder = transfer.holder else {
            return Refusal(
                "transfer.over", question: "Q75", "该转学\(transfer.state.label)，不能再办理。", remedy: transfer.state == .completed
                    ? "办结的转学不能撤销；需要再转的，请重新申请。" : "需要转学的，请由转入学校重新申请。")
        }
        let name = directory.unit(holder)?.name ?? holder.text
        return Refusal(
            "holder", question: "Q75", "当前处理单位为 \(name)（\(transfer.station.label)），本单位现在不能办理。", remedy: "请等待 \(name) 处理，或与其联系。")
    }

    static func notNow(_ act: TransferAct, _ transfer: Transfer) -> Refusal {
        Refusal("transfer.state", question: "Q75", "该转学现在是“\(transfer.state.label)”，不能\(act.label)。", remedy: "请先完成前面的环节。")
    }

    static func notReceiving(_ act: TransferAct, _ transfer: Transfer, _ directory: UnitDirectory) -> Refusal {
        let name = directory.unit(transfer.head.receiving)?.name ?? transfer.head.receiving.text
        return Refusal("transfer.initiator", question: "Q74", "\(act.label)由转入学校“\(name)”办理。", remedy: "请联系该校。", kind: .permission)
    }

    static func notRole(_ act: TransferAct) -> Refusal {
        Refusal("role", question: "Q108", "您的账号不能\(act.label)，须由\(act.whose)办理。", remedy: "请换用相应角色的账号。", kind: .permission)
    }

    static func many() -> Refusal {
        Refusal("transfer.many", question: "Q78", "转学不提供批量核办，须逐件打开核对后办理。", remedy: "请逐件办理。")
    }

    static func notFound(_ content: TransferContent) -> Refusal {
        Refusal(
            "transfer.notFound", question: "Q81", "按姓名和\(content.number.isEmpty ? "身份证号" : "学籍号")在转出学校未查到该生。",
            remedy: "请核对姓名、号码和转出学校；学籍号可向原学校学籍管理员或监护人索取（Q83）。")
    }

    /// Why the pupil cannot be transferred now (Q80).
    static func obstacle(_ obstacle: TransferObstacle, _ directory: UnitDirectory) -> Refusal {
        switch obstacle {
        case .ended:
            return Refusal("transfer.ended", question: "Q80", "该生学籍已终结，不能转学。", remedy: "请核对是否为另一份学籍。")
        case .openCase(let stand, let holder):
            let label = Stand(rawValue: stand).map { $0.caseLabel.isEmpty ? RegistrationState(rawValue: stand)?.label ?? stand : $0.caseLabel } ?? stand
            let name = holder.map { directory.unit($0)?.name ?? $0.text } ?? ""
            return Refusal(
                "transfer.openCase", question: "Q80", "该生存在在办业务（\(label)，当前处理单位 \(name)），不能转学。", remedy: "请等在办业务办结、退回或撤回后再申请。")
        case .notAttending(let state):
            return Refusal(
                "transfer.notAttending", question: "Q80", "该生学籍状态为“\(state)”，不是在校就读，不能转学。", remedy: "请转出学校先办理复学、注册等手续。")
        case .problem(let kinds):
            let names = kinds.map { DuplicateKind(rawValue: $0)?.chineseName ?? $0 }.joined(separator: "、")
            return Refusal("transfer.problem", question: "Q80", "该生是问题学籍（\(names)），不能转学。", remedy: "请转出学校先办结问题学籍处理。")
        }
    }

    static func withdrawn(_ transfer: Transfer) -> Refusal {
        Refusal("transfer.withdrawn", question: "Q75", "转入学校已撤销这项申请：\(transfer.withdrawal?.reason ?? "")", remedy: "无需再办理。")
    }
}
