import Glibc

/// The container of .xls, .doc and encrypted .xlsx files: only its directory is looked at, to say what is inside.
enum CompoundFile {
    /// Throws unless there is a plain workbook stream in it.
    static func check(_ file: Int32, size: Int, name: String) throws(SheetError) {
        let names = try directoryNames(file, size: size, name: name)
        if names.contains("EncryptedPackage") || names.contains("EncryptionInfo") { throw .encrypted(file: name) }
        if names.contains("Workbook") || names.contains("Book") { return }
        if names.contains("WordDocument") { throw .notAWorkbook(file: name, .word) }
        if names.contains("PowerPoint Document") { throw .notAWorkbook(file: name, .presentation) }
        if !names.contains("Root Entry") { throw .truncated(file: name) }
        throw .notAWorkbook(file: name, .unknown)
    }

    private static let entrySize = 128

    /// Directory entries stand in 128-byte slots; the chain of sectors is not followed, every slot is looked at instead,
    /// so that a damaged chain cannot lead in circles.
    private static func directoryNames(_ file: Int32, size: Int, name: String) throws(SheetError) -> Set<String> {
        var names: Set<String> = []
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        var offset = 512
        while offset < size {
            let got = chunk.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(offset)) }
            guard got >= 0 else { throw .unreadable(file: name, reason: FileName.reason(errno)) }
            guard got > 0 else { break }
            for start in stride(from: 0, to: got - entrySize + 1, by: entrySize) {
                if let entry = entryName(chunk[start..<(start + entrySize)]), names.count < 10_000 { names.insert(entry) }
            }
            offset += chunk.count
        }
        return names
    }

    /// UTF-16LE of at most 31 characters and a zero, its length in bytes at 64, the kind (1, 2, 5) at 66, colour 0 or 1 at 67.
    private static func entryName(_ slot: ArraySlice<UInt8>) -> String? {
        let base = slot.startIndex
        let length = Int(slot[base + 64]) | Int(slot[base + 65]) << 8
        guard length >= 4, length <= 64, length % 2 == 0, [1, 2, 5].contains(slot[base + 66]), slot[base + 67] <= 1 else { return nil }
        let units = stride(from: base, to: base + length - 2, by: 2).map { UInt16(slot[$0]) | UInt16(slot[$0 + 1]) << 8 }
        guard slot[base + length - 2] == 0, slot[base + length - 1] == 0, !units.contains(0) else { return nil }
        return String(decoding: units, as: UTF16.self)
    }
}
