import Protocol
import Rules
import Store

/// What may be done with a checked list, read from the workflow table.
extension StudentPages {
    /// The list's acts in order, and the operation that does each.
    private static let operations: [(step: StepKind, operation: String)] = [
        (.review, "students.review"), (.submit, "students.submit"), (.withdraw, "students.withdraw"),
        (.approve, "students.approve"), (.forward, "students.forward"), (.sendBack, "students.return"),
    ]

    struct Batch: Encodable {
        let dossiers: [String]
        let reason: String?
    }

    /// Where a school has something to do: an enrolled pupil's pen rests there too.
    private static let atSchool = RegistrationState.allCases
        .filter { ![.draft, .enrolled, .deleted].contains($0) }.map(\.rawValue).joined(separator: ",")

    static func review(_ call: PageCall, outcome: RegistrationOperations.Outcome? = nil, tab: String? = nil) throws -> [String: Any] {
        guard let actor = call.actor else { return [:] }
        let isSchool = try call.archive.read { $0.directory.tier(of: actor.unit) == .school }
        let tab = isSchool ? tab ?? call.parameter("tab") ?? RegistrationFacts.Tab.new.rawValue : nil
        var asked = ["holder": "self", "limit": "200"]
        asked["tab"] = tab
        asked["after"] = call.parameter("after")
        let state = call.parameter("state")
        asked["state"] = state ?? (isSchool ? atSchool : nil)
        var context: [String: Any] = ["isSchool": isSchool, "showsSchool": !isSchool, "tab": tab ?? "", "state": state ?? ""]
        context["tabs"] = RegistrationFacts.Tab.allCases.map { choice($0.rawValue, $0.label, tab) }
        context["acts"] = try acts(call, actor)
        do {
            context.merge(try shown(call.ask("students.list", asked, as: StudentList.Page.self), call)) { $1 }
        } catch let refusal as Refusal {
            context.merge(Notice.of(refusal)) { $1 }
        }
        if let outcome { context["outcome"] = try shown(outcome, call) }
        return context
    }

    static func act(_ call: PageCall) throws -> PageReply {
        guard let act = operations.first(where: { $0.step.rawValue == call.field("act") }) else {
            throw Refusal("page.act", "没有选择要办理的事项。", remedy: "请按页面上的按钮办理。", kind: .usage)
        }
        let dossiers = call.form["dossier"] ?? []
        guard !dossiers.isEmpty else {
            var context = try review(call, tab: call.field("tab"))
            context.merge(Notice.of(Refusal("page.none", "还没有勾选学生。", remedy: "请先勾选要办理的学生，再按按钮。", kind: .usage))) { $1 }
            return .page("review", context)
        }
        let outcome = try call.ask(
            act.operation, body: Batch(dossiers: dossiers, reason: call.field("reason")), as: RegistrationOperations.Outcome.self)
        if let back = call.field("back"), outcome.refused.isEmpty { return .redirect("/students/\(back)?done=step") }
        return .page("review", try review(call, outcome: outcome, tab: call.field("tab")))
    }

    private static func acts(_ call: PageCall, _ actor: Actor) throws -> [[String: Any]] {
        try call.archive.read { reading in
            let separated = try PolicyShelf(reading).isOn("roles.separated", for: actor.unit)
            let isSchool = reading.directory.tier(of: actor.unit) == .school
            return operations.filter { act in
                RoleRights.may(actor, act.step, separated: separated)
                    && Workflow.registration.rows.contains { $0.step == act.step && ($0.by == .homeSchool) == isSchool }
            }.map { act in
                ["value": act.step.rawValue, "label": act.step.label, "plain": [.sendBack, .withdraw, .forward].contains(act.step)]
            }
        }
    }

    private static func shown(_ outcome: RegistrationOperations.Outcome, _ call: PageCall) throws -> [String: Any] {
        let refused = try call.archive.read { reading in
            try outcome.refused.map { item -> [String: Any] in
                let name = try DossierID(hex: item.dossier).flatMap { try DossierShelf(reading).dossier($0)?.record.name }
                return ["dossier": item.dossier, "name": name ?? item.dossier, "message": item.message, "remedy": item.remedy]
            }
        }
        var context: [String: Any] = [
            "doneCount": outcome.done.count, "refused": refused, "hasRefused": !refused.isEmpty, "tone": refused.isEmpty ? "good" : "warn",
        ]
        if !refused.isEmpty { context["refusedCount"] = refused.count }
        return context
    }
}
