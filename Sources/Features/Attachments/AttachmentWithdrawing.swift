import Protocol
import Rules
import Store

/// `attachment withdraw`: the home school takes back a file that nobody has judged by yet.
enum AttachmentWithdrawing {
    struct Wish: Decodable { let reason: String }

    /// Characters of a reason.
    private static let reasonLength = 200

    static let operation = Operation(
        "attachments.withdraw", .post, "/attachments/{hash}/withdraw", "Take back a file that no step rests on", title: "撤回附件",
        parameters: [.path("hash", "SHA-256 of the file, 64 hexadecimal digits")], body: .json(.fields(("reason", .string))),
        response: .fields(("attachments", .array(AttachmentOperations.item))), roles: [.registrar]
    ) { call in
        let wish: Wish = try JSONBody.decode(call.body)
        let reason = wish.reason
        guard reason.contains(where: { !$0.isWhitespace }), reason.count <= reasonLength else {
            throw Refusal(
                "attachment.reason", question: "Q62", "撤回附件须写明原因，不超过 \(reasonLength) 字。", remedy: "请用 --reason 写明原因。", kind: .usage)
        }
        return .json(try call.archive.write { transaction in
            try withdraw(call.parameters["hash"] ?? "", reason, as: call.actor, in: transaction)
        })
    }

    struct Withdrawn: Encodable, Sendable { let attachments: [AttachmentOperations.Item] }

    /// Of every dossier of the school that has it; each is judged by itself.
    private static func withdraw(_ text: String, _ reason: String, as actor: Actor, in transaction: Transaction) throws -> Withdrawn {
        let register = BlobRegister(transaction)
        let own = try Digest(hex: text).map { try register.standing(with: $0).filter { $0.by == actor.unit } } ?? []
        guard !own.isEmpty else {
            throw Refusal("attachment.unknown", question: "Q62", "本单位没有上传过这个附件，或已撤回。", remedy: "请从附件列表中选取。", kind: .missing)
        }
        for attachment in own {
            guard try !isCited(attachment, in: transaction) else { throw cited }
            let withdrawal = AttachmentWithdrawal(
                dossier: attachment.dossier, by: actor.unit, hash: attachment.hash, reason: reason, at: transaction.now)
            try transaction.append(.attachmentWithdrawal, Payload.encode(withdrawal), as: actor.unit, to: .up)
        }
        return Withdrawn(attachments: try own.map { try AttachmentOperations.shown($0, transaction.reading) })
    }

    /// Whoever judges a submission judges what lay beside it: all that was attached by then. Both times are of the school's own
    /// machine; in doubt it counts as cited.
    private static func isCited(_ attachment: Attachment, in transaction: Transaction) throws -> Bool {
        if let transfer = try TransferShelf(transaction.reading).transfer(attachment.dossier) { return transfer.isSubmitted }
        guard let dossier = try transaction.dossier(attachment.dossier) else { return false }
        return dossier.chain.contains { step in
            step.kind == .submit && step.at >= attachment.at || step.opening?.evidence.contains(attachment.hash) ?? false
        }
    }

    private static let cited = Refusal(
        "attachment.cited", question: "Q62", "这个附件已随学籍档案上报，是办理的依据，不能撤回。", remedy: "材料有误时，请补充正确的材料并联系主管教育行政部门。")
}
