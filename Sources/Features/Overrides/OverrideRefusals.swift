import Rules
import Store

/// Why nobody is overridden, in the FAQ's words (Q76).
enum OverrideRefusals {
    static func notInitiator(_ dossier: Dossier, _ directory: UnitDirectory) -> Refusal {
        let school = directory.unit(dossier.home)?.name ?? dossier.home.text
        return Refusal(
            "override.initiator", question: "Q76", "强制干预只能由学生所在学校“\(school)”提请。", remedy: "请由该校提请；本单位可以先与当前处理单位联系。",
            kind: .permission)
    }

    /// Finished, with the school, or of a kind without a limit.
    static func nothing(_ dossier: Dossier) -> Refusal {
        Refusal(
            "override.nothing", question: "Q76", "该生没有等待主管部门办理的学籍注册、关键数据变更或学籍异动，不能强制干预。",
            remedy: "已办结的业务不能再干预；由学校办理的，请学校继续办理。")
    }

    static func noAuthority(_ dossier: Dossier) -> Refusal {
        Refusal("override.top", question: "Q76", "当前处理单位已是最高一级，没有可以代为办理的上级。", remedy: "请与当前处理单位联系。")
    }

    static func notAuthority(_ dossier: Dossier, _ unit: UnitCode, _ directory: UnitDirectory) -> Refusal {
        if dossier.holder == unit {
            return Refusal("override.holder", question: "Q76", "本单位就是当前处理单位，不必强制干预。", remedy: "请直接核办或退回。")
        }
        guard let authority = dossier.overridingAuthority(in: directory) else { return noAuthority(dossier) }
        let name = directory.unit(authority)?.name ?? authority.text
        return Refusal(
            "override.authority", question: "Q76", "对当前处理单位的强制干预由“\(name)”决定，本单位不能办理。", remedy: "请联系\(name)。", kind: .permission)
    }

    static func inTime(_ deadline: Deadlines.Deadline, _ dossier: Dossier, _ directory: UnitDirectory) -> Refusal {
        inTime(holder: dossier.holder, due: deadline.due.description, directory)
    }

    static func inTime(holder: UnitCode?, due: String, _ directory: UnitDirectory) -> Refusal {
        let name = holder.map { directory.unit($0)?.name ?? $0.text } ?? ""
        return Refusal(
            "override.inTime", question: "Q76", "“\(name)”的办理期限到 \(due)，尚未超期，不能强制干预。", remedy: "请先与当前处理单位联系。")
    }

    static func unlimited() -> Refusal {
        Refusal("override.unlimited", question: "Q76", "本省没有为这项业务设办理期限，不能强制干预。", remedy: "请与当前处理单位或省级联系。")
    }

    static func notRequested() -> Refusal {
        Refusal(
            "override.notRequested", question: "Q76", "学校没有就当前环节提请强制干预。", remedy: "须由学生所在学校先提请；提请之后当前处理单位已经办理的，提请随之失效。")
    }

    static func notConfirmed() -> Refusal {
        Refusal(
            "override.unconfirmed", question: "Q76", "强制干预将代替当前处理单位作出决定，各方都会看到；还没有确认。", remedy: "请核对后确认再办理。", kind: .usage)
    }
}

/// The conditions that the gate asks for before anyone is overridden.
struct OverrideGuards {
    let reading: Reading
    let today: CalendarDate

    func check(_ condition: Guard, _ dossier: Dossier) throws {
        switch condition {
        case .requested:
            if dossier.overrideRequest == nil { throw OverrideRefusals.notRequested() }
        case .overdue:
            guard let deadline = try Deadlines(reading: reading, today: today).deadline(of: dossier) else { throw OverrideRefusals.unlimited() }
            if !deadline.isOverdue { throw OverrideRefusals.inTime(deadline, dossier, reading.directory) }
        default: break
        }
    }
}

extension VoidReason {
    /// Chinese, with who prevailed.
    func text(_ directory: UnitDirectory) -> String {
        func name(_ unit: UnitCode) -> String { directory.unit(unit)?.name ?? unit.text }
        return switch self {
        case .overridden(let unit): "\(name(unit))已强制干预，以其决定为准"
        case .settled(let unit): "\(name(unit))的办理已由正式学籍号或中央办结确定"
        case .higherTier(let unit): "与\(name(unit))的办理同时发生，以高一级为准"
        case .builtUpon(let unit): "与\(name(unit))的办理同时发生，其后已有其他单位办理"
        case .equal(let unit): "与\(name(unit))的办理同时发生，只能有一个生效"
        case .notAllowed: "当时不由该单位办理"
        case .afterVoid: "所依据的前一环节未生效"
        case .handedOver: "档案已调出，此后在原校的办理不生效"
        }
    }
}
