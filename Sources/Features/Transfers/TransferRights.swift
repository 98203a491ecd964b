import Rules

/// What people do about a transfer, and which account does it: the registrar applies, the head reviews and decides.
enum TransferAct: String, Sendable, CaseIterable {
    case apply, amend, attach, submit, withdraw, approve, sendBack, request, override

    /// 申请转学 / 修改申请 / 学校审核并提交 …
    var label: String {
        switch self {
        case .apply: "申请转学"
        case .amend: "修改申请"
        case .attach: "上传附件"
        case .submit: "学校审核并提交"
        case .withdraw: "撤销申请"
        case .approve: "同意"
        case .sendBack: "退回"
        case .request: "提请强制干预"
        case .override: "强制干预"
        }
    }

    private var roles: Set<Role> {
        switch self {
        case .apply, .amend, .attach, .withdraw, .request: [.registrar]
        case .submit, .approve, .sendBack, .override: [.head]
        }
    }

    /// - Parameter separated: the policy of Q108; switched off, registrar and head may do each other's part.
    func isAllowed(_ actor: Actor, separated: Bool) -> Bool {
        let either: Set<Role> = [.registrar, .head]
        if !separated, !actor.roles.isDisjoint(with: either) { return true }
        return !actor.roles.isDisjoint(with: roles) || (self == .withdraw || self == .request) && actor.roles.contains(.head)
    }

    var whose: String { roles.contains(.head) ? Role.head.label : Role.registrar.label }
}
