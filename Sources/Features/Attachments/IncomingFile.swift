import FoundationEssentials
import Protocol
import Rules
import Sheets
import Store

/// A file as somebody sends it: judged by content and size, then kept by its hash.
struct IncomingFile {
    /// Characters of a file's name.
    private static let nameLength = 100

    /// What lies on the shelf now, and nobody has stated yet.
    struct Taken {
        let hash: Digest
        let size: Int
        let type: AttachedFileType
        /// As given, fit to be shown.
        let name: String
    }

    private let file: (path: String, name: String)
    private let purpose: AttachmentPurpose
    private let allowed: Set<AttachedFileType>

    /// - Parameter allowed: policy `evidence.types` of the province.
    init(_ file: (path: String, name: String), for purpose: AttachmentPurpose, allowed: Set<AttachedFileType>) {
        self.file = file
        self.purpose = purpose
        self.allowed = allowed
    }

    /// The file is on durable storage before anybody hears of it; what a crash leaves here without a statement is swept.
    /// - Throws: `Refusal`; `StoreError.diskFull`.
    func take(archive: Archive) throws -> Taken {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: file.path)) else {
            throw Refusal("attachment.unreadable", question: purpose.question, "文件没有读到。", remedy: "请重新上传。", kind: .usage)
        }
        let type = try judge(bytes: data.count)
        let hash = try BlobShelf(node: archive.folder).take(Array(data), from: file.path)
        return Taken(hash: hash, size: data.count, type: type, name: Self.shownName(file.name))
    }

    private func judge(bytes: Int) throws -> AttachedFileType {
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
        guard let type = AttachedFileType.recognise(path: file.path) else {
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
