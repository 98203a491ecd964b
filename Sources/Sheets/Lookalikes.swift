import Glibc

/// Tells files apart by their bytes: an extension proves nothing.
enum Lookalikes {
    enum Workbook { case office, legacy }

    static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    static let compoundFile: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

    static func isWorkbook(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: zip) || bytes.starts(with: compoundFile)
    }

    /// Which kind of workbook a file is; all else is an error that says what it is instead.
    static func examine(_ path: String, limits: SheetLimits) throws(SheetError) -> Workbook {
        let name = FileName.last(of: path)
        let file = try FileName.openForReading(path)
        defer { close(file) }
        let size = try FileName.size(of: file, path: path)
        guard size > 0 else { throw .empty(file: name) }
        guard size <= limits.fileBytes else { throw .tooLarge(file: name, bytes: size, limit: limits.fileBytes) }
        var head = [UInt8](repeating: 0, count: min(size, 4_096))
        let got = head.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        guard got == head.count else { throw .unreadable(file: name, reason: FileName.reason(errno)) }
        if head.starts(with: zip) { return .office }
        if head.starts(with: [0x50, 0x4B, 0x05, 0x06]) { throw .notAWorkbook(file: name, .archive) }
        if head.starts(with: compoundFile) { return .legacy }
        // BIFF 2, 3 and 4 came without a container: a beginning-of-file record of 4 or 6 bytes.
        if head.count > 4, head[0] == 0x09, [0, 2, 4].contains(head[1]), [4, 6].contains(head[2]), head[3] == 0 {
            throw .workbookTooOld(file: name)
        }
        throw .notAWorkbook(file: name, kind(of: head))
    }

    private static func kind(of head: [UInt8]) -> SheetError.Lookalike {
        if head.starts(with: Array("%PDF".utf8)) { return .pdf }
        if head.starts(with: Array("Rar!".utf8)) || head.starts(with: [0x37, 0x7A, 0xBC, 0xAF]) || head.starts(with: [0x1F, 0x8B]) {
            return .archive
        }
        if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) || head.starts(with: [0xFF, 0xD8, 0xFF]) || head.starts(with: Array("GIF8".utf8)) {
            return .picture
        }
        // Markup may come in any encoding, UTF-16 included: its letters are ASCII all the same.
        let ascii = head.filter { $0 != 0 && $0 < 0x80 }.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        let letters = String(decoding: ascii.drop { $0 <= 0x20 }, as: UTF8.self)
        if letters.contains("schemas-microsoft-com:office:spreadsheet"), letters.hasPrefix("<?xml") { return .xml2003 }
        if letters.hasPrefix("<"), ["<html", "<table", "<!doctype html", "<meta"].contains(where: letters.contains) { return .html }
        let isUTF16 = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
        let isText = isUTF16 || !head.contains { $0 < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D].contains($0) }
        return isText ? .csv : .unknown
    }
}
