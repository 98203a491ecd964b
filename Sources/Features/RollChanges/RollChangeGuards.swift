import Protocol
import Rules
import Store

/// The conditions that the gate asks for in roll changes, by the table, the school's classes and the province's policies.
struct RollChangeGuards {
    let reading: Reading
    let today: CalendarDate

    func check(_ condition: Guard, _ dossier: Dossier, _ opening: CaseOpening?) throws {
        if condition == .deathRegistered, !dossier.roll.status.isTerminal {
            throw Refusal(
                "roll.notDead", question: "M-DEATH", "该生状态为“\(dossier.roll.status.label)”，没有登记死亡，不需要更正。", remedy: "请核对是否为另一份学籍。")
        }
        guard let opening = opening ?? dossier.openCase?.opening, let change = opening.change else { return }
        switch condition {
        case .changeAllowed:
            if let fault = RollChangeRules.faults(in: change, try facts(dossier)).first { throw Self.refusal(fault, change.kind) }
        case .certificate:
            guard opening.evidence.isEmpty, try needsCertificate(change.kind, for: dossier.home) else { return }
            throw Refusal(
                "roll.certificate", question: "Q62", "\(change.kind.label)须有证明材料，现在没有本次上传的附件。",
                remedy: "请先上传本次的证明材料（attach，用途 evidence），再申请；以前业务用过的附件不算，把同一个文件再上传一次也仍是原来那一份，请重新扫描。")
        default: break
        }
    }

    func facts(_ dossier: Dossier) throws -> RollChangeFacts {
        let policies = PolicyShelf(reading)
        return RollChangeFacts(
            today: today, roll: dossier.roll, classCode: dossier.record.classCode,
            classes: Set(try ClassShelf(reading).classes(of: dossier.home).keys),
            permitted: RollStandings.kinds(try policies.value("rollChange.permitted", for: dossier.home)),
            longestSuspension: Int(try policies.value("rollChange.suspension.months", for: dossier.home)).flatMap { $0 > 0 ? min($0, 600) : nil })
    }

    func needsCertificate(_ kind: RollChangeKind, for school: UnitCode) throws -> Bool {
        guard kind.rule.needsCertificate else { return false }
        return !RollStandings.kinds(try PolicyShelf(reading).value("rollChange.withoutCertificate", for: school)).contains(kind)
    }

    static func refusal(_ fault: RollChangeRules.Fault, _ kind: RollChangeKind) -> Refusal {
        Refusal(fault.code, question: kind.rule.question, fault.message, remedy: fault.remedy)
    }

    /// The last day on which a death is reported in time; nil where policy sets none.
    func reportingDay(_ date: CalendarDate, for school: UnitCode) throws -> CalendarDate? {
        guard let days = Int(try PolicyShelf(reading).value("deadlines.death", for: school)), days > 0 else { return nil }
        return try Deadlines.calendar(for: school, reading).day(min(days, 2000), after: date)
    }
}
