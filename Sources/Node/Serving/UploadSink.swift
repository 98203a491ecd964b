import Glibc
import Store

/// A file that is being written as it arrives, a megabyte at a time, off the event loop.
struct UploadSink {
    private let file: UploadedFile
    private let descriptor: Int32
    /// Bytes.
    private let limit: Int
    private var total = 0
    private var pending: [UInt8] = []

    /// - Throws: `StoreError.diskFull`.
    init(_ file: UploadedFile, limit: Int) throws {
        self.file = file
        self.limit = limit
        descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.full("open: errno \(errno)") }
    }

    /// - Throws: `PayloadTooLarge`, `StoreError.diskFull`.
    mutating func take(_ bytes: some Collection<UInt8>, on workers: Workers) async throws {
        total += bytes.count
        guard total <= limit else { throw PayloadTooLarge(limit: limit) }
        pending.append(contentsOf: bytes)
        if pending.count >= 1 << 20 { try await flush(on: workers) }
    }

    mutating func finish(on workers: Workers) async throws -> UploadedFile {
        try await flush(on: workers)
        close(descriptor)
        return file
    }

    func abandon() {
        close(descriptor)
        file.remove()
    }

    private mutating func flush(on workers: Workers) async throws {
        let (chunk, descriptor) = (pending, descriptor)
        pending.removeAll(keepingCapacity: true)
        try await workers.run { try Self.write(chunk, to: descriptor) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var start = 0
        while start < bytes.count {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), bytes.count - start) }
            if written < 0 {
                if errno == EINTR { continue }
                throw full("write: errno \(errno)")
            }
            start += written
        }
    }

    private static func full(_ cause: String) -> StoreError {
        StoreError(.diskFull, message: "磁盘已满或无法写入，文件没有收下。", remedy: "请清理磁盘空间后重试。", cause: cause)
    }
}
