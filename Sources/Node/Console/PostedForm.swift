import Features
import Hummingbird

/// What a browser posted: plain fields, and at most one file, which lies on disk.
struct PostedForm: Sendable {
    /// All plain fields together, in bytes.
    static let fieldBytes = 1 << 20
    /// Fields of one form.
    static let fieldCount = 6000

    var fields: [String: [String]] = [:]
    var file: UploadedFile?
    var fileName = ""

    /// - Throws: `PayloadTooLarge`; `Refusal` `form.malformed`; `StoreError.diskFull`.
    static func receive(
        _ request: Request, fileLimit: Int, folder: String, name: String, on workers: Workers
    ) async throws -> PostedForm {
        let type = request.headers[.contentType] ?? ""
        if type.lowercased().hasPrefix("multipart/form-data") {
            guard let parser = MultipartParser(contentType: type) else { throw malformed }
            return try await multipart(request.body, parser, fileLimit, folder + "/" + name, workers)
        }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= fieldBytes else { throw PayloadTooLarge(limit: fieldBytes) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return PostedForm(fields: try urlEncoded(String(decoding: bytes, as: UTF8.self)))
    }

    /// `a=1&b=2`, with plus signs for blanks.
    static func urlEncoded(_ text: String) throws -> [String: [String]] {
        let pairs = text.split(separator: "&")
        guard pairs.count <= fieldCount else { throw malformed }
        var fields: [String: [String]] = [:]
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                PercentText.decode(String($0.map { $0 == "+" ? " " : $0 }))
            }
            fields[parts[0], default: []].append(parts.count > 1 ? parts[1] : "")
        }
        return fields
    }

    private static func multipart(
        _ body: RequestBody, _ start: MultipartParser, _ fileLimit: Int, _ path: String, _ workers: Workers
    ) async throws -> PostedForm {
        var parser = start
        var form = PostedForm()
        var sink: UploadSink?
        var name: String?
        var field: [UInt8] = []
        var total = 0
        do {
            for try await part in body {
                for event in try parser.feed(part.readableBytesView) {
                    switch event {
                    case .part(let partName, let fileName?) where form.file == nil && sink == nil:
                        sink = try UploadSink(UploadedFile(path: path), limit: fileLimit)
                        form.fileName = fileName
                        name = partName
                    case .part(_, .some): throw malformed
                    case .part(let partName, nil):
                        name = partName
                        field = []
                    case .bytes(let bytes):
                        if sink != nil {
                            try await sink?.take(bytes, on: workers)
                        } else {
                            total += bytes.count
                            guard total <= fieldBytes else { throw PayloadTooLarge(limit: fieldBytes) }
                            field += bytes
                        }
                    case .end:
                        if sink != nil {
                            form.file = try await sink?.finish(on: workers)
                            sink = nil
                        } else if let name, form.fields.count < fieldCount {
                            form.fields[name, default: []].append(String(decoding: field, as: UTF8.self))
                        }
                        name = nil
                    }
                }
            }
            guard parser.isComplete else { throw malformed }
            return form
        } catch {
            sink?.abandon()
            form.file?.remove()
            throw error is MultipartParser.Malformed ? malformed : error
        }
    }

    private static let malformed = Refusal("form.malformed", "提交的表单不完整。", remedy: "请返回上一页重新提交。", kind: .usage)
}
