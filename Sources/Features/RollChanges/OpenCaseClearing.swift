import FoundationEssentials
import GRDB
import Protocol
import Rules
import Store

/// 在办业务清理 (Q87): takes back in one go what a unit has before it and nobody has decided: a school withdraws what it has only prepared, an
/// authority returns what is submitted to it, with a reason. One pupil after the other, by the rows of the workflow; nothing is approved
/// this way, and transfers, registrations and deletions are gone on with one by one (Q59, Q78).
struct OpenCaseClearing {
    /// Kinds of business that can be taken back in bulk.
    static let businesses: [OpenCases.Business] = [.rollChange, .keyData, .problem]

    let actor: Actor
    let transaction: Transaction

    struct Request: Decodable {
        /// These; else what the filter finds before the unit.
        let dossiers: [String]?
        let business, unit: String?
        /// Before the unit for at least so many days.
        let days: Int?
        let reason: String?
    }

    struct Cleared: Encodable, Sendable {
        let done: [String]
        let refused: [RegistrationOperations.Refused]
        /// What the filter finds beyond the number of one request.
        let left: Int
    }

    /// - Parameter most: dossiers of one request.
    func clear(_ request: Request, most: Int = RegistrationOperations.maxBatch) throws -> Cleared {
        let (dossiers, left) = try request.dossiers.map { ($0, 0) } ?? found(request, most)
        guard dossiers.count <= most else { throw RegistrationOperations.tooMany }
        let writer = StepWriter(actor: actor, transaction: transaction)
        let outcome = try RegistrationOperations.each(dossiers) { id in
            guard let dossier = try transaction.dossier(id) else { throw StepRefusals.unknown(id) }
            try writer.take(try step(dossier), in: id, .init(reason: request.reason))
        }
        return Cleared(done: outcome.done, refused: outcome.refused, left: left)
    }

    private func found(_ request: Request, _ most: Int) throws -> ([String], Int) {
        let business = try request.business.map { try OpenCases.business($0) }
        guard let business, Self.businesses.contains(business) else {
            throw Refusal(
                "cases.clearing.business", question: "Q87", business.map { "\($0.label)不能批量清理。" } ?? "没有选择清理哪一种在办业务。",
                remedy: "可选：" + Self.businesses.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: "、") + "。其他业务请逐件办理。", kind: .usage)
        }
        var asked = ["holder": "self", "business": business.rawValue]
        asked["unit"] = request.unit
        asked["days"] = request.days.map(String.init)
        let (condition, arguments) = try OpenCases.clause(asked, sight: actor.unit, today: transaction.surroundings.today, transaction.reading)
        let total = try Int.fetchOne(transaction.database, sql: "SELECT count(*) FROM dossier WHERE \(condition)", arguments: arguments) ?? 0
        let ids = try Data.fetchAll(
            transaction.database, sql: "SELECT id FROM dossier WHERE \(condition) ORDER BY held_since, id LIMIT \(most)", arguments: arguments)
        return (ids.compactMap { DossierID($0)?.description }, total - ids.count)
    }

    /// The way back from where the case stands.
    private func step(_ dossier: Dossier) throws -> StepKind {
        if let stand = dossier.openCase?.stand, Self.businesses.contains(.of(stand)) {
            let rows = Workflow.registration(after: dossier, taking: .withdrawCase)
            if let step = [StepKind.withdrawCase, .sendBackCase].first(where: { rows.row($0, from: stand) != nil }) { return step }
        }
        let business = OpenCases.Business(dossier)
        throw Refusal(
            "cases.clearing.none", question: "Q87", business.map { "该生的在办业务（\($0.label)）不能批量清理。" } ?? "该生没有在办业务。",
            remedy: business == nil ? "请刷新页面核对。" : "请打开该生的业务页面逐件办理。")
    }
}
