import FoundationEssentials
import Glibc
import Protocol
import Store

/// The mark that the last draw leaves outside the node's folder: a file of the run directory with the machine's boot id and the
/// journal's position. A folder that is put back does not bring it back; a machine that starts anew does not believe it.
struct DrawMark {
    /// Names this run of the machine.
    private static let bootID = "/proc/sys/kernel/random/boot_id"

    let path: String
    let boot: String

    /// Nil where the machine has no boot id, or no private folder can be made: then only the parent proves.
    init?(for folder: String) {
        guard let boot = try? String(contentsOfFile: Self.bootID, encoding: .utf8), !boot.isEmpty,
              let place = try? RunRecord.privatePlace(for: folder) else { return nil }
        path = place + "/drawn"
        self.boot = String(boot.prefix { !$0.isNewline })
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
                .diskFull, message: "无法记下取号的位置,本次没有取号。", remedy: "请检查运行目录的权限和空间。", cause: "\(path): errno \(errno)")
        }
    }
}
