import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 问题学籍处理: what a unit has to do with problem records, their cases, and rulings on pairs (Q61–Q65). A ruling, and the
/// approval of a change, is for one alone; what needs no judgement is done for many.
public enum ProblemOperations {
    private static let dossier = Operation.Parameter.path("dossier", "Dossier id")

    public static let all: [Operation] = [
        Operation(
            "problems.list", .get, "/problems", "Problem records of the unit's subtree and the cases they are in (Q61)", title: "问题学籍",
            parameters: [
                .init("kind", "Kind of problem"), .init("holder", "`self`: only what waits for the unit"),
                .init("limit", "1 to 1000, default 100"), .init("after", "Cursor from `next`"),
            ],
            response: .fields(("total", .integer), ("next?", .string), ("problems", .array(.anything)))
        ) { call in
            .json(try call.archive.read { try ProblemList.page(call.parameters, sight: call.actor.unit, $0) })
        },
        Operation(
            "problems.show", .get, "/students/{dossier}/problem", "One problem record: the group, rulings, evidence, the open case",
            title: "问题学籍", parameters: [dossier], response: .anything
        ) { call in
            .json(try call.archive.read { try ProblemPage.page(RegistrationOperations.id(call), sight: call.actor.unit, $0) })
        },
        open("problems.evidence", "evidence", "Prepare evidence that the record is right (Q63)", .prepareEvidence) { writer, id, wish in
            try writer.prepareEvidence(id, reason: wish.reason)
        },
        open("problems.change", "change", "Prepare the change of a wrong datum (Q63)", .prepareChange) { writer, id, wish in
            try writer.prepareChange(id, wish.changes ?? [:], reason: wish.reason)
        },
        open("problems.delete", "deletion", "Have a double deleted; the common authority's node grants it by itself (Q63)",
             .requestProblemDeletion) { writer, id, wish in try writer.requestDeletion(id, reason: wish.reason) },
        batch("problems.withdraw", "/problems/withdraw", "Take back what is only prepared", .withdrawCase),
        batch("problems.submit", "/problems/submit", "School review: pass cases to the competent authority", .submitCase),
        batch("problems.forward", "/problems/forward", "Pass cases to the superior authority", .forwardCase),
        batch("problems.return", "/problems/return", "Return cases to the school with a reason", .sendBackCase),
        approval(
            "problems.approve", "/students/{dossier}/problem/approve", "Approve a change: its version becomes the record", .approveChange),
        Operation(
            "problems.rule", .post, "/problems/rulings", "Say of two dossiers whether they are one child, and which is upheld (Q63)",
            title: "裁定",
            body: .json(.fields(
                ("first", .string), ("second", .string), ("finding", .string), ("upheld?", .string), ("reason", .string))),
            response: .anything, roles: [.head, .registrar]
        ) { call in
            let wish: RulingWriter.Wish = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                ProblemPage.RulingItem(try RulingWriter(actor: call.actor, transaction: transaction).rule(wish), transaction.directory)
            })
        },
    ]

    /// The approval of one proposed record.
    static func approval(_ id: String, _ path: String, _ summary: String, _ kind: StepKind) -> Operation {
        Operation(
            id, .post, path, summary, title: kind.label, parameters: [dossier], response: RegistrationOperations.outcome,
            roles: [.head, .registrar]
        ) { call in
            .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                let proposal = try transaction.dossier(id)?.openCase?.opening.proposal
                try StepWriter(actor: call.actor, transaction: transaction).take(kind, in: id, .init(record: proposal))
                return RegistrationOperations.Outcome(done: [id.description])
            })
        }
    }

    /// What a school says when it opens a case.
    struct Wish: Decodable {
        let reason: String
        /// Column titles to texts, in changes alone.
        let changes: [String: String]?
    }

    private static func open(
        _ id: String, _ path: String, _ summary: String, _ kind: StepKind,
        _ act: @escaping @Sendable (CaseWriter, DossierID, Wish) throws -> Void
    ) -> Operation {
        let body: Schema = kind == .prepareChange
            ? .fields(("reason", .string), ("changes", .anything)) : .fields(("reason", .string))
        return Operation(
            id, .post, "/students/{dossier}/problem/\(path)", summary, title: kind.label, parameters: [dossier], body: .json(body),
            response: RegistrationOperations.outcome, roles: [.registrar, .head]
        ) { call in
            let wish: Wish = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                try act(CaseWriter(actor: call.actor, transaction: transaction), id, wish)
                return RegistrationOperations.Outcome(done: [id.description])
            })
        }
    }

    /// A step for many dossiers, one after the other.
    static func batch(_ id: String, _ path: String, _ summary: String, _ kind: StepKind) -> Operation {
        Operation(
            id, .post, path, summary, title: kind.label,
            body: .json(.fields(("dossiers", .array(.string)), ("reason?", .string))), response: RegistrationOperations.outcome,
            roles: [.registrar, .head]
        ) { call in
            let body: RegistrationOperations.Batch = try JSONBody.decode(call.body)
            guard body.dossiers.count <= RegistrationOperations.maxBatch else { throw RegistrationOperations.tooMany }
            return .json(try call.archive.write { transaction in
                let writer = StepWriter(actor: call.actor, transaction: transaction)
                return try RegistrationOperations.each(body.dossiers) { try writer.take(kind, in: $0, .init(reason: body.reason)) }
            })
        }
    }
}
