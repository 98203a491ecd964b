import Protocol
import Rules
import Sheets
import Store

/// Takes a file in for a dossier: judged by content and size, kept by its hash, then stated in the home school's stream.
struct AttachmentWriter {
    /// Files of one dossier, all purposes together.
    static let perDossier = 50

    let archive: Archive
    let actor: Actor

    /// - Throws: `Refusal`; `StoreError.diskFull`. Nothing is stated then.
    func attach(_ file: (path: String, name: String), to id: DossierID, as purpose: AttachmentPurpose) throws -> Attachment {
        let allowed = try archive.read { reading in
            try check(id, reading)
            let text = try PolicyShelf(reading).value("evidence.types", for: actor.unit)
            return purpose.types(allowed: AttachedFileType.list(text) ?? [])
        }
        let taken = try IncomingFile(file, for: purpose, allowed: allowed).take(archive: archive)
        let hash = taken.hash
        return try archive.write { transaction in
            try check(id, transaction.reading)
            let register = BlobRegister(transaction)
            try register.keep(hash, size: taken.size, at: transaction.now)
            let known = try register.attachments(of: id, by: actor.unit)
            if let withdrawn = try known.first(where: { try $0.hash == hash && register.withdrawal(of: $0) != nil }) {
                throw Refusal(
                    "attachment.withdrawn", question: purpose.question, "同样的文件在本档案中已撤回（原名 \(withdrawn.name)），不能再次上传。",
                    remedy: "确需上传时，请重新扫描后再上传。")
            }
            if let same = known.first(where: { $0.hash == hash && $0.purpose == purpose.rawValue }) { return same }
            guard try known.count(where: { try register.withdrawal(of: $0) == nil }) < Self.perDossier else {
                throw Refusal(
                    "attachment.count", question: purpose.question, "一份学籍档案最多 \(Self.perDossier) 个附件。", remedy: "请把材料合并成较少的文件。")
            }
            let attachment = Attachment(
                dossier: id, by: actor.unit, hash: hash, size: taken.size, type: taken.type.rawValue, purpose: purpose.rawValue,
                name: taken.name, at: transaction.now)
            try transaction.append(.attachment, Payload.encode(attachment), as: actor.unit, to: .up)
            return attachment
        }
    }

    /// The home school alone attaches, and not to what has ended.
    private func check(_ id: DossierID, _ reading: Reading) throws {
        guard let dossier = try DossierShelf(reading).dossier(id), dossier.home == actor.unit else {
            throw StepRefusals.unknown(id)
        }
        if let school = reading.directory.unit(dossier.home), school.isClosed { throw try StepRefusals.closed(school, reading) }
        guard dossier.stand != .deleted else {
            throw Refusal("dossier.ended", question: "Q14", "该学籍档案已终结（\(dossier.state.label)），不能再添加附件。", remedy: "如有疑问请联系主管教育行政部门。")
        }
    }
}
