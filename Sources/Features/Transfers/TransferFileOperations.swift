import Protocol
import Rules
import Sheets
import Store

/// `transfer attach`: the receiving school's papers go with its application.
enum TransferFileOperations {
    /// Files of one application.
    static let perApplication = 20

    static let item = Schema.fields(
        ("hash", .string), ("name", .string), ("type", .string), ("paper", .string), ("label", .string), ("at", .string), ("bytes", .integer),
        ("here", .boolean))

    static let attach = Operation(
        "transfers.attach", .post, "/transfers/{transfer}/attachments", "The receiving school attaches a paper to its application",
        title: "上传转学附件",
        parameters: [
            .path("transfer", "Id of the application"),
            .init("paper", "`residence`, `household`, `guardian`, `work`, `consent` or `other` (default)"),
        ],
        body: .file(limit: 4 * Attachment.maxBytes), response: .fields(("attachments", .array(item))), roles: [.registrar, .head]
    ) { call in
        guard let file = call.file else {
            throw Refusal("file.missing", question: "Q62", "没有收到文件。", remedy: "请附上文件。", kind: .usage)
        }
        let paper = try TransferFileOperations.paper(call.parameters["paper"] ?? "")
        let id = try TransferOperations.id(call)
        let allowed = try call.archive.read { reading in
            _ = try TransferFileOperations.open(id, call.actor, reading)
            return AttachedFileType.list(try PolicyShelf(reading).value("evidence.types", for: call.actor.unit)) ?? []
        }
        let taken = try IncomingFile(file, for: .evidence, allowed: allowed).take(archive: call.archive)
        return .json(try call.archive.write { transaction in
            try state(taken, paper, id, call.actor, transaction)
            let transfer = try open(id, call.actor, transaction.reading)
            return List(attachments: try TransferFiles(transaction.reading).items(of: transfer))
        })
    }

    struct List: Encodable, Sendable { let attachments: [TransferFiles.Item] }

    private static func state(
        _ taken: IncomingFile.Taken, _ paper: TransferPaper, _ id: DossierID, _ actor: Actor, _ transaction: Transaction
    ) throws {
        let transfer = try open(id, actor, transaction.reading)
        let register = BlobRegister(transaction)
        try register.keep(taken.hash, size: taken.size, at: transaction.now)
        let known = try register.attachments(of: id, by: actor.unit)
        if let same = known.first(where: { $0.hash == taken.hash }) {
            guard try register.withdrawal(of: same) != nil else { return }
            throw Refusal(
                "attachment.withdrawn", question: "Q62", "同样的文件在这项申请中已撤回（原名 \(same.name)），不能再次上传。", remedy: "确需上传时，请重新扫描后再上传。")
        }
        guard known.count < perApplication else {
            throw Refusal("attachment.count", question: "Q62", "一项转学申请最多 \(perApplication) 个附件。", remedy: "请把材料合并成较少的文件。")
        }
        let attachment = Attachment(
            dossier: id, by: actor.unit, hash: taken.hash, size: taken.size, type: taken.type.rawValue, purpose: paper.rawValue, name: taken.name,
            at: transaction.now)
        try transaction.append(.transferFile, Payload.encode(transfer.head, file: attachment), as: actor.unit, to: .up)
    }

    /// While the receiving school has it in its hands: before its review, and after a return.
    private static func open(_ id: DossierID, _ actor: Actor, _ reading: Reading) throws -> Transfer {
        guard let transfer = try TransferShelf(reading).seen(id, by: actor.unit) else { throw TransferRefusals.unknown() }
        guard transfer.head.receiving == actor.unit else { throw TransferRefusals.notReceiving(.attach, transfer, reading.directory) }
        let separated = try PolicyShelf(reading).isOn("roles.separated", for: actor.unit)
        guard TransferAct.attach.isAllowed(actor, separated: separated) else { throw TransferRefusals.notRole(.attach) }
        guard transfer.state == .prepared || transfer.state == .returned else { throw TransferRefusals.notNow(.attach, transfer) }
        return transfer
    }

    private static func paper(_ text: String) throws -> TransferPaper {
        guard !text.isEmpty else { return .other }
        guard let paper = TransferPaper(rawValue: text) else {
            throw Refusal(
                "transfer.paper", question: "Q62", "没有“\(text)”这种转学材料。",
                remedy: "可选：" + TransferPaper.allCases.map { "\($0.rawValue)（\($0.label)）" }.joined(separator: "、"), kind: .usage)
        }
        return paper
    }
}
