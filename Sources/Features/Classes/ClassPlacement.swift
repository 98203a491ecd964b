import Protocol
import Rules
import Store

/// 学生调班 (M-CLS): pupils go to another class of their cohort, one by one: what is refused keeps nobody else back.
public enum ClassPlacement {
    private struct Wish: Decodable { let dossiers: [String] }

    static let operation = Operation(
        "classes.place", .post, "/classes/{code}/students", "Place pupils in a class of their cohort", title: "学生调班",
        parameters: [.path("code", "Seven-digit class code")], body: .json(.fields(("dossiers", .array(.string)))),
        response: RegistrationOperations.outcome, roles: [.registrar]
    ) { call in
        let wish: Wish = try JSONBody.decode(call.body)
        guard wish.dossiers.count <= RegistrationOperations.maxBatch else { throw RegistrationOperations.tooMany }
        let code = call.parameters["code"] ?? ""
        return .json(try call.archive.write { try place(wish.dossiers, in: code, as: call.actor, $0) })
    }

    private static func place(
        _ dossiers: [String], in code: String, as actor: Actor, _ transaction: Transaction
    ) throws -> RegistrationOperations.Outcome {
        let school = try ClassOperations.school(actor, in: transaction)
        guard try ClassShelf(transaction.reading).classes(of: school.code)[code] != nil else {
            throw Refusal("classes.missing", question: "Q51", "本校不存在该班号", remedy: "请核对班号。", kind: .missing)
        }
        let limit = try Int(PolicyShelf(transaction.reading).value("class.limit", for: school.code))
        var pupils = try StudentList.count(inClass: code, of: school.code, transaction.reading)
        let editing = RecordEditing(actor: actor, transaction: transaction)
        return try RegistrationOperations.each(dossiers) { id in
            if let limit, pupils >= limit, try editing.classCode(of: id) != code {
                throw Refusal(
                    "place.full", question: "M-CLS", "班级 \(code) 已有 \(pupils) 人，达到班额上限 \(limit) 人。", remedy: "请选其他班级，或由上级调整班额上限。")
            }
            if try editing.place(id, in: code) { pupils += 1 }
        }
    }
}
