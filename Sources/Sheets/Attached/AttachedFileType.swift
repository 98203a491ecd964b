import Glibc

/// What a file that somebody attaches is: judged by its content, never by its name (Q62).
public enum AttachedFileType: String, Sendable, Hashable, CaseIterable {
    case doc, rar, jpg, docx, pdf, png

    public var mediaType: String {
        switch self {
        case .doc: "application/msword"
        case .rar: "application/vnd.rar"
        case .jpg: "image/jpeg"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .pdf: "application/pdf"
        case .png: "image/png"
        }
    }

    /// As people call it: `JPG`.
    public var label: String { rawValue.uppercased() }

    /// Nil for anything else, damaged containers included.
    public static func recognise(path: String) -> AttachedFileType? {
        let start = beginning(of: path)
        if start.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpg }
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if start.starts(with: Array("%PDF-".utf8)) { return .pdf }
        // RAR 1.5 to 4 end the mark with 0, RAR 5 with 1 and 0.
        if start.starts(with: Array("Rar!".utf8) + [0x1A, 0x07]) { return .rar }
        if start.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            return (try? CompoundFile(path: path))?.has("WordDocument") == true ? .doc : nil
        }
        if start.starts(with: Array("PK".utf8) + [3, 4]) {
            let archive = try? ZipArchive(path: path, limits: SheetLimits())
            return archive?.has("word/document.xml") == true && archive?.has("[Content_Types].xml") == true ? .docx : nil
        }
        return nil
    }

    private static func beginning(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let got = read(descriptor, &bytes, bytes.count)
        return got > 0 ? Array(bytes.prefix(got)) : []
    }
}
