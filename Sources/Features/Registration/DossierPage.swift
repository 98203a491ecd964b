import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// One pupil: the whole record in texts, the state, who holds the pen, and how the record travelled.
enum DossierPage {
    struct Field: Encodable, Sendable { let field, value: String }

    struct Page: Encodable, Sendable {
        let student: StudentList.Item
        let record: [Field]
        /// 外来务工随迁子女, computed by the system (Q35).
        let migrant: String?
        let tab: String
        /// Only where it was submitted before.
        let changes: RecordChanges.Answer?
        /// Only while somebody is waited for, and a limit holds (Q76).
        let deadline: OverrideList.State?
    }

    static func page(_ id: DossierID, sight unit: UnitCode, today: CalendarDate, _ reading: Reading) throws -> Page {
        let dossier = try dossier(id, sight: unit, reading)
        let facts = try RegistrationFacts.facts(for: dossier.home, today: today, reading)
        let deadlines = Deadlines(reading: reading, today: today)
        return Page(
            student: StudentList.item(dossier, try deadlines.deadline(of: dossier)),
            record: StudentField.allCases.compactMap { field in
                dossier.record[field].map { Field(field: field.label, value: field.codeTable?.text(for: $0) ?? $0) }
            },
            migrant: MigrantStatus.of(dossier.record, schoolDivision: facts.school?.division ?? "")?.label,
            tab: RegistrationFacts.tab(of: dossier.record, today: today).rawValue, changes: RecordChanges.sinceLastSubmission(dossier),
            deadline: try OverrideList.state(of: dossier, deadlines))
    }

    /// - Throws: `Refusal` when the dossier is not in the unit's sight; nothing tells the two cases apart.
    static func dossier(_ id: DossierID, sight unit: UnitCode, _ reading: Reading) throws -> Dossier {
        guard let dossier = try DossierShelf(reading).dossier(id), reading.directory.contains(unit, dossier.home) else {
            throw StepRefusals.unknown(id)
        }
        return dossier
    }
}
