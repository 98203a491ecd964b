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
    /// - Throws: `PayloadTooLarge`, `StoreError.diskFull`.
    static func receive(
        _ body: RequestBody, limit: Int, folder: String, name: String, on workers: Workers
    ) async throws -> UploadedFile {
        var sink = try UploadSink(UploadedFile(path: folder + "/" + name), limit: limit)
        do {
            for try await part in body { try await sink.take(part.readableBytesView, on: workers) }
            return try await sink.finish(on: workers)
        } catch {
            sink.abandon()
            throw error
        }
    }

    func remove() {
        unlink(path)
        unlink(path + ".marked.xlsx")
    }

    static func tooLarge(_ limit: Int) -> PayloadTooLarge { PayloadTooLarge(limit: limit) }
}

/// A body above its limit: HTTP 413.
struct PayloadTooLarge: Error {
    /// Bytes.
    let limit: Int

    var refusal: Refusal {
        Refusal(
            "file.tooLarge", question: "Q50", "内容超过 \(limit >> 20) MB 的上限，没有收下。", remedy: "请分成几个较小的文件。", kind: .usage)
    }
}
