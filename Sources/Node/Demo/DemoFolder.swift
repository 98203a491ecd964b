import FoundationEssentials
import Glibc
import Protocol

/// Where a demo lives on this machine.
enum DemoFolder {
    /// A new folder, or the given one where it is missing or empty.
    /// - Returns: its absolute path.
    /// - Throws: `DemoFailure` `demo.folder`.
    static func make(_ given: String?, _ surroundings: Surroundings) throws(DemoFailure) -> String {
        let path: String
        if let given {
            path = given.hasPrefix("/") ? given : FileManager.default.currentDirectoryPath + "/" + given
        } else {
            let name = surroundings.randomBytes(4).map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
            path = FileManager.default.temporaryDirectory.path + "/xueji-demo-" + name
        }
        if mkdir(path, 0o700) != 0 {
            guard errno == EEXIST, let items = try? FileManager.default.contentsOfDirectory(atPath: path), items.isEmpty else {
                throw DemoFailure("demo.folder", "文件夹 \(path) 无法建立，或不是空的。", remedy: "请用 --data 指定一个不存在或空的文件夹。", .usage)
            }
        }
        return path
    }

    /// The file of the running program.
    /// - Throws: `DemoFailure` `demo.executable`.
    static func executable() throws(DemoFailure) -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw DemoFailure("demo.executable", "找不到本程序的文件。", remedy: "请检查 /proc 是否可用。")
        }
        return path
    }
}
