import Glibc

/// Streams a CSV file (RFC 4180) of any length: memory is one chunk and one row.
///
///     let reader = try CSVReader(path: path)
///     while let row = try reader.next() { … row[0] … }
///
/// Lines end in CRLF, LF or CR; empty lines are passed over. A quote inside an unquoted field is an ordinary character.
/// Rows already delivered are not taken back when a later line turns out to be wrong.
public final class CSVReader {
    /// As announced, found or given.
    public var encoding: TextEncoding { source.encoding }

    private let source: TextSource
    private let limits: CSVLimits
    private let delimiter: UInt8
    /// No byte above this one ends a field.
    private let highestSpecial: UInt8
    private let chunk: UnsafeMutableRawBufferPointer
    private var position = 0
    private var end = 0
    private var line = 1
    private var row = CSVRow()

    /// - Parameter encoding: nil finds it out: byte order mark, else UTF-8 if the bytes are, else GB18030.
    public init(
        path: String, delimiter: Character = ",", encoding: TextEncoding? = nil, limits: CSVLimits = .standard
    ) throws(SheetError) {
        source = try TextSource(path: path, encoding: encoding, limits: limits)
        self.limits = limits
        self.delimiter = delimiter.asciiValue ?? 0x2C
        highestSpecial = max(self.delimiter, Self.carriageReturn)
        chunk = .allocate(byteCount: 256 * 1024, alignment: 16)
    }

    deinit { chunk.deallocate() }

    /// Calls `body` with each record of a file.
    public static func forEachRow(
        _ path: String, delimiter: Character = ",", encoding: TextEncoding? = nil, limits: CSVLimits = .standard,
        _ body: (CSVRow) throws -> Void
    ) throws {
        let reader = try CSVReader(path: path, delimiter: delimiter, encoding: encoding, limits: limits)
        while let row = try reader.next() { try body(row) }
    }

    /// The next record that is not an empty line, nil at the end of the file.
    public func next() throws(SheetError) -> CSVRow? {
        row.bytes.removeAll(keepingCapacity: true)
        row.ends.removeAll(keepingCapacity: true)
        guard try skipEmptyLines() else { return nil }
        row.line = line
        row.number += 1
        guard row.number <= limits.rows else { throw .csvTooManyRows(limit: limits.rows) }
        while true {
            let isQuoted = try hasByte() && chunk[position] == Self.quote
            let ending = isQuoted ? try quotedField() : try plainField()
            row.ends.append(row.bytes.count)
            guard row.ends.count <= limits.columns else {
                throw .csvTooManyColumns(line: row.line, limit: limits.columns)
            }
            if ending == .row { return row }
        }
    }

    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D
    private static let quote: UInt8 = 0x22

    private enum Ending { case field, row }

    private func skipEmptyLines() throws(SheetError) -> Bool {
        while try hasByte() {
            switch chunk[position] {
            case Self.lineFeed, Self.carriageReturn: try endLine()
            default: return true
            }
        }
        return false
    }

    private func plainField() throws(SheetError) -> Ending {
        while try hasByte() {
            let start = position
            var i = start
            let bytes = UnsafeRawBufferPointer(chunk)
            while i < end {
                let byte = bytes[i]
                if byte <= highestSpecial, isSpecial(byte) { break }
                i += 1
            }
            try append(start..<i)
            position = i
            if i < end { return try endField() }
        }
        return .row
    }

    private func quotedField() throws(SheetError) -> Ending {
        let opening = line
        position += 1
        while true {
            guard try hasByte() else { throw .unclosedQuote(line: opening) }
            let start = position
            var i = start
            let bytes = UnsafeRawBufferPointer(chunk)
            while i < end, bytes[i] != Self.quote {
                if bytes[i] == Self.lineFeed { line += 1 }
                if bytes[i] == 0 { throw .zeroByte(line: line) }
                i += 1
            }
            guard row.bytes.count + i - start <= limits.rowBytes else { throw .unclosedQuote(line: opening) }
            try append(start..<i)
            position = i
            guard i < end else { continue }
            position += 1
            guard try hasByte() else { return .row }
            switch chunk[position] {
            case Self.quote:
                row.bytes.append(Self.quote)
                position += 1
            case delimiter, Self.lineFeed, Self.carriageReturn: return try endField()
            default: throw .textAfterQuote(line: line)
            }
        }
    }

    private func isSpecial(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn || byte == 0
    }

    /// At a delimiter, a line's end or a zero byte.
    private func endField() throws(SheetError) -> Ending {
        switch chunk[position] {
        case delimiter:
            position += 1
            return .field
        case 0: throw .zeroByte(line: line)
        default:
            try endLine()
            return .row
        }
    }

    private func endLine() throws(SheetError) {
        let isReturn = chunk[position] == Self.carriageReturn
        position += 1
        line += 1
        if isReturn, try hasByte(), chunk[position] == Self.lineFeed { position += 1 }
    }

    private func append(_ range: Range<Int>) throws(SheetError) {
        guard row.bytes.count + range.count <= limits.rowBytes else {
            throw .csvRowTooLong(line: row.line, limit: limits.rowBytes)
        }
        row.bytes.append(contentsOf: chunk[range])
    }

    /// Whether a byte stands at `position`, reading on when the chunk is used up.
    private func hasByte() throws(SheetError) -> Bool {
        if position < end { return true }
        switch try source.read(into: chunk) {
        case .end: return false
        case .invalid: throw .badEncoding(line: line, encoding: source.encoding)
        case .bytes(let count):
            position = 0
            end = count
            return true
        }
    }
}
