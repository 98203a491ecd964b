import Protocol
import Rules
import Store

/// The form in which a school mends a record: the rules' messages stand beside the fields.
enum StudentEditing {
    static func context(_ call: PageCall, entered: [String: String]? = nil, findings: [RecordJudgement.Item] = []) throws -> [String: Any] {
        let dossier = call.parameters["dossier"] ?? ""
        let page = try call.ask("students.show", ["dossier": dossier], as: DossierPage.Page.self)
        let values = entered ?? Dictionary(page.record.map { ($0.field, $0.value) }) { first, _ in first }
        let byField = Dictionary(grouping: findings) { $0.field ?? "" }
        var context: [String: Any] = ["dossier": dossier, "name": page.student.name]
        context["sections"] = RecordSection.allCases.filter { $0 != .statements }.map { section -> [String: Any] in
            ["title": section.title, "fields": section.fields.map { field($0, values[$0.label] ?? "", byField[$0.label] ?? []) }]
        }
        let faults = findings.filter { $0.severity == Finding.Severity.error.rawValue }
        if !faults.isEmpty { context["faultCount"] = faults.count }
        context["otherFaults"] = faults.filter { $0.field == nil }.map(message)
        return context
    }

    static func save(_ call: PageCall) throws -> PageReply {
        struct Body: Encodable { let changes: [String: String] }
        let dossier = call.parameters["dossier"] ?? ""
        let page = try call.ask("students.show", ["dossier": dossier], as: DossierPage.Page.self)
        let before = Dictionary(page.record.map { ($0.field, $0.value) }) { first, _ in first }
        var entered = before
        var changes: [String: String] = [:]
        for field in StudentField.allCases where RecordSection.of(field) != .statements {
            guard call.form["f\(field.rawValue)"] != nil else { continue }
            let text = call.field("f\(field.rawValue)") ?? ""
            entered[field.label] = text
            if text != before[field.label] ?? "" { changes[field.label] = text }
        }
        guard !changes.isEmpty else { return .redirect("/students/\(dossier)") }
        do {
            let judged = try call.ask(
                "students.judge", ["dossier": dossier], body: Body(changes: changes), as: RecordJudgement.Answer.self)
            guard judged.isAccepted else { return .page("student-edit", try context(call, entered: entered, findings: judged.findings)) }
            try call.tell("students.amend", ["dossier": dossier], body: Body(changes: changes))
            return .redirect("/students/\(dossier)?done=saved")
        } catch let refusal as Refusal {
            var context = try context(call, entered: entered)
            context.merge(Notice.of(refusal)) { $1 }
            return .page("student-edit", context)
        }
    }

    private static func field(_ field: StudentField, _ value: String, _ findings: [RecordJudgement.Item]) -> [String: Any] {
        let faults = findings.filter { $0.severity == Finding.Severity.error.rawValue }
        var shown: [String: Any] = [
            "number": field.rawValue, "label": field.label, "value": value, "maxLength": field.maxLength + 20,
            "isWrong": !faults.isEmpty, "faults": faults.map(message),
            "warnings": findings.filter { $0.severity != Finding.Severity.error.rawValue }.map(message), "isChoice": false,
        ]
        if let table = field.codeTable {
            shown["isChoice"] = true
            var texts = table.texts()
            if !value.isEmpty, !texts.contains(value) { texts.append(value) }
            shown["options"] = texts.map { StudentPages.choice($0, $0, value) }
        }
        return shown
    }

    private static func message(_ item: RecordJudgement.Item) -> [String: Any] { ["message": item.message, "remedy": item.remedy] }
}
