import Features
import FoundationEssentials
import Glibc
import Store

/// A node's folder: private, and empty before a node is founded in it.
enum NodeFolder {
    /// Makes the folder where it is missing.
    /// - Throws: `Refusal` `node.exists` when a node is there already; `StoreError.cannotOpen`.
    static func prepare(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StoreError(
                .cannotOpen, message: "无法建立数据文件夹 \(path)。", remedy: "请检查上级文件夹是否存在和权限。", cause: "\(error)")
        }
        chmod(path, 0o700)
    }

    static func hasStore(_ path: String) -> Bool { access(path + "/xueji.sqlite", F_OK) == 0 }

    static func exists(_ path: String) -> Refusal {
        Refusal("node.exists", "文件夹 \(path) 里已有一个节点。", remedy: "请用 --data 指定另一个文件夹；原有数据没有改动。")
    }
}
