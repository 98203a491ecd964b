import FoundationEssentials
import Glibc

/// Puts a prepared store in the place of the present one. The decision is one file that is renamed into place; what follows
/// from it is done again from wherever it was cut short, by whoever opens the folder next.
struct StoreChange {
    /// Subfolder in which the new store is prepared.
    static let name = "restoring"
    /// File in it that says: decided. Holds the name of the folder that the old store goes to.
    private static let decision = "decided"
    private static let files = ["xueji.sqlite", "xueji.sqlite-wal", "xueji.sqlite-shm"]

    let folder: String
    var staging: String { folder + "/" + Self.name }

    /// From here on the new store counts.
    /// - Returns: where the old one goes; nil when none stands there.
    func decide(at now: Int64) throws -> String? {
        let isThere = Self.files.contains { access(folder + "/" + $0, F_OK) == 0 }
        let aside = isThere ? freeName(at: now) : ""
        let path = staging + "/" + Self.decision
        guard SyncedFile.sync(staging + "/xueji.sqlite") else { throw unwritable("\(staging): errno \(errno)") }
        do {
            try Data(aside.utf8).write(to: URL(fileURLWithPath: path + ".part"))
        } catch {
            throw unwritable("\(error)")
        }
        guard SyncedFile.sync(path + ".part"), SyncedFile.sync(staging), SyncedFile.sync(folder),
              rename(path + ".part", path) == 0, SyncedFile.sync(staging) else { throw unwritable("\(path): errno \(errno)") }
        return isThere ? folder + "/" + aside : nil
    }

    /// Does what was decided; nothing where nothing was.
    func finish() throws {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: staging + "/" + Self.decision)) else { return }
        let aside = String(decoding: data, as: UTF8.self)
        let new = staging + "/xueji.sqlite"
        // While the new store is still here, whatever stands in its place is the old one.
        if access(new, F_OK) == 0 {
            if !aside.isEmpty { try putAside(in: folder + "/" + aside) }
            let target = folder + "/xueji.sqlite"
            guard rename(new, target) == 0, SyncedFile.sync(folder) else { throw unwritable("\(target): errno \(errno)") }
            chmod(target, 0o600)
        }
        discard()
    }

    /// Removes what was prepared and not decided, or what is left of what was done.
    func discard() {
        // Not before the rest: with the decision alone left, `finish` finds nothing to do.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: staging)) ?? [] where name != Self.decision {
            unlink(staging + "/" + name)
        }
        try? FileManager.default.removeItem(atPath: staging)
    }

    private func putAside(in place: String) throws {
        mkdir(place, 0o700)
        for name in Self.files where access(folder + "/" + name, F_OK) == 0 {
            guard rename(folder + "/" + name, place + "/" + name) == 0 else { throw unwritable("\(name): errno \(errno)") }
        }
        guard SyncedFile.sync(place) else { throw unwritable("\(place): errno \(errno)") }
    }

    private func freeName(at now: Int64) -> String {
        var name = "replaced-\(now)"
        while access(folder + "/" + name, F_OK) == 0 { name += "-" }
        return name
    }

    private func unwritable(_ cause: String) -> StoreError {
        StoreError(
            .cannotOpen, message: "恢复没有完成：无法写入文件夹 \(folder)。", remedy: "请检查磁盘空间和权限后再次运行；备份文件没有改动。", cause: cause)
    }
}
