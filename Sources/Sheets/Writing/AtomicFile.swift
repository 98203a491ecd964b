import Glibc

/// A file that appears whole or not at all: written under a temporary name beside its place, synced, then renamed.
/// Readable by its owner only, as pupils' data must be.
final class AtomicFile {
    /// Where to write in the meantime.
    let temporaryPath: String
    private let path: String
    private(set) var descriptor: Int32
    private var isCommitted = false

    init(path: String) throws(SheetError) {
        self.path = path
        var template = Array((Self.directory(of: path) + "/." + FileName.last(of: path) + ".XXXXXX").utf8CString)
        descriptor = template.withUnsafeMutableBufferPointer { mkstemp($0.baseAddress!) }
        temporaryPath = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        guard descriptor >= 0 else {
            isCommitted = true
            throw Self.error(path, errno)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporaryPath) }
    }

    /// Writes all of the bytes at the end.
    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(SheetError) {
        var done = 0
        while done < bytes.count {
            let written = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.error(path, errno)
            }
            done += written
        }
    }

    /// Puts the file in its place; without it, the temporary file goes away.
    func commit() throws(SheetError) {
        guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else { throw Self.error(path, errno) }
        isCommitted = true
        let directory = open(Self.directory(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    static func error(_ path: String, _ code: Int32) -> SheetError {
        code == ENOSPC || code == EDQUOT
            ? .diskFull(file: FileName.last(of: path))
            : .unwritable(file: FileName.last(of: path), reason: FileName.reason(code))
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
