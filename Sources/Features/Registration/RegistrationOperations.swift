import FoundationEssentials
import Protocol
import Rules
import Store

/// 学籍注册: lists, one pupil, and the steps of the workflow. Steps of many dossiers are taken one by one: what is
/// refused does not keep the others back. Deletion is for one dossier alone (Q59).
public enum RegistrationOperations {
    struct Refused: Encodable, Sendable { let dossier, code, message, remedy, question: String }

    struct Outcome: Encodable, Sendable {
        var done: [String] = []
        var refused: [Refused] = []
    }

    struct Batch: Decodable {
        let dossiers: [String]
        let reason: String?
    }

    static let outcome = Schema.fields(
        ("done", .array(.string)),
        ("refused", .array(.fields(
            ("dossier", .string), ("code", .string), ("message", .string), ("remedy", .string), ("question", .string)))))
    private static let batch = Schema.fields(("dossiers", .array(.string)), ("reason?", .string))

    /// How many dossiers one request may name.
    public static let maxBatch = 5000

    public static let all: [Operation] = [
        Operation(
            "students.list", .get, "/students", "Pupils of the unit's subtree", title: "学生查询",
            parameters: [
                .init("school", "School code"), .init("class", "Class code"), .init("state", "Registration state, or several with commas"),
                .init("status", "Standing on the roll, or several with commas: `present`, `suspended`, `droppedOut`, `left`, `abroad`, `dead`"),
                .init("problem", "Kind of problem, or any"), .init("holder", "`self`: only what waits for the unit"), .init("limit", "1 to 1000, default 100"),
                .init("after", "Cursor from `next`"),
                .init("tab", "Tab of a school's review: `present`, `new` or `fromAbroad` (Q57)"),
            ],
            response: .fields(("total", .integer), ("next?", .string), ("students", .array(.anything)), ("notice?", .string))
        ) { call in
            guard call.parameters["search"] == nil else {
                throw Refusal(
                    "search.address", "姓名和号码不能写在网址里。", remedy: "请改用 POST /api/v1/students/search。", kind: .usage)
            }
            let filter = try filter(call.parameters, call.actor)
            let today = call.archive.surroundings.today
            let tab = try call.parameters["tab"].map { try ReviewTab($0, today: today) }
            return .json(try call.archive.read { reading in
                try tab?.page(filter, sight: call.actor.unit, reading)
                    ?? StudentList.page(filter, sight: call.actor.unit, today: today, reading)
            })
        },
        Operation(
            "students.search", .post, "/students/search", "Pupils of the unit's subtree by name or number, which no address may carry",
            title: "学生查询",
            body: .json(.fields(
                ("search", .string), ("school?", .string), ("class?", .string), ("state?", .string), ("status?", .string),
                ("problem?", .string),
                ("holder?", .string), ("limit?", .integer), ("after?", .string))),
            response: .fields(("total", .integer), ("next?", .string), ("students", .array(.anything))), isReading: true
        ) { call in
            let asked: Search = try JSONBody.decode(call.body)
            var filter = try filter(asked.parameters, call.actor)
            filter.search = asked.search
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { [filter] in try StudentList.page(filter, sight: call.actor.unit, today: today, $0) })
        },
        Operation(
            "students.show", .get, "/students/{dossier}", "One pupil's whole record", title: "学籍档案",
            parameters: [.path("dossier", "Dossier id")], response: .anything
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try DossierPage.page(id(call), sight: call.actor.unit, today: today, $0) })
        },
        Operation(
            "students.amend", .put, "/students/{dossier}", "Mend a record that is at the school", title: "修改学籍信息",
            parameters: [.path("dossier", "Dossier id")], body: .json(.fields(("changes", .anything))), response: outcome,
            roles: [.registrar]
        ) { call in
            let changes: Changes = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                try RecordEditing(actor: call.actor, transaction: transaction).amend(try id(call), changes.changes)
                return Outcome(done: [call.parameters["dossier"] ?? ""])
            })
        },
        RecordJudgement.operation,
        Operation(
            "students.state", .post, "/students/{dossier}/statements", "Record that a paper was seen (Q7, Q22, Q40)",
            title: "登记证明材料", parameters: [.path("dossier", "Dossier id")],
            body: .json(.fields(("about", .string), ("kind", .string), ("date", .string), ("place", .string))),
            response: outcome, roles: [.registrar]
        ) { call in
            let body: Statement = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                try RecordEditing(actor: call.actor, transaction: transaction).state(try id(call), body)
                return Outcome(done: [call.parameters["dossier"] ?? ""])
            })
        },
        step(.review, "students.review", "/students/review", "School review", roles: [.head, .registrar]),
        step(.withdraw, "students.withdraw", "/students/withdraw", "Take back the school's review", roles: [.registrar, .head]),
        step(.submit, "students.submit", "/students/submit", "Submit to the competent authority", roles: [.registrar, .head]),
        step(.forward, "students.forward", "/students/forward", "Pass to the superior authority", roles: [.head, .registrar]),
        step(.approve, "students.approve", "/students/approve", "Approve; draws the provisional number", roles: [.head, .registrar]),
        step(.sendBack, "students.return", "/students/return", "Return to the school with a reason", roles: [.head, .registrar]),
        single(.delete, "students.delete", .delete, "/students/{dossier}", "Delete one dossier before submission (Q59)"),
        single(.applyForDeletion, "students.applyForDeletion", .post, "/students/{dossier}/deletion", "Apply for deletion after approval (Q60)"),
        single(.confirmDeletion, "students.confirmDeletion", .post, "/students/{dossier}/deletion/confirm", "Confirm an erroneous registration's deletion (Q60)"),
        single(.refuseDeletion, "students.refuseDeletion", .post, "/students/{dossier}/deletion/refuse", "Refuse the deletion"),
    ]

    struct Changes: Decodable {
        /// Column titles of the 2013 template to texts; an empty text removes an optional item.
        let changes: [String: String]
    }

    struct Statement: Decodable {
        /// `noIDProof`, `otherDocumentProof` or `guardianConfirmation`.
        let about, kind, date, place: String
    }

    static func id(_ call: Call) throws -> DossierID {
        guard let id = DossierID(hex: call.parameters["dossier"] ?? "") else {
            throw Refusal("dossier.id", "学籍档案编号不对，应为32位十六进制数。", remedy: "请从学生列表中选取。", kind: .usage)
        }
        return id
    }

    private struct Search: Decodable {
        let search: String
        let school, `class`, state, status, problem, holder, after: String?
        let limit: Int?

        /// As the list takes them.
        var parameters: [String: String] {
            let given = [
                "school": school, "class": `class`, "state": state, "status": status, "problem": problem, "holder": holder, "after": after,
                "limit": limit.map(String.init),
            ]
            return given.compactMapValues { $0 }
        }
    }

    private static func filter(_ parameters: [String: String], _ actor: Actor) throws -> StudentList.Filter {
        var filter = StudentList.Filter()
        filter.school = parameters["school"].map { UnitCode($0) }
        filter.classCode = parameters["class"]
        filter.state = parameters["state"]
        filter.status = parameters["status"]
        filter.problem = parameters["problem"]
        filter.holder = try ListParameters.holder(parameters, of: actor.unit)
        let asked = try ListParameters(parameters)
        (filter.limit, filter.after) = (asked.limit, asked.after)
        return filter
    }

    private static func step(
        _ kind: StepKind, _ operation: String, _ path: String, _ summary: String, roles: Set<Role>
    ) -> Operation {
        Operation(
            operation, .post, path, summary, title: kind.label, body: .json(batch), response: outcome, roles: roles
        ) { call in
            let body: Batch = try JSONBody.decode(call.body)
            guard body.dossiers.count <= maxBatch else { throw tooMany }
            return .json(try call.archive.write { try take(kind, body.dossiers, body.reason, as: call.actor, in: $0) })
        }
    }

    private static func single(
        _ kind: StepKind, _ operation: String, _ method: Operation.Method, _ path: String, _ summary: String
    ) -> Operation {
        struct Reason: Decodable { let reason: String? }
        return Operation(
            operation, method, path, summary, title: kind.label, parameters: [.path("dossier", "Dossier id")],
            body: method == .delete ? .none : .json(.fields(("reason?", .string))), response: outcome,
            roles: [.registrar, .head]
        ) { call in
            let reason: Reason? = call.body.isEmpty ? nil : try JSONBody.decode(call.body)
            return .json(try call.archive.write {
                try take(kind, [call.parameters["dossier"] ?? ""], reason?.reason, as: call.actor, in: $0)
            })
        }
    }

    static var tooMany: Refusal { Refusal("batch.size", "一次最多办理 \(maxBatch) 名学生。", remedy: "请分批办理。", kind: .usage) }

    private static func take(
        _ kind: StepKind, _ dossiers: [String], _ reason: String?, as actor: Actor, in transaction: Transaction
    ) throws -> Outcome {
        let writer = StepWriter(actor: actor, transaction: transaction)
        return try each(dossiers) { id in
            // Who has doubles is deleted as a problem record: one of the group always stays (Q63).
            if kind == .delete, let dossier = try transaction.dossier(id), dossier.holder == actor.unit, !dossier.openPeers.isEmpty {
                return try CaseWriter(actor: actor, transaction: transaction).requestDeletion(id, reason: reason ?? "重复录入")
            }
            try writer.take(kind, in: id, .init(reason: reason))
        }
    }

    /// One after the other: what is refused keeps the rest not back.
    static func each(_ dossiers: [String], _ act: (DossierID) throws -> Void) throws -> Outcome {
        var outcome = Outcome()
        for text in dossiers {
            do {
                guard let id = DossierID(hex: text) else {
                    throw Refusal("dossier.id", "学籍档案编号不对，应为32位十六进制数。", remedy: "请从学生列表中选取。", kind: .usage)
                }
                try act(id)
                outcome.done.append(text)
            } catch let refusal as Refusal {
                outcome.refused.append(Refused(
                    dossier: text, code: refusal.code, message: refusal.message, remedy: refusal.remedy,
                    question: refusal.question))
            }
        }
        return outcome
    }
}
