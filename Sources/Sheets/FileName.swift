import Glibc

/// A path as the operator knows it, and the few questions to the file system that reading needs.
enum FileName {
    /// The last component: messages name files, not directories.
    static func last(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    static func openForReading(_ path: String) throws(SheetError) -> Int32 {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { throw .notFound(file: last(of: path)) }
            throw .unreadable(file: last(of: path), reason: reason(errno))
        }
        return file
    }

    /// Size in bytes; directories and devices are refused.
    static func size(of file: Int32, path: String) throws(SheetError) -> Int {
        var status = stat()
        guard fstat(file, &status) == 0 else {
            throw .unreadable(file: last(of: path), reason: reason(errno))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: last(of: path), reason: "不是普通文件")
        }
        return Int(status.st_size)
    }

    /// Chinese for what the operating system answered.
    static func reason(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: "没有权限"
        case ENOENT: "目录或文件不存在"
        case EISDIR: "这是一个目录"
        case EROFS: "磁盘只读"
        case ENOSPC, EDQUOT: "磁盘空间不足"
        case EIO: "磁盘读写错误"
        case EMFILE, ENFILE: "打开的文件过多"
        default: "系统错误 \(code)"
        }
    }
}
