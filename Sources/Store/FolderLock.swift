import Glibc
import Synchronization

/// One process serves a folder: an advisory lock that ends with the process, kill -9 included.
final class FolderLock: Sendable {
    private let held: Mutex<Int32?>

    init(folder: String) throws {
        let path = folder + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(
                .cannotOpen, message: "无法使用数据文件夹。", remedy: "请检查文件夹是否存在、权限和磁盘空间。", cause: "\(path): errno \(errno)")
        }
        held = Mutex(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            release()
            throw StoreError(
                .locked, message: "这个数据文件夹正由另一个进程使用。", remedy: "请先停止另一个进程，或为本进程指定其他文件夹。", cause: path)
        }
    }

    deinit { release() }

    /// Lets another process in; once is enough.
    func release() {
        held.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }
}
