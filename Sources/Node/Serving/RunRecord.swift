import FoundationEssentials
import Glibc
import Protocol
import Store

/// What a serving process leaves in its folder for the command line: where it listens. Stale after a crash; whoever reads
/// it must find the socket answering.
struct RunRecord: Codable, Sendable, Hashable {
    var pid: Int32
    /// Path of the local socket.
    var socket: String
    var console: String
    var peer: String

    /// Nil when no process has served this folder, or ended in order.
    static func read(from folder: String) -> RunRecord? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: folder + "/run.json")) else { return nil }
        return try? JSONDecoder().decode(RunRecord.self, from: data)
    }

    func write(to folder: String) throws {
        let path = folder + "/run.json"
        try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: path + ".new"))
        chmod(path + ".new", 0o600)
        guard rename(path + ".new", path) == 0 else {
            throw StoreError(.diskFull, message: "无法写入数据文件夹。", remedy: "请检查磁盘空间和权限。", cause: "run.json: errno \(errno)")
        }
    }

    static func remove(from folder: String) { unlink(folder + "/run.json") }

    /// Where a folder's socket goes: in the folder, or, as socket paths are short, in a private folder of the run directory.
    static func socketPath(for folder: String) throws -> String {
        let absolute = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        let near = absolute + "/xueji.sock"
        return near.utf8.count <= 100 ? near : try privatePlace(for: folder) + "/xueji.sock"
    }

    /// A folder of this user alone in the run directory, the same for a node's folder each time.
    static func privatePlace(for folder: String) throws -> String {
        let absolute = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        let name = "xueji-" + Hashing.sha256(Array(absolute.utf8)).description.prefix(16)
        let base = access("/run", W_OK) == 0 ? "/run" : FileManager.default.temporaryDirectory.path
        let place = "\(base)/\(name)"
        mkdir(place, 0o700)
        var status = stat()
        guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
              status.st_mode & 0o077 == 0 else {
            throw StoreError(
                .cannotOpen, message: "无法建立本机通信用的私有文件夹 \(place)。", remedy: "请改用较短的数据文件夹路径（100 字节以内）。", cause: "not private")
        }
        return place
    }
}
