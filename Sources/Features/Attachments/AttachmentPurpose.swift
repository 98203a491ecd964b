import Sheets

/// What a file is attached for, and what such a file may be.
public enum AttachmentPurpose: String, Sendable, Hashable, CaseIterable {
    /// Proof in a case (Q62).
    case evidence
    /// Scan of an identity document or a proof, signed and sealed (Q22, Q40).
    case document
    /// The pupil's picture (Q66).
    case photo

    public var label: String {
        switch self {
        case .evidence: "佐证材料"
        case .document: "证件扫描件"
        case .photo: "学生照片"
        }
    }

    public var question: String {
        switch self {
        case .evidence: "Q62"
        case .document: "Q22"
        case .photo: "Q66"
        }
    }

    /// Bytes; a picture has to be smaller than 60 K (Q66), other files at most 2 M (Q62).
    public var maxBytes: Int { self == .photo ? (60 << 10) - 1 : 2 << 20 }

    /// - Parameter allowed: policy `evidence.types` of the province.
    func types(allowed: Set<AttachedFileType>) -> Set<AttachedFileType> { self == .photo ? [.jpg] : allowed }
}

extension AttachedFileType {
    /// The value of policy `evidence.types`: names with commas; nil when one is unknown or none is left.
    static func list(_ text: String) -> Set<AttachedFileType>? {
        let names = text.split(separator: ",").map { $0.trimmed.lowercased() }
        let types = names.compactMap { AttachedFileType(rawValue: $0) }
        return types.count == names.count && !types.isEmpty ? Set(types) : nil
    }
}
