import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 关键数据变更: apply, mend, take back, review, pass on, return, approve (Q70–Q73).
public enum KeyDataOperations {
    private static let dossier = Operation.Parameter.path("dossier", "Dossier id")

    public static let all: [Operation] = [
        Operation(
            "keyData.fields", .get, "/key-data/fields", "Which fields are under control for a school, and who has set none (Q70)",
            title: "受控字段", parameters: [.init("school", "School code; the unit itself by default")],
            response: .fields(("fields", .array(.string)), ("unset", .array(.string)))
        ) { call in
            .json(try call.archive.read { reading in
                let school = call.parameters["school"].map { UnitCode($0) } ?? call.actor.unit
                guard reading.directory.contains(call.actor.unit, school) else {
                    throw Refusal("sight", "学校 \(school) 不在本单位管理范围内。", remedy: "请核对学校标识码。", kind: .permission)
                }
                let controlled = try ControlledFields(for: school, reading)
                return Fields(
                    fields: controlled.fields.map(\.label), unset: controlled.unset.map { reading.directory.unit($0)?.name ?? $0.text })
            })
        },
        Operation(
            "keyData.list", .get, "/key-data", "Key-data changes under way in the unit's subtree", title: "关键数据变更",
            parameters: [.init("holder", "`self`: only what waits for the unit"), .init("limit", "1 to 1000, default 100")],
            response: .fields(("total", .integer), ("changes", .array(.anything)))
        ) { call in
            .json(try call.archive.read { try KeyChangeList.page(call.parameters, sight: call.actor.unit, $0) })
        },
        Operation(
            "keyData.apply", .post, "/students/{dossier}/key-data", "Apply for a change of key data, or mend what is prepared (Q73)",
            title: "申请关键数据变更", parameters: [dossier], body: .json(.fields(("reason", .string), ("changes", .anything))),
            response: RegistrationOperations.outcome, roles: [.registrar, .head]
        ) { call in
            let wish: ProblemOperations.Wish = try JSONBody.decode(call.body)
            return .json(try call.archive.write { transaction in
                let id = try RegistrationOperations.id(call)
                try KeyChangeWriter(actor: call.actor, transaction: transaction).prepare(id, wish.changes ?? [:], reason: wish.reason)
                return RegistrationOperations.Outcome(done: [id.description])
            })
        },
        ProblemOperations.batch("keyData.withdraw", "/key-data/withdraw", "Take back what is only prepared", .withdrawCase),
        ProblemOperations.batch("keyData.submit", "/key-data/submit", "School review: pass to the competent authority", .submitCase),
        ProblemOperations.batch("keyData.forward", "/key-data/forward", "Pass to the superior authority", .forwardCase),
        ProblemOperations.batch("keyData.return", "/key-data/return", "Return to the school with a reason", .sendBackCase),
        ProblemOperations.approval(
            "keyData.approve", "/students/{dossier}/key-data/approve", "Approve: the proposed version becomes the record",
            .approveKeyChange),
    ]

    struct Fields: Encodable, Sendable {
        let fields: [String]
        /// Names of the authorities that have set nothing; while there are any, nothing can be applied for.
        let unset: [String]
    }
}

/// Key-data changes under way, oldest first (Q73: the school's own list).
enum KeyChangeList {
    struct Item: Encodable, Sendable {
        let dossier, name, school, schoolName, label, since, reason: String
        /// Why it came back, while it lies with the school again.
        var returned: String?
        @OrNull var holder: String?
        let problems: [String]
        /// `pending` until a verdict about the proposed version has come, then `clean` or `problem` (Q71).
        let check: ProposalCheck
        let changes: [RecordChanges.Item]
    }

    struct Page: Encodable, Sendable {
        let total: Int
        let changes: [Item]
    }

    static func page(_ parameters: [String: String], sight unit: UnitCode, _ reading: Reading) throws -> Page {
        var filter = StudentList.Filter()
        filter.holder = try ListParameters.holder(parameters, of: unit)
        let limit = try ListParameters.limit(parameters)
        let (condition, arguments) = try StudentList.clause(filter, sight: unit, reading)
        let stands = Stand.allCases.filter(\.isKeyChange).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        let ids = try Data.fetchAll(
            reading.database, sql: "SELECT id FROM dossier WHERE \(condition) AND open_case <> '' AND open_case IN (\(stands)) ORDER BY id", arguments: arguments)
            .compactMap { DossierID($0) }
        let shelf = DossierShelf(reading)
        let items = try ids.prefix(limit).compactMap { id in
            try shelf.dossier(id).flatMap { try item($0, reading) }
        }
        return Page(total: ids.count, changes: items)
    }

    static func item(_ dossier: Dossier, _ reading: Reading) throws -> Item? {
        guard let open = dossier.openCase else { return nil }
        return Item(
            dossier: dossier.id.description, name: dossier.record.name, school: dossier.home.text,
            schoolName: reading.directory.unit(dossier.home)?.name ?? dossier.home.text, label: open.stand.caseLabel,
            since: ChinaTime.text(open.opened.at), reason: open.opened.reason ?? "", returned: dossier.reasonOfReturn, holder: dossier.holder?.text, problems: dossier.problems,
            check: try ProposalCheck(of: dossier, reading),
            changes: RecordChanges.proposed(open, dossier))
    }
}
