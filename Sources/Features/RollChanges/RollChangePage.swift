import Protocol
import Rules
import Store

/// One pupil's roll: where he stands, what may be applied for and why the rest may not, the open case, what was before.
enum RollChangePage {
    struct Choice: Encodable, Sendable {
        let kind, code, label: String
        let isAllowed: Bool
        /// Why not; null where it is allowed.
        @OrNull var why: String?
        /// Whether a certificate has to be attached first.
        let needsCertificate: Bool
    }

    struct Change: Encodable, Sendable {
        let kind, label: String
        /// Code and text; empty where none is asked for.
        let cause, causeText, date: String
        @OrNull var until: String?
        @OrNull var country: String?
        @OrNull var `class`: String?
        let reason: String
        /// Name of who decided, and when; null while it is open.
        @OrNull var decidedBy: String?
        @OrNull var decidedAt: String?
    }

    struct Page: Encodable, Sendable {
        let student: StudentList.Item
        let status, statusLabel: String
        @OrNull var since: String?
        @OrNull var until: String?
        let gradeOffset: Int
        let choices: [Choice]
        /// Null while no roll change is under way.
        @OrNull var open: Change?
        /// Approved ones, oldest first.
        let changes: [Change]
        @OrNull var deadline: OverrideList.State?
    }

    static func page(_ id: DossierID, sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        let dossier = try DossierPage.dossier(id, sight: unit, reading)
        let deadlines = Deadlines(reading: reading, today: today)
        let rows = RollChangeRegister.rows(of: dossier)
        return Page(
            student: StudentList.item(dossier, try deadlines.deadline(of: dossier)), status: dossier.roll.status.rawValue,
            statusLabel: dossier.roll.status.label, since: dossier.roll.since?.description, until: dossier.roll.until?.description,
            gradeOffset: dossier.roll.gradeOffset, choices: try choices(dossier, RollChangeGuards(reading: reading, today: today)),
            open: rows.last { $0.decision == nil }.map { change($0, reading.directory) },
            changes: rows.filter { $0.decision != nil }.map { change($0, reading.directory) }, deadline: try OverrideList.state(of: dossier, deadlines))
    }

    private static func change(_ row: RollChangeRegister.Row, _ directory: UnitDirectory) -> Change {
        let change = row.change
        return Change(
            kind: change.kind.rawValue, label: change.kind.label, cause: change.cause,
            causeText: CodeTable.changeReason.text(for: change.cause) ?? change.cause, date: change.date.description,
            until: change.until?.description,
            country: change.country.isEmpty ? nil : CodeTable.country.text(for: change.country) ?? change.country,
            class: change.classCode.isEmpty ? nil : change.classCode, reason: row.opened.reason ?? "",
            decidedBy: row.decision.map { directory.unit($0.by)?.name ?? $0.by.text }, decidedAt: row.decision.map { ChinaTime.text($0.at) })
    }

    /// Every kind of the table, in its order: what hinders all stands with each.
    static func choices(_ dossier: Dossier, _ guards: RollChangeGuards) throws -> [Choice] {
        let facts = try guards.facts(dossier)
        let hindrance = hindrance(dossier, guards.reading.directory)
        return try RollChangeKind.table.map { rule in
            let why = hindrance ?? RollChangeRules.objection(to: rule.kind, facts)?.message
            return Choice(
                kind: rule.kind.rawValue, code: rule.code, label: rule.name, isAllowed: why == nil, why: why,
                needsCertificate: try guards.needsCertificate(rule.kind, for: dossier.home))
        }
    }

    /// What stands against any application, the exact reason; nil where nothing does.
    private static func hindrance(_ dossier: Dossier, _ directory: UnitDirectory) -> String? {
        if let open = dossier.openCase {
            if open.stand == .rollChangePrepared { return nil }
            let holder = dossier.holder.map { directory.unit($0)?.name ?? $0.text } ?? ""
            let label = open.opening.change.map { "\($0.kind.label)，" } ?? ""
            return "该生有在办业务（\(label)\(open.stand.caseLabel)），当前处理单位为 \(holder)。"
        }
        guard dossier.stand == .enrolled else { return "该生学籍状态为“\(dossier.state.label)”，主管部门核办通过后才能办理学籍异动。" }
        guard dossier.problems.isEmpty else {
            let names = dossier.problems.map { DuplicateKind(rawValue: $0)?.chineseName ?? $0 }.joined(separator: "、")
            return "该生是问题学籍（\(names)），请先处理。"
        }
        return nil
    }
}
