import FoundationEssentials
import Protocol
import Rules
import Store

/// 学籍异动 other than transfers: what is possible, apply, review, take back, decide; one pupil at a time (Q78). Lists and exports (Q77).
public enum RollChangeOperations {
    private static let dossier = Operation.Parameter.path("dossier", "Dossier id")
    private static let draft = Schema.fields(
        ("kind", .string), ("cause?", .string), ("date?", .string), ("until?", .string), ("country?", .string), ("class?", .string),
        ("reason?", .string))

    public static let all: [Operation] = [
        RollChangeExport.list, RollChangeExport.workbook,
        Operation(
            "rollChanges.ending", .get, "/roll-changes/ending", "Suspensions of the unit's subtree whose last day is near or past",
            title: "休学期满提醒", parameters: [.init("limit", "1 to 1000, default 100"), .init("after", "`next` of the page before")],
            response: .fields(("total", .integer), ("next?", .string), ("suspensions", .array(.anything)))
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { try SuspensionList.page(call.parameters, sight: call.actor.unit, today: today, $0) })
        },
        Operation(
            "rollChanges.show", .get, "/students/{dossier}/roll-changes",
            "Where a pupil stands on the roll, which changes are possible, and why the others are not", title: "学籍异动",
            parameters: [dossier], response: .anything
        ) { call in
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { reading in
                try RollChangePage.page(RegistrationOperations.id(call), sight: call.actor.unit, today: today, reading)
            })
        },
        Operation(
            "rollChanges.judge", .post, "/students/{dossier}/roll-changes/judgement", "All that is wrong with an application; saves nothing",
            title: "检查学籍异动申请", parameters: [dossier], body: .json(draft),
            response: .fields(("isAccepted", .boolean), ("faults", .array(.anything))), roles: [.registrar, .head], isReading: true
        ) { call in
            let draft: RollChangeDraft = try JSONBody.decode(call.body)
            let today = call.archive.surroundings.today
            return .json(try call.archive.read { reading in
                let dossier = try DossierPage.dossier(RegistrationOperations.id(call), sight: call.actor.unit, reading)
                let faults = draft.read(try RollChangeGuards(reading: reading, today: today).facts(dossier)).faults
                return Judgement(isAccepted: faults.isEmpty, faults: faults.map {
                    FaultItem(field: $0.field.rawValue, code: $0.code, message: $0.message, remedy: $0.remedy)
                })
            })
        },
        Operation(
            "rollChanges.apply", .post, "/students/{dossier}/roll-changes", "Apply for a roll change, or mend what is prepared",
            title: "申请学籍异动", parameters: [dossier], body: .json(draft),
            response: .fields(("done", .array(.string)), ("notices", .array(.string))), roles: [.registrar, .head]
        ) { call in
            let draft: RollChangeDraft = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                let notices = try RollChangeWriter(actor: call.actor, transaction: transaction).prepare(id, draft)
                return Applied(done: [id.description], notices: notices)
            })
        },
        step("withdraw", "Take back what is only prepared", .withdrawCase),
        step("submit", "School review: pass to the competent authority", .submitCase),
        step("recall", "The school takes back what the authority has not decided yet", .recallCase),
        step("return", "Return to the school with a reason", .sendBackCase),
        step("approve", "Approve: the change is in force", .approveRollChange),
        step("correct", "Take back a death that was entered by error; the competent authority, with a reason (M-DEATH)", .correctDeath),
    ]

    struct Applied: Encodable, Sendable { let done, notices: [String] }

    struct Judgement: Encodable, Sendable {
        let isAccepted: Bool
        let faults: [FaultItem]
    }

    struct FaultItem: Encodable, Sendable { let field, code, message, remedy: String }

    private static func step(_ verb: String, _ summary: String, _ kind: StepKind) -> Operation {
        struct Body: Decodable { let reason: String? }
        return Operation(
            "rollChanges.\(verb)", .post, "/students/{dossier}/roll-changes/\(verb)", summary, title: kind.label, parameters: [dossier],
            body: kind.asksWhy ? .json(.fields(("reason", .string))) : .none, response: RegistrationOperations.outcome,
            roles: [.registrar, .head]
        ) { call in
            let body: Body? = kind.asksWhy ? try JSONBody.decode(call.body) : nil
            return .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                if kind != .correctDeath { try mustBeRollChange(id, call.actor, transaction) }
                try StepWriter(actor: call.actor, transaction: transaction).take(kind, in: id, .init(reason: body?.reason))
                return RegistrationOperations.Outcome(done: [id.description])
            })
        }
    }

    /// The same steps serve other cases: this door is for roll changes alone.
    private static func mustBeRollChange(_ id: DossierID, _ actor: Actor, _ transaction: Transaction) throws {
        guard let dossier = try transaction.dossier(id), transaction.directory.contains(actor.unit, dossier.home),
              !(dossier.openCase?.stand.isRollChange ?? false) else { return }
        throw Refusal("roll.none", question: "Q75", "该生没有在办的学籍异动。", remedy: "已办结或撤回的不能再办；请刷新页面核对。")
    }
}

extension StepKind {
    /// Whether a reason goes with it.
    fileprivate var asksWhy: Bool { self == .sendBackCase || self == .correctDeath }
}
