import Protocol
import Rules
import Store

/// What the rule book says about a record with proposed changes, before anything is saved.
enum RecordJudgement {
    struct Item: Encodable, Sendable {
        @OrNull var field: String?
        let rule, question, severity, message, remedy: String
    }

    struct Answer: Encodable, Sendable {
        let isAccepted: Bool
        let findings: [Item]
    }

    static let operation = Operation(
        "students.judge", .post, "/students/{dossier}/judgement", "What the rules say about proposed changes; saves nothing",
        title: "检查修改", parameters: [.path("dossier", "Dossier id")], body: .json(.fields(("changes", .anything))),
        response: .fields(("isAccepted", .boolean), ("findings", .array(.anything))), roles: [.registrar], isReading: true
    ) { call in
        let changes: RegistrationOperations.Changes = try JSONBody.decode(call.body)
        let today = call.archive.surroundings.today
        return .json(try call.archive.read { reading in
            let dossier = try DossierPage.dossier(RegistrationOperations.id(call), sight: call.actor.unit, reading)
            let judgement = try judge(dossier, changes.changes, today: today, reading)
            return Answer(isAccepted: judgement.isAccepted, findings: judgement.findings.map {
                Item(
                    field: $0.field?.label, rule: $0.rule, question: $0.question, severity: $0.severity.rawValue, message: $0.message,
                    remedy: $0.remedy)
            })
        })
    }

    /// - Parameter changes: column titles to texts as in the workbook; an empty text removes an item.
    static func judge(
        _ dossier: Dossier, _ changes: [String: String], today: CalendarDate, _ reading: Reading
    ) throws -> Judgement {
        var row = RawRow(dossier.record.values.mapValues { RawCell($0) })
        for (title, text) in changes {
            guard let field = StudentField.named(title) else {
                throw Refusal("field.unknown", "没有名为“\(title)”的指标。", remedy: "请使用模板中的列名。", kind: .usage)
            }
            row[field] = text.isEmpty ? nil : RawCell(text)
        }
        return RuleBook.judge(row, facts: try RegistrationFacts.facts(for: dossier.home, today: today, reading))
    }
}
