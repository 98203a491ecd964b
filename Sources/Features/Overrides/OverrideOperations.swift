import Protocol
import Rules
import Store

/// 强制干预: what is overdue, asking for an override, deciding in the holder's stead; one dossier at a time (Q76).
public enum OverrideOperations {
    private static let dossier = Operation.Parameter.path("dossier", "Dossier id")

    public static let all: [Operation] = [
        Operation(
            "overrides.list", .get, "/overrides", "Registrations, key-data changes and roll changes of the unit's subtree that are overdue, longest first",
            title: "超期与强制干预",
            parameters: [
                .init("scope", "`overdue` by default; `self`: with the unit; `requested`; `ours`: asked for and the unit's to decide"),
                .init("limit", "1 to 1000, default 100"),
            ],
            response: .fields(("total", .integer), ("overrides", .array(.anything)))
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try OverrideList.page(call.parameters, sight: call.actor.unit, today: today, $0) })
        },
        Operation(
            "overrides.request", .post, "/students/{dossier}/override", "The school asks that the overdue holder be overridden (Q76)",
            title: "提请强制干预", parameters: [dossier], body: .json(.fields(("reason", .string))), response: RegistrationOperations.outcome,
            roles: [.registrar, .head]
        ) { call in
            struct Body: Decodable { let reason: String }
            let body: Body = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                try OverrideWriter(actor: call.actor, transaction: transaction).request(id, reason: body.reason)
                return RegistrationOperations.Outcome(done: [id.description])
            })
        },
        Operation(
            "overrides.decide", .post, "/students/{dossier}/override/decision",
            "Approve or return in the overdue holder's stead; `confirmed` must be true (Q76)", title: "强制干预", parameters: [dossier],
            body: .json(.fields(("decision", .string), ("reason", .string), ("confirmed", .boolean))),
            response: RegistrationOperations.outcome, roles: [.registrar, .head]
        ) { call in
            struct Body: Decodable {
                /// `approve` or `return`.
                let decision: String
                let reason: String
                let confirmed: Bool
            }
            let body: Body = try JSONBody.decode(call.body)
            guard let decision = OverrideWriter.Decision(rawValue: body.decision) else {
                throw Refusal("decision", question: "Q76", "没有“\(body.decision)”这种决定。", remedy: "可选：approve（通过）、return（退回）。", kind: .usage)
            }
            return .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                try OverrideWriter(actor: call.actor, transaction: transaction)
                    .decide(id, decision, reason: body.reason, isConfirmed: body.confirmed)
                return RegistrationOperations.Outcome(done: [id.description])
            })
        },
    ]
}
