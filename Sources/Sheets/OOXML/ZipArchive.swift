import CZip
import Glibc

/// The zip file that a workbook is, opened for reading; nothing is ever extracted to the disk.
final class ZipArchive {
    private let archive: OpaquePointer
    private let limits: SheetLimits
    private let file: String
    /// Entries by normalised name; names that leave the archive (`..`, leading `/`) are not listed.
    private let indices: [String: UInt64]

    init(path: String, limits: SheetLimits) throws(SheetError) {
        file = FileName.last(of: path)
        self.limits = limits
        let count = try Self.declaredEntries(path: path)
        guard count <= limits.archiveEntries else {
            throw .tooManyParts(count: count, limit: limits.archiveEntries)
        }
        var code: Int32 = 0
        guard let opened = zip_open(path, ZIP_RDONLY, &code) else { throw .truncated(file: file) }
        let entries = zip_get_num_entries(opened, 0)
        guard entries <= limits.archiveEntries else {
            zip_discard(opened)
            throw .tooManyParts(count: Int(entries), limit: limits.archiveEntries)
        }
        archive = opened
        var found: [String: UInt64] = [:]
        for index in 0..<UInt64(max(0, entries)) {
            guard let raw = zip_get_name(opened, index, 0), let name = Self.normalised(String(cString: raw)) else { continue }
            if found[name] == nil { found[name] = index }
        }
        indices = found
    }

    deinit { zip_discard(archive) }

    func has(_ name: String) -> Bool { indices[name.lowercased()] != nil }

    func entry(_ name: String) throws(SheetError) -> ZipEntry {
        guard let index = indices[name.lowercased()] else { throw .missingPart(name) }
        var status = zip_stat_t()
        zip_stat_init(&status)
        guard zip_stat_index(archive, index, 0, &status) == 0 else { throw .damagedPart(name) }
        guard status.encryption_method == UInt16(ZIP_EM_NONE) else { throw .encrypted(file: file) }
        guard status.size <= UInt64(limits.partBytes) else { throw .partTooLarge(name, limit: limits.partBytes) }
        let compressed = Int(clamping: status.comp_size)
        guard Self.isPlausible(inflated: Int(clamping: status.size), compressed: compressed, limits) else { throw .zipBomb(name) }
        guard let opened = zip_fopen_index(archive, index, 0) else { throw .damagedPart(name) }
        return ZipEntry(opened, name: name, compressed: compressed, limits: limits, archive: self)
    }

    static func isPlausible(inflated: Int, compressed: Int, _ limits: SheetLimits) -> Bool {
        inflated <= limits.partRatioFreeBytes || inflated / max(1, compressed) <= limits.partRatio
    }

    private static func normalised(_ name: String) -> String? {
        let parts = name.replacing("\\", with: "/").lowercased()
        guard !parts.hasPrefix("/"), !parts.split(separator: "/").contains("..") else { return nil }
        return parts
    }

    /// The count in the end record, so that a directory of a million entries is refused before it is loaded.
    private static func declaredEntries(path: String) throws(SheetError) -> Int {
        let file = try FileName.openForReading(path)
        defer { close(file) }
        let size = try FileName.size(of: file, path: path)
        let length = min(size, 65_557)
        var tail = [UInt8](repeating: 0, count: length)
        let got = tail.withUnsafeMutableBytes { pread(file, $0.baseAddress, length, off_t(size - length)) }
        guard got == length, length >= 22 else { throw .truncated(file: FileName.last(of: path)) }
        var at = length - 22
        while at >= 0 {
            if tail[at] == 0x50, tail[at + 1] == 0x4B, tail[at + 2] == 0x05, tail[at + 3] == 0x06 {
                return Int(tail[at + 10]) | Int(tail[at + 11]) << 8
            }
            at -= 1
        }
        throw .truncated(file: FileName.last(of: path))
    }
}

/// One entry while it is read from its beginning.
final class ZipEntry {
    let name: String
    private let entry: OpaquePointer
    private let compressed: Int
    private let limits: SheetLimits
    /// Keeps the archive open.
    private let archive: ZipArchive
    private var total = 0

    fileprivate init(_ entry: OpaquePointer, name: String, compressed: Int, limits: SheetLimits, archive: ZipArchive) {
        self.entry = entry
        self.name = name
        self.compressed = compressed
        self.limits = limits
        self.archive = archive
    }

    deinit { zip_fclose(entry) }

    /// Inflates the next bytes, 0 at the end. The check sum is judged at the end.
    func read(into target: UnsafeMutableRawBufferPointer) throws(SheetError) -> Int {
        let got = zip_fread(entry, target.baseAddress!, UInt64(target.count))
        guard got >= 0 else { throw .damagedPart(name) }
        total += Int(got)
        // The directory may have lied about the size.
        guard total <= limits.partBytes else { throw .partTooLarge(name, limit: limits.partBytes) }
        guard ZipArchive.isPlausible(inflated: total, compressed: compressed, limits) else { throw .zipBomb(name) }
        return Int(got)
    }
}
