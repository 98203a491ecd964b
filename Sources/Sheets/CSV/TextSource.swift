import Glibc

/// Reads a text file in chunks and hands it on as valid UTF-8, whatever its encoding.
final class TextSource {
    enum Chunk {
        case bytes(Int)
        case end
        /// The next bytes of the file do not belong to the encoding; all before them has been handed on.
        case invalid
    }

    let encoding: TextEncoding
    private let file: Int32
    private let name: String
    private let converter: iconv_t?
    private let raw: UnsafeMutableRawBufferPointer
    private var rawCount = 0
    private var reachedEnd = false
    private var foundInvalid = false

    /// - Parameter encoding: nil looks for a byte order mark, then at the bytes.
    init(path: String, encoding wanted: TextEncoding?, limits: CSVLimits) throws(SheetError) {
        name = FileName.last(of: path)
        file = try FileName.openForReading(path)
        raw = .allocate(byteCount: 256 * 1024, alignment: 16)
        do throws(SheetError) {
            let size = try FileName.size(of: file, path: path)
            guard size > 0 else { throw SheetError.empty(file: name) }
            guard size <= limits.fileBytes else {
                throw SheetError.tooLarge(file: name, bytes: size, limit: limits.fileBytes)
            }
            let start = try Self.look(at: file, path: path, wanted: wanted, buffer: raw)
            encoding = start.encoding
            guard lseek(file, off_t(start.offset), SEEK_SET) >= 0 else {
                throw SheetError.unreadable(file: name, reason: FileName.reason(errno))
            }
            converter = try Self.converter(from: start.encoding, name: name)
        } catch {
            close(file)
            raw.deallocate()
            throw error
        }
    }

    deinit {
        if let converter { iconv_close(converter) }
        close(file)
        raw.deallocate()
    }

    /// Fills `target` (at least 8 bytes) with whole characters.
    func read(into target: UnsafeMutableRawBufferPointer) throws(SheetError) -> Chunk {
        while true {
            if foundInvalid { return .invalid }
            try fill()
            if rawCount == 0 { return .end }
            let produced = converter.map { convert(into: target, with: $0) } ?? copy(into: target)
            if produced > 0 { return .bytes(produced) }
            // Nothing came out and nothing more will: what is left is a character cut short by the end of the file.
            if reachedEnd, rawCount > 0, !foundInvalid { foundInvalid = true }
        }
    }

    private func fill() throws(SheetError) {
        guard !reachedEnd, rawCount < raw.count else { return }
        let got = Glibc.read(file, raw.baseAddress! + rawCount, raw.count - rawCount)
        guard got >= 0 else { throw .unreadable(file: name, reason: FileName.reason(errno)) }
        if got == 0 { reachedEnd = true } else { rawCount += got }
    }

    private func copy(into target: UnsafeMutableRawBufferPointer) -> Int {
        let available = UnsafeRawBufferPointer(rebasing: raw[..<min(rawCount, target.count)])
        let scan = UTF8Scan(available)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: available[..<scan.validCount]))
        drop(scan.validCount)
        if scan.validCount < available.count, !scan.isCutShort { foundInvalid = true }
        return scan.validCount
    }

    private func convert(into target: UnsafeMutableRawBufferPointer, with converter: iconv_t) -> Int {
        var input: UnsafeMutablePointer<CChar>? = raw.baseAddress!.assumingMemoryBound(to: CChar.self)
        var inputLeft = rawCount
        var output: UnsafeMutablePointer<CChar>? = target.baseAddress!.assumingMemoryBound(to: CChar.self)
        var outputLeft = target.count
        let result = iconv(converter, &input, &inputLeft, &output, &outputLeft)
        if result == -1, errno == EILSEQ { foundInvalid = true }
        drop(rawCount - inputLeft)
        return target.count - outputLeft
    }

    private func drop(_ count: Int) {
        rawCount -= count
        guard rawCount > 0, count > 0, let base = raw.baseAddress else { return }
        memmove(base, base + count, rawCount)
    }

    private static func converter(from encoding: TextEncoding, name: String) throws(SheetError) -> iconv_t? {
        guard encoding != .utf8 else { return nil }
        let opened = iconv_open(TextEncoding.utf8.rawValue, encoding.rawValue)
        guard let opened, opened != iconv_t(bitPattern: -1) else {
            throw .unreadable(file: name, reason: "本机不支持 \(encoding.rawValue) 编码")
        }
        return opened
    }

    /// A run of Chinese in GB18030 does not happen to be valid UTF-8, so some thousand valid characters settle it;
    /// until then, or the end of the file, one wrong byte makes it GB18030.
    private static let settlingCharacters = 4_096

    private static func look(
        at file: Int32, path: String, wanted: TextEncoding?, buffer: UnsafeMutableRawBufferPointer
    ) throws(SheetError) -> (encoding: TextEncoding, offset: Int) {
        let name = FileName.last(of: path)
        var held = 0, wide = 0, isFirst = true
        while true {
            let got = Glibc.read(file, buffer.baseAddress! + held, buffer.count - held)
            guard got >= 0 else { throw .unreadable(file: name, reason: FileName.reason(errno)) }
            held += got
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<held])
            if isFirst {
                isFirst = false
                if Lookalikes.isWorkbook(bytes) { throw .workbookNotCSV(file: name) }
                if let marked = TextEncoding.marked(bytes) {
                    return (wanted ?? marked.encoding, wanted == nil || wanted == marked.encoding ? marked.length : 0)
                }
                if let wanted { return (wanted, 0) }
            }
            let scan = UTF8Scan(bytes)
            wide += scan.wideCount
            let rest = held - scan.validCount
            if wide >= settlingCharacters { return (.utf8, 0) }
            if rest > 0, !scan.isCutShort || got == 0 { return (.gb18030, 0) }
            if got == 0 { return (.utf8, 0) }
            memmove(buffer.baseAddress!, buffer.baseAddress! + scan.validCount, rest)
            held = rest
        }
    }
}
