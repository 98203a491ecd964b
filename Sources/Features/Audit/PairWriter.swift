import Foundation
import Rules

/// Writes the pairs of an audit as CSV. Nothing stands under the wanted name before `finish()`.
final class PairWriter {
    /// What the exact check says.
    static let exactKinds: [DuplicateKind] = [.idDuplicate, .nsdDuplicate, .nsdCross, .idInvalid]

    private(set) var counts: [DuplicateKind: Int]

    private let path: String
    private let partialPath: String
    private let file: Int32
    private var isOpen = true
    private var buffer = [UInt8]()
    private static let flushBytes = 1 << 20

    /// - Throws: `AuditError` when the output is the input, is no ordinary file, or cannot be written.
    init(path: String, input: String, kinds: [DuplicateKind] = PairWriter.exactKinds) throws(AuditError) {
        counts = Dictionary(uniqueKeysWithValues: kinds.map { ($0, 0) })
        self.path = path
        partialPath = path + ".partial"
        var there = stat(), source = stat()
        if stat(path, &there) == 0 {
            guard there.st_mode & S_IFMT == S_IFREG else { throw .outputIsNoFile(path) }
            if stat(input, &source) == 0, source.st_dev == there.st_dev, source.st_ino == there.st_ino {
                throw .outputIsInput
            }
        }
        file = open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .unwritable(path, reason: Self.reason(errno)) }
        buffer.reserveCapacity(Self.flushBytes + 4096)
        buffer.append(contentsOf: "rec_no_a,rec_no_b,kind,score\n".utf8)
    }

    deinit {
        guard isOpen else { return }
        close(file)
        unlink(partialPath)
    }

    /// Every pair of the rows, which stand in the order of their record numbers.
    func write(_ kind: DuplicateKind, pairsWithin rows: [Int], of records: AuditRecords) throws(AuditError) {
        for (index, one) in rows.enumerated() {
            for other in rows[(index + 1)...] { try write(kind, one, other, of: records) }
        }
    }

    /// Every pair of a row of the one and a row of the other list.
    func write(
        _ kind: DuplicateKind, pairsBetween some: [Int], and others: [Int], of records: AuditRecords
    ) throws(AuditError) {
        for one in some {
            for other in others { try write(kind, one, other, of: records) }
        }
    }

    /// A suspicion, with its score.
    func write(_ one: Int, _ other: Int, suspectedWith score: Double, of records: AuditRecords) throws(AuditError) {
        try write(.suspect, one, other, of: records, score: String(format: "%.2f", score))
    }

    /// A finding about one row.
    func write(_ kind: DuplicateKind, alone row: Int, of records: AuditRecords) throws(AuditError) {
        records.withNumbers(of: row, row) { number, _ in
            append(number)
            buffer.append(Self.comma)
        }
        try end(kind)
    }

    /// Puts the file under its name.
    func finish() throws(AuditError) {
        try flush()
        guard fsync(file) == 0, rename(partialPath, path) == 0 else {
            throw .unwritable(path, reason: Self.reason(errno))
        }
        isOpen = false
        close(file)
    }

    private func write(
        _ kind: DuplicateKind, _ one: Int, _ other: Int, of records: AuditRecords, score: String = ""
    ) throws(AuditError) {
        records.withNumbers(of: one, other) { first, second in
            let inOrder = RecordNumberOrder.isSmaller(first, than: second)
            append(inOrder ? first : second)
            buffer.append(Self.comma)
            append(inOrder ? second : first)
        }
        try end(kind, score)
    }

    private func end(_ kind: DuplicateKind, _ score: String = "") throws(AuditError) {
        buffer.append(Self.comma)
        buffer.append(contentsOf: kind.rawValue.utf8)
        buffer.append(Self.comma)
        buffer.append(contentsOf: score.utf8)
        buffer.append(Self.lineFeed)
        counts[kind, default: 0] += 1
        if buffer.count >= Self.flushBytes { try flush() }
    }

    /// A field, in quotes if it needs them.
    private func append(_ field: UnsafeBufferPointer<UInt8>) {
        let needsQuotes = field.contains { $0 == Self.comma || $0 == Self.quote || $0 == Self.lineFeed || $0 == 0x0D }
        guard needsQuotes else {
            buffer.append(contentsOf: field)
            return
        }
        buffer.append(Self.quote)
        for byte in field {
            if byte == Self.quote { buffer.append(Self.quote) }
            buffer.append(byte)
        }
        buffer.append(Self.quote)
    }

    private func flush() throws(AuditError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { Foundation.write(file, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .unwritable(path, reason: Self.reason(errno)) }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }

    private static let comma: UInt8 = 0x2C
    private static let quote: UInt8 = 0x22
    private static let lineFeed: UInt8 = 0x0A
}
