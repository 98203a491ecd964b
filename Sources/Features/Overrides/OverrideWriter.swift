import GRDB
import Protocol
import Rules
import Store

/// 强制干预: the school asks, the authority over the holder decides in its stead (Q76).
struct OverrideWriter {
    /// Characters of a reason.
    private static let reasonLength = 200

    let actor: Actor
    let transaction: Transaction

    /// The school's request about the present step; asking again changes nothing.
    func request(_ id: DossierID, reason: String) throws {
        guard let dossier = try transaction.dossier(id), transaction.directory.contains(actor.unit, dossier.home) else {
            throw StepRefusals.unknown(id)
        }
        guard dossier.home == actor.unit else { throw OverrideRefusals.notInitiator(dossier, transaction.directory) }
        guard dossier.timedBusiness != nil, let holder = dossier.holder, holder != actor.unit, let head = dossier.head else {
            throw OverrideRefusals.nothing(dossier)
        }
        guard dossier.overridingAuthority(in: transaction.directory) != nil else { throw OverrideRefusals.noAuthority(dossier) }
        try check(reason)
        if dossier.overrideRequest != nil { return }
        try OverrideGuards(reading: transaction.reading, today: transaction.surroundings.today).check(.overdue, dossier)
        let position = 1 + (try Int64.fetchOne(
            transaction.database.cachedStatement(sql: "SELECT max(position) FROM word WHERE writer = ? AND kind = ?"),
            arguments: [actor.unit.text, Int64(EntryKind.overrideRequest.rawValue)]) ?? 0)
        let request = OverrideRequest(dossier: id, by: actor.unit, position: position, head: head, reason: reason, at: transaction.now)
        try transaction.append(.overrideRequest, Payload.encode(request), as: actor.unit, to: .up)
    }

    enum Decision: String, Sendable, CaseIterable {
        case approve, sendBack = "return"

        /// The holder's step that is taken in its stead; nil where the dossier waits for none.
        func step(of business: TimedBusiness) -> StepKind {
            switch (self, business) {
            case (.approve, .registration): .approve
            case (.approve, .keyDataChange): .approveKeyChange
            case (.approve, .rollChange): .approveRollChange
            case (.sendBack, .registration): .sendBack
            case (.sendBack, .keyDataChange), (.sendBack, .rollChange): .sendBackCase
            }
        }
    }

    func decide(_ id: DossierID, _ decision: Decision, reason: String, isConfirmed: Bool) throws {
        guard let dossier = try transaction.dossier(id), transaction.directory.contains(actor.unit, dossier.home) else {
            throw StepRefusals.unknown(id)
        }
        guard let business = dossier.timedBusiness else { throw OverrideRefusals.nothing(dossier) }
        guard isConfirmed else { throw OverrideRefusals.notConfirmed() }
        try check(reason)
        let step = decision.step(of: business)
        let record = step == .approveKeyChange ? dossier.openCase?.opening.proposal : nil
        try StepWriter(actor: actor, transaction: transaction).take(step, in: id, .init(record: record, reason: reason), inStead: true)
    }

    private func check(_ reason: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }), reason.count <= Self.reasonLength else {
            throw Refusal("reason", question: "Q76", "强制干预必须写明理由，不超过 \(Self.reasonLength) 字。", remedy: "请填写理由后重试。", kind: .usage)
        }
    }
}
