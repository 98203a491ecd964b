import FoundationEssentials
import Protocol
import Rules
import Sheets
import Store

/// Takes a file in for a dossier: judged by content and size, kept by its hash, then stated in the home school's stream.
struct AttachmentWriter {
    /// Files of one dossier, all purposes together.
    static let perDossier = 50
    /// Characters of a file's name.
    private static let nameLength = 100

    let archive: Archive
    let actor: Actor

    /// - Throws: `Refusal`; `StoreError.diskFull`. Nothing is stated then.
    func attach(_ file: (path: String, name: String), to id: DossierID, as purpose: AttachmentPurpose) throws -> Attachment {
        let allowed = try archive.read { reading in
            try check(id, reading)
            let text = try PolicyShelf(reading).value("evidence.types", for: actor.unit)
            return purpose.types(allowed: AttachedFileType.list(text) ?? [])
        }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: file.path)) else {
            throw Refusal("attachment.unreadable", question: purpose.question, "文件没有读到。", remedy: "请重新上传。", kind: .usage)
        }
        let type = try judge(file.path, bytes: data.count, purpose, allowed)
        // The file is on durable storage before anybody hears of it; what a crash leaves here without a statement is swept.
        let hash = try BlobShelf(node: archive.folder).take(Array(data))
        return try archive.write { transaction in
            try check(id, transaction.reading)
            let register = BlobRegister(transaction)
            try register.keep(hash, size: data.count, at: transaction.now)
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
                dossier: id, by: actor.unit, hash: hash, size: data.count, type: type.rawValue, purpose: purpose.rawValue,
                name: Self.shownName(file.name), at: transaction.now)
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

    private func judge(
        _ path: String, bytes: Int, _ purpose: AttachmentPurpose, _ allowed: Set<AttachedFileType>
    ) throws -> AttachedFileType {
        guard bytes > 0 else {
            throw Refusal("attachment.empty", question: purpose.question, "文件是空的。", remedy: "请重新扫描或另选文件。", kind: .usage)
        }
        guard bytes <= purpose.maxBytes else {
            let limit = purpose == .photo ? "照片须小于 60K" : "附件不能超过 2M"
            throw Refusal(
                "attachment.size", question: purpose.question, "\(limit)，这个文件有 \((bytes + 1023) >> 10)K。", remedy: "请降低扫描分辨率或压缩后重试。",
                kind: .usage)
        }
        let names = AttachedFileType.allCases.filter { allowed.contains($0) }.map(\.label).joined(separator: "、")
        guard let type = AttachedFileType.recognise(path: path) else {
            throw Refusal(
                "attachment.type", question: purpose.question, "按内容认不出这个文件的类型（不看扩展名）。",
                remedy: "\(purpose.label)只接受 \(names)；文件可能已损坏或只改了扩展名。", kind: .usage)
        }
        guard allowed.contains(type) else {
            throw Refusal(
                "attachment.type", question: purpose.question, "\(purpose.label)只接受 \(names)，这个文件按内容是 \(type.label)。",
                remedy: "请转换格式后重试。", kind: .usage)
        }
        return type
    }

    /// A name as given, fit to be shown: no folders, no control characters.
    private static func shownName(_ given: String) -> String {
        let last = given.split { $0 == "/" || $0 == "\\" }.last ?? ""
        let visible = String(last.unicodeScalars.filter { $0.properties.generalCategory != .control }.map(Character.init)).prefix(nameLength)
        return visible.isEmpty ? "附件" : String(visible)
    }
}
