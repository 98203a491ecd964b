import FoundationEssentials
import Features

/// Small files, whole.
enum FileBytes {
    static func read(_ path: String) throws -> [UInt8] {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else { throw missing(path) }
        return Array(data)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw VerbFailure(
                Refusal("file.unwritable", "无法写入“\(path)”。", remedy: "请检查文件夹是否存在、权限和磁盘空间。"), .storage)
        }
    }

    /// Fails early, in words, where a file to be sent is not there.
    static func mustExist(_ path: String) throws {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder,
              FileManager.default.isReadableFile(atPath: path)
        else { throw missing(path) }
    }

    private static func missing(_ path: String) -> VerbFailure {
        VerbFailure(Refusal("file.missing", "找不到或无法读取文件“\(path)”。", remedy: "请核对路径和权限。", kind: .usage), .usage)
    }
}
