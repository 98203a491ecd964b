import FoundationEssentials
import Glibc
import Protocol
import Store

/// The mark that the last draw leaves outside the node's folder: a file of the run directory with the machine's boot id and the
/// journal's position. A folder that is put back does not bring it back; a machine that starts anew does not believe it, or, where
/// a service may not read its boot id, has lost it with the memory it stood in.
struct DrawMark {
    /// Names this run of the machine.
    private static let bootID = "/proc/sys/kernel/random/boot_id"

    let path: String
    let boot: String

    /// A service's own folder of the run directory, named by the service manager.
    private static let serviceFolder = "RUNTIME_DIRECTORY"

    /// Nil where nothing tells this run of the machine from another, or no private folder can be made: then only the parent
    /// proves.
    init?(for folder: String) {
        let given = getenv(Self.serviceFolder).map { String(cString: $0) } ?? ""
        let place = given.isEmpty || given.contains(":") ? try? RunRecord.privatePlace(for: folder) : given
        guard let place, let boot = Self.bootName(in: place) else { return nil }
        path = place + "/drawn"
        self.boot = boot
    }

    private static func bootName(in place: String) -> String? {
        let text = (try? String(contentsOfFile: bootID, encoding: .utf8)) ?? ""
        let name = String(text.prefix { !$0.isNewline })
        return name.isEmpty ? (isMemory(place) ? "memory" : nil) : name
    }

    /// Whether a folder stands in memory and ends with this run of the machine.
    private static func isMemory(_ path: String) -> Bool {
        let table = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        return isMemory(path, mounts: table)
    }

    /// - Parameter mounts: device, place, kind of file system and more, one mount a line.
    static func isMemory(_ path: String, mounts: String) -> Bool {
        let around = mounts.split(separator: "\n").map { $0.split(separator: " ") }.filter { fields in
            guard fields.count > 2 else { return false }
            return fields[1] == "/" || path == fields[1] || path.hasPrefix(fields[1] + "/")
        }
        return around.max { $0[1].count < $1[1].count }?[2] == "tmpfs"
    }

    init(path: String, boot: String) {
        self.path = path
        self.boot = boot
    }

    var mark: FreshnessProof.Mark { FreshnessProof.Mark(read: read, write: write) }

    private func read() -> Int64? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let parts = text.split(separator: " ")
        guard parts.count == 2, parts[0] == boot else { return nil }
        return Int64(parts[1])
    }

    /// An older mark must not stay where the newer one cannot be written: it would prove too much.
    private func write(_ position: Int64) throws {
        do {
            try Data("\(boot) \(position)".utf8).write(to: URL(fileURLWithPath: path + ".new"))
        } catch {
            unlink(path)
            return
        }
        chmod(path + ".new", 0o600)
        guard rename(path + ".new", path) == 0 || unlink(path) == 0 || errno == ENOENT else {
            throw StoreError(
                .diskFull, message: "无法记下取号的位置，本次没有取号。", remedy: "请检查运行目录的权限和空间。", cause: "\(path): errno \(errno)")
        }
    }
}
