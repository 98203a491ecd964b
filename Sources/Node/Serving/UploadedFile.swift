import Features
import Glibc
import Hummingbird
import Store

/// A raw request body streamed to disk, so that a large file never stands in memory. Removed when the call has ended.
struct UploadedFile: Sendable {
    let path: String

    /// - Parameters:
    ///   - folder: the node's `incoming` folder.
    ///   - name: unpredictable, unique.
    /// - Throws: `Refusal` `file.tooLarge`, `StoreError.diskFull`.
    static func receive(
        _ body: RequestBody, limit: Int, folder: String, name: String, on workers: Workers
    ) async throws -> UploadedFile {
        let file = UploadedFile(path: folder + "/" + name)
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw full("open: errno \(errno)") }
        do {
            var total = 0
            var pending: [UInt8] = []
            for try await part in body {
                total += part.readableBytes
                guard total <= limit else { throw tooLarge(limit) }
                pending.append(contentsOf: part.readableBytesView)
                if pending.count >= 1 << 20 {
                    let chunk = pending
                    pending.removeAll(keepingCapacity: true)
                    try await workers.run { try write(chunk, to: descriptor) }
                }
            }
            let rest = pending
            try await workers.run { try write(rest, to: descriptor) }
            close(descriptor)
            return file
        } catch {
            close(descriptor)
            file.remove()
            throw error
        }
    }

    func remove() {
        unlink(path)
        unlink(path + ".marked.xlsx")
    }

    static func tooLarge(_ limit: Int) -> PayloadTooLarge { PayloadTooLarge(limit: limit) }

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
        StoreError(.diskFull, message: "磁盘已满或无法写入,文件没有收下。", remedy: "请清理磁盘空间后重试。", cause: cause)
    }
}

/// A body above its limit: HTTP 413.
struct PayloadTooLarge: Error {
    /// Bytes.
    let limit: Int

    var refusal: Refusal {
        Refusal(
            "file.tooLarge", question: "Q50", "内容超过 \(limit >> 20) MB 的上限,没有收下。", remedy: "请分成几个较小的文件。", kind: .usage)
    }
}
