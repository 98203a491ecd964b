import Protocol
import Rules
import Sheets
import Store

/// `attach`, `attachments`, `attachment get`.
public enum AttachmentOperations {
    struct Item: Encodable, Sendable {
        let hash, name, type, purpose, by, at: String
        let bytes: Int
        /// Whether the bytes lie on this node.
        let here: Bool
        /// When and why it was taken back; nil while it stands.
        let withdrawnAt, withdrawnReason: String?
    }

    struct List: Encodable, Sendable {
        let dossier: String
        let attachments: [Item]
    }

    struct Fetching: Encodable, Sendable {
        let hash: String
        let here: Bool
    }

    static let item = Schema.fields(
        ("hash", .string), ("name", .string), ("type", .string), ("purpose", .string), ("by", .string), ("at", .string),
        ("bytes", .integer), ("here", .boolean), ("withdrawnAt?", .string), ("withdrawnReason?", .string))
    private static let hash = Operation.Parameter.path("hash", "SHA-256 of the file, 64 hexadecimal digits")

    public static let all: [Operation] = [
        Operation(
            "attachments.add", .post, "/students/{dossier}/attachments", "Attach a file to a dossier", title: "上传附件",
            parameters: [
                .path("dossier", "Dossier id"), .init("purpose", "`evidence` (default), `document` or `photo`"),
            ],
            body: .file(limit: 4 * Attachment.maxBytes), response: item, roles: [.registrar]
        ) { call in
            guard let file = call.file else {
                throw Refusal("file.missing", question: "Q62", "没有收到文件。", remedy: "请附上文件。", kind: .usage)
            }
            let attachment = try AttachmentWriter(archive: call.archive, actor: call.actor)
                .attach(file, to: try dossier(call), as: try purpose(call.parameters["purpose"] ?? ""))
            return .json(try call.archive.read { try shown(attachment, $0) })
        },
        Operation(
            "attachments.list", .get, "/students/{dossier}/attachments", "Files of a dossier", title: "附件",
            parameters: [.path("dossier", "Dossier id")],
            response: .fields(("dossier", .string), ("attachments", .array(item)))
        ) { call in
            let id = try dossier(call)
            return .json(try call.archive.read { reading in
                guard let dossier = try DossierShelf(reading).dossier(id), reading.directory.contains(call.actor.unit, dossier.home)
                else { throw StepRefusals.unknown(id) }
                let attachments = try BlobRegister(reading).attachments(of: id, by: dossier.home)
                return List(dossier: id.description, attachments: try attachments.map { try shown($0, reading) })
            })
        },
        Operation(
            "attachments.get", .get, "/attachments/{hash}", "The file itself, where it lies on this node", title: "下载附件",
            parameters: [hash], response: .file(mediaType: "application/octet-stream")
        ) { call in
            let attachment = try inSight(call)
            let shelf = BlobShelf(node: call.archive.folder)
            guard shelf.size(attachment.hash) == attachment.size else {
                throw try call.archive.read { try BlobRegister($0).withdrawal(of: attachment) } == nil ? away(attachment) : withdrawn
            }
            guard shelf.isSound(attachment.hash) else {
                throw Refusal(
                    damagedCode, question: "Q62", "本节点上的这个文件已损坏。", remedy: "请调取：节点会把它移开并重新取回。")
            }
            return .file(
                path: shelf.path(attachment.hash), name: attachment.name,
                mediaType: AttachedFileType(rawValue: attachment.type)?.mediaType ?? "application/octet-stream")
        },
        Operation(
            "attachments.fetch", .post, "/attachments/{hash}/fetch", "Have a file fetched that lies further down, for looking at it",
            title: "调取附件", parameters: [hash], response: .fields(("hash", .string), ("here", .boolean))
        ) { call in
            let attachment = try inSight(call)
            let isHere = try call.archive.write { transaction in
                guard try BlobRegister(transaction).withdrawal(of: attachment) == nil else { throw withdrawn }
                let register = BlobRegister(transaction)
                let shelf = BlobShelf(node: call.archive.folder)
                if try register.holds(attachment.hash) {
                    if shelf.isSound(attachment.hash) { return true }
                    shelf.putAside(attachment.hash)
                    try register.forget(attachment.hash)
                }
                try register.want(
                    attachment.hash, of: attachment.by, size: attachment.size, isUrgent: true, at: transaction.now)
                return false
            }
            return .json(Fetching(hash: attachment.hash.description, here: isHere))
        },
        AttachmentWithdrawing.operation,
    ]

    private static func dossier(_ call: Call) throws -> DossierID {
        guard let id = DossierID(hex: call.parameters["dossier"] ?? "") else {
            throw Refusal("dossier.id", "学籍档案编号不对，应为32位十六进制数。", remedy: "请从学生列表中选取。", kind: .usage)
        }
        return id
    }

    private static func purpose(_ text: String) throws -> AttachmentPurpose {
        guard !text.isEmpty else { return .evidence }
        guard let purpose = AttachmentPurpose(rawValue: text) else {
            let names = AttachmentPurpose.allCases.map { "\($0.rawValue)(\($0.label))" }.joined(separator: "、")
            throw Refusal("attachment.purpose", question: "Q62", "没有“\(text)”这种用途。", remedy: "可选：\(names)。", kind: .usage)
        }
        return purpose
    }

    /// The statement about a blob that the asking unit may see; to all others there is none.
    private static func inSight(_ call: Call) throws -> Attachment {
        let unknown = Refusal("attachment.unknown", question: "Q62", "没有这个附件。", remedy: "请从附件列表中选取。", kind: .missing)
        guard let hash = Digest(hex: call.parameters["hash"] ?? "") else { throw unknown }
        return try call.archive.read { reading in
            let register = BlobRegister(reading)
            let seen = try register.attachments(with: hash).filter { try isSeen($0, by: call.actor.unit, reading) }
            // One that stands goes before one that was taken back.
            guard let shown = try seen.first(where: { try register.withdrawal(of: $0) == nil }) ?? seen.first else { throw unknown }
            return shown
        }
    }

    /// The home school's and its authorities'; of a transfer's also the other side's.
    private static func isSeen(_ attachment: Attachment, by unit: UnitCode, _ reading: Reading) throws -> Bool {
        if reading.directory.contains(unit, attachment.by) { return true }
        return try TransferFiles(reading).concerns(attachment, unit)
    }

    /// Codes of refusals after which fetching helps.
    public static let fetchable: Set<String> = [awayCode, damagedCode]
    private static let awayCode = "attachment.away"
    private static let damagedCode = "attachment.damaged"

    private static func away(_ attachment: Attachment) -> Refusal {
        Refusal(
            awayCode, question: "Q62", "这个文件还不在本节点，在下级或还在路上。", remedy: "请先调取（attachment get 会自动调取），取到后再下载；可用 --wait 等待。")
    }

    private static let withdrawn = Refusal(
        "attachment.withdrawn", question: "Q62", "这个附件已由学校撤回，文件不再保存。", remedy: "撤回的时间和原因见附件列表；需要时请学校重新上传。")

    static func shown(_ attachment: Attachment, _ reading: Reading) throws -> Item {
        let register = BlobRegister(reading)
        let withdrawal = try register.withdrawal(of: attachment)
        return Item(
            hash: attachment.hash.description, name: attachment.name, type: attachment.type, purpose: attachment.purpose,
            by: attachment.by.text, at: ChinaTime.text(attachment.at), bytes: attachment.size, here: try register.holds(attachment.hash),
            withdrawnAt: withdrawal.map { ChinaTime.text($0.at) }, withdrawnReason: withdrawal?.reason)
    }
}
