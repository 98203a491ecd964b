/// Why a pupil cannot be transferred now (Q80): asked at the owning node, of what it knows about the dossier.
public enum TransferObstacle: Sendable, Hashable {
    /// The registration has ended.
    case ended
    /// 在办业务: another case, or a registration or deletion under way with an authority.
    case openCase(String, holder: UnitCode?)
    /// 不是在校就读: not registered yet, suspended, left; with the state's name.
    case notAttending(String)
    /// 问题学籍.
    case problem([String])
}

extension Dossier {
    /// The first reason against a transfer; nil when there is none.
    public var transferObstacle: TransferObstacle? {
        if stand == .deleted || holder == nil { return .ended }
        if let openCase { return .openCase(openCase.stand.rawValue, holder: holder) }
        if stand == .submitted || stand == .deletionRequested || stand == .deletionConfirmed { return .openCase(stand.rawValue, holder: holder) }
        if !isPresent { return .notAttending(roll.status == .present ? state.label : roll.status.label) }
        return problems.isEmpty ? nil : .problem(problems)
    }
}

/// 平级转学 (Q79): a transfer keeps the grade, unless the two schools' systems differ; then the receiving place decides.
public enum TransferGrade {
    /// Whether the grade that is asked for may be entered by a pupil of this cohort. Both are year of entry and stage, `20221`.
    public static func isAllowed(_ asked: String, from present: String, releasing: Unit, receiving: Unit) -> Bool {
        guard let (_, new) = parts(asked) else { return false }
        guard asked != present, parts(present) != nil else { return receiving.stages.contains(new) }
        return receiving.stages.contains(new) && haveOtherSystems(releasing, receiving)
    }

    /// 五四制 and 六三制: a stage that both have lasts longer at one of them.
    public static func haveOtherSystems(_ one: Unit, _ other: Unit) -> Bool {
        let lengths = { (unit: Unit, stage: Stage) in unit.years[stage] }
        for stage in [Stage.primary, .junior] {
            if let mine = lengths(one, stage), let theirs = lengths(other, stage), mine != theirs { return true }
        }
        // A primary school of one system beside a junior school of the other: 6 + 4 or 5 + 3 years.
        for (primary, junior) in [(one, other), (other, one)] {
            if let first = lengths(primary, .primary), let then = lengths(junior, .junior), first + then != 9 { return true }
        }
        return false
    }

    /// Year of entry and stage; nil for another text.
    public static func parts(_ cohort: String) -> (year: Int, stage: Stage)? {
        ClassCode(cohort + "01").map { ($0.year, $0.stage) }
    }
}
