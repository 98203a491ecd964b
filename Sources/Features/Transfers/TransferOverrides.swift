import Protocol
import Rules
import Store

/// 强制干预 of a transfer (Q76): the receiving school asks, the province above the present holder decides in its stead. What is in the
/// pupil's dossier is taken by the table's rows for it, also in the releasing school's own stead.
struct TransferOverrides {
    struct Decision: Codable, Sendable {
        /// `approve` or `return`.
        let decision: String
        let reason: String
        let confirmed: Bool
    }

    let writer: TransferWriter
    private var transaction: Transaction { writer.transaction }
    private var reading: Reading { transaction.reading }

    static let operations: [Operation] = [
        TransferOperations.act(
            "transfers.request", .post, "/transfers/{transfer}/override", "The receiving school asks that the overdue holder be overridden (Q76)",
            .request, body: .fields(("reason", .string))
        ) { writer, id, body in try TransferOverrides(writer: writer).request(id, reason: try TransferOperations.reason(body)) },
        TransferOperations.act(
            "transfers.decide", .post, "/transfers/{transfer}/override/decision",
            "Agree or return in the overdue holder's stead; `confirmed` must be true (Q76)", .override,
            body: .fields(("decision", .string), ("reason", .string), ("confirmed", .boolean))
        ) { writer, id, body in try TransferOverrides(writer: writer).decide(id, try JSONBody.decode(body)) },
    ]

    /// About the present step; asking again changes nothing.
    private func request(_ id: DossierID, reason: String) throws {
        let transfer = try seen(id)
        guard transfer.head.receiving == writer.actor.unit else { throw TransferRefusals.notReceiving(.request, transfer, transaction.directory) }
        try writer.checkRight(.request)
        _ = try authority(over: transfer)
        try writer.check(reason)
        try checkOverdue(transfer)
        guard transfer.request == nil, let step = transfer.current else { return }
        let request = TransferRequest(head: transfer.head, by: writer.actor.unit, step: step, reason: reason, at: transaction.now)
        try transaction.append(.transferRequest, Payload.encode(request), as: writer.actor.unit, to: .up)
    }

    private func decide(_ id: DossierID, _ decision: Decision) throws {
        guard decision.decision == "approve" || decision.decision == "return" else {
            throw Refusal("decision", question: "Q76", "没有“\(decision.decision)”这种决定。", remedy: "可选：approve（通过）、return（退回）。", kind: .usage)
        }
        let transfer = try seen(id)
        guard try authority(over: transfer) == writer.actor.unit else {
            let name = try authority(over: transfer).flatMap { transaction.directory.unit($0)?.name } ?? "上级"
            throw Refusal("override.authority", question: "Q76", "对当前处理单位的强制干预由“\(name)”决定，本单位不能办理。", remedy: "请联系\(name)。", kind: .permission)
        }
        try writer.checkRight(.override)
        guard transfer.request != nil else { throw OverrideRefusals.notRequested() }
        try checkOverdue(transfer)
        guard decision.confirmed else { throw OverrideRefusals.notConfirmed() }
        try writer.check(decision.reason)
        try take(transfer, isApproval: decision.decision == "approve", reason: decision.reason)
    }

    private func take(_ transfer: Transfer, isApproval: Bool, reason: String) throws {
        if transfer.station.isOfDossier {
            guard let dossier = transfer.dossier else { throw TransferRefusals.unknown() }
            try StepWriter(actor: writer.actor, transaction: transaction)
                .take(isApproval ? .approveTransfer : .returnTransfer, in: dossier, .init(reason: reason), inStead: true)
        } else if !isApproval {
            try writer.sendBack(transfer, reason: reason, isInStead: true)
        } else if transfer.station == .releasingSchool {
            try writer.accept(transfer, inSteadBecause: reason)
        } else {
            // The province has spoken with this: it is not asked again.
            try writer.pass(
                transfer, .pass, from: transfer.station == .receivingAuthority ? .receivingAuthority : transfer.station, provinces: false,
                isInStead: true, reason: reason)
        }
    }

    private func seen(_ id: DossierID) throws -> Transfer {
        guard let transfer = try TransferShelf(reading).seen(id, by: writer.actor.unit) else { throw TransferRefusals.unknown() }
        guard transfer.state == .underWay else { throw TransferRefusals.notHolder(transfer, transaction.directory) }
        return transfer
    }

    private func authority(over transfer: Transfer) throws -> UnitCode? {
        guard let authority = TransferPage.authority(transfer, reading) else {
            throw Refusal("override.top", question: "Q76", "当前环节没有可以代为办理的上级。", remedy: "请与当前处理单位联系。")
        }
        return authority
    }

    private func checkOverdue(_ transfer: Transfer) throws {
        guard !transfer.due.isEmpty else { throw OverrideRefusals.unlimited() }
        guard TransferDeadline.isOverdue(transfer.due, today: transaction.surroundings.today) else {
            throw OverrideRefusals.inTime(holder: transfer.holder, due: transfer.due, transaction.directory)
        }
    }
}
