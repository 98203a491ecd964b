import Rules

/// The five accounts of a unit (Q108).
public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    case registrar, head, systemAdministrator, mealRegistrar, mealHead

    /// 学籍管理员 …
    public var label: String {
        switch self {
        case .registrar: "学籍管理员"
        case .head: "学籍主管领导"
        case .systemAdministrator: "学籍系统管理员"
        case .mealRegistrar: "营养餐管理员"
        case .mealHead: "营养餐主管领导"
        }
    }
}

/// Who acts: an account of a unit, or root on the machine (the local operator), whose acts are audited alike.
public struct Actor: Sendable, Hashable {
    /// The unit in whose name the act is done.
    public var unit: UnitCode
    /// Account name, or `operator`.
    public var account: String
    public var roles: Set<Role>

    public init(unit: UnitCode, account: String, roles: Set<Role>) {
        self.unit = unit
        self.account = account
        self.roles = roles
    }

    public static func localOperator(of unit: UnitCode) -> Actor {
        Actor(unit: unit, account: "operator", roles: [.registrar, .head, .systemAdministrator])
    }
}

/// What each role may do. The one table of role rights; `roles.separated` switched off gives registrars the head's too.
public enum RoleRights {
    public static func steps(of role: Role) -> Set<StepKind> {
        switch role {
        case .registrar:
            [
                .enter, .amend, .withdraw, .submit, .delete, .applyForDeletion, .prepareEvidence, .prepareChange, .withdrawCase,
                .requestProblemDeletion, .prepareKeyChange, .prepareRollChange, .recallCase,
            ]
        case .head:
            [
                .review, .approve, .sendBack, .forward, .confirmDeletion, .refuseDeletion, .submitCase, .forwardCase, .sendBackCase,
                .closeCase, .approveChange, .approveKeyChange, .approveRollChange, .recallCase, .acceptTransfer, .passTransfer, .approveTransfer,
                .returnTransfer, .correctDeath,
            ]
        case .systemAdministrator, .mealRegistrar, .mealHead: []
        }
    }

    public static func may(_ actor: Actor, _ step: StepKind, separated: Bool) -> Bool {
        var roles = actor.roles
        if !separated, !roles.isDisjoint(with: [.registrar, .head]) { roles.formUnion([.registrar, .head]) }
        return roles.contains { steps(of: $0).contains(step) }
    }
}
