import Protocol
import Rules
import Store

/// 在办业务 (Q87): what is open and with whom, reminders to those who have it, and taking back in bulk before pupils are promoted.
public enum OpenCaseOperations {
    private static let filters: [Operation.Parameter] = [
        .init("business", "`rollChange`, `transfer`, `keyData`, `problem`, `registration` or `deletion`"), .init("school", "School code"),
        .init("unit", "A unit of one's own subtree"), .init("days", "With its holder for at least so many days"),
    ]

    private static let reminder = Schema.fields(
        ("by", .string), ("byName", .string), ("unit", .string), ("unitName", .string), ("day", .string), ("business?", .string), ("label", .string),
        ("count", .integer), ("isOver", .boolean))
    private static let reminders = Schema.fields(("received", .array(reminder)), ("sent", .array(reminder)))

    public static let all: [Operation] = [
        Operation(
            "cases.list", .get, "/cases", "Flows of the unit's subtree that were begun and are not finished, oldest first (Q87)",
            title: "在办业务", parameters: filters + [
                .init("holder", "`self`, or the code of the unit it waits for"), .init("limit", "1 to 1000, default 100"),
                .init("after", "Cursor from `next`"),
            ],
            response: .fields(("total", .integer), ("next?", .string), ("cases", .array(.anything)))
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try OpenCases.page(call.parameters, sight: call.actor.unit, today: today, $0) })
        },
        Operation(
            "cases.holders", .get, "/cases/holders", "With whom the open cases of the unit's subtree are, and since when: to be cleared before promotion (Q87)",
            title: "在办业务按处理单位", parameters: filters, response: .fields(("total", .integer), ("holders", .array(.anything)))
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try OpenCaseHolders.page(call.parameters, sight: call.actor.unit, today: today, $0) })
        },
        Operation(
            "cases.reminders", .get, "/cases/reminders", "Reminders that the unit has got, while something is open with it, and those it has sent (Q87)",
            title: "在办业务催办", response: reminders
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try OpenCaseReminders(reading: $0, today: today).page(of: call.actor.unit) })
        },
        Operation(
            "cases.remind", .post, "/cases/reminders",
            "Ask all holders below to finish by a day what is open; an empty day takes it back. Stands in the setting `cases.reminders` (Q87)",
            title: "催办", body: .json(.fields(("day", .string), ("unit?", .string), ("business?", .string))), response: reminders,
            roles: [.registrar, .head]
        ) { call in
            let request: OpenCaseReminderWriter.Request = try JSONBody.decode(call.body)
            let today = call.archive.surroundings.today
            return .json(try call.archive.write { transaction in
                try OpenCaseReminderWriter(actor: call.actor, transaction: transaction).send(request)
                return try OpenCaseReminders(reading: transaction.reading, today: today).page(of: call.actor.unit)
            })
        },
        Operation(
            "cases.clear", .post, "/cases/clearing",
            "Take back what is before the unit and not decided: named dossiers, or a kind by unit and age. A school withdraws, an authority returns (Q87)",
            title: "在办业务清理",
            body: .json(.fields(
                ("dossiers?", .array(.string)), ("business?", .string), ("unit?", .string), ("days?", .integer), ("reason?", .string))),
            response: .fields(
                ("done", .array(.string)),
                ("refused", .array(.fields(
                    ("dossier", .string), ("code", .string), ("message", .string), ("remedy", .string), ("question", .string)))),
                ("left", .integer)),
            roles: [.registrar, .head]
        ) { call in
            let request: OpenCaseClearing.Request = try JSONBody.decode(call.body)
            return .json(try call.archive.write { try OpenCaseClearing(actor: call.actor, transaction: $0).clear(request) })
        },
    ]
}
